import { generate } from "lean-qr";
import { expect, it } from "vitest";
import { announcement, readyLine, readyPrefix } from "../../../signaling-server/announcement.ts";
import { readConfig } from "../../../signaling-server/config.ts";
import type { RunningServer } from "../../../signaling-server/server.ts";
import { ServerUrls } from "../../../signaling-server/server-urls.ts";

const running = (args: readonly string[], https?: number): RunningServer => {
  const config = readConfig(args, {});
  if (config === undefined) throw new Error("help was asked for");
  const ports = { http: 8080, https };
  return { ports, urls: new ServerUrls(config, ports), close: async () => undefined };
};

it("should print the ports and the public address for programs as JSON", () => {
  const line = readyLine(running(["--public-url", "https://mesh.example"], 8443));
  expect(line.startsWith(readyPrefix)).toBe(true);
  expect(JSON.parse(line.slice(readyPrefix.length))).toEqual({
    httpPort: 8080,
    httpsPort: 8443,
    publicUrl: "https://mesh.example",
  });
});

it("should say where people go on this computer and with phones", () => {
  const text = announcement(running(["--host", "192.168.0.10"], 8443), false);
  expect(text).toContain("http://localhost:8080");
  expect(text).toContain("https://192.168.0.10:8443");
  expect(text).toContain("Open the address");
});

it("should say what to do when phones cannot reach the server", () => {
  expect(announcement(running([]), true)).toMatch(/not reachable: .*--public-url/);
});

it("should draw the code of the public address, module by module, on a terminal", () => {
  const url = "https://192.168.0.10:8443";
  const drawn = announcement(running(["--host", "192.168.0.10"], 8443), true)
    .split("\n")
    .filter((line) => line.includes("\u001b"))
    .map((line) => [...line.slice(line.indexOf("m") + 1, line.lastIndexOf("\u001b"))]);
  const code = generate(url);
  const quietZone = 4;
  const isDark = (x: number, y: number): boolean => {
    const character = drawn[Math.floor((y + quietZone) / 2)]?.[x + quietZone] ?? "";
    return ((y + quietZone) % 2 === 0 ? "▀█" : "▄█").includes(character || "none");
  };
  for (let y = 0; y < code.size; y++)
    for (let x = 0; x < code.size; x++) expect(isDark(x, y), `${x}, ${y}`).toBe(code.get(x, y));
});

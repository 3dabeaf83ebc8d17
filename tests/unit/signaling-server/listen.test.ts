import { createServer } from "node:http";
import { expect, it, onTestFinished, vi } from "vitest";
import { listen } from "../../../signaling-server/listen.ts";

it("should name every problem of a port that is open, and go on", async () => {
  const said = vi.spyOn(console, "error").mockReturnValue();
  const server = createServer();
  onTestFinished(() => {
    said.mockRestore();
    server.close();
  });
  await listen(server, "http-port", 0, "127.0.0.1");
  for (let i = 1; i <= 2; i++) {
    server.emit("error", new Error("accept EMFILE"));
    expect(said).toHaveBeenCalledTimes(i);
  }
  expect(String(said.mock.lastCall)).toContain("accept EMFILE");
  expect(server.listening).toBe(true);
});

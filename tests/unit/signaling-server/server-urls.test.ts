import { hostname, networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../../signaling-server/config.ts";
import { ServerUrls } from "../../../signaling-server/server-urls.ts";

const ports = { http: 8080, https: 8443 };
const urls = (...args: string[]): ServerUrls => {
  const config = readConfig(args, {});
  if (config === undefined) throw new Error("help was asked for");
  return new ServerUrls(config, ports);
};
const inBrackets = (address: string): string => (address.includes(":") ? `[${address}]` : address);
/** A browser opens no address with a zone. */
const machine = Object.values(networkInterfaces())
  .flatMap((addresses = []) => addresses)
  .map(({ address }) => inBrackets(address));

describe("the hosts of a server", () => {
  it("should be its own names and addresses, on any port", () => {
    const own = ["localhost", "localhost:8080", "LOCALHOST.", "127.0.0.1:8080", "127.1.2.3", "[::1]:8080", ...machine];
    for (const host of [...own, hostname(), `${hostname().split(".")[0]}.local:8443`])
      expect(urls().isOwnHost(host), host).toBe(true);
    expect(urls().isOwnHost(undefined)).toBe(true);
  });

  it("should be its public name, where it has one", () => {
    const published = urls("--public-url", "https://Mesh.example:9000", "--behind-proxy");
    for (const host of ["mesh.example", "mesh.example:9000", "MESH.example."])
      expect(published.isOwnHost(host), host).toBe(true);
    expect(urls().isOwnHost("mesh.example")).toBe(false);
  });

  it.each([
    "evil.example",
    "evil.example:8080",
    "localhost.evil.example",
    "127.0.0.1.evil.example",
    "127.evil.example",
    "192.0.2.77",
    "[2001:db8::77]",
    "localhost@evil.example",
    "evil.example/localhost",
    "",
    "local host",
  ])("should not be %j", (host) => {
    expect(urls().isOwnHost(host)).toBe(false);
  });

  it("should be only the one address that it is configured to listen on, beside this machine's own names", () => {
    const bound = urls("--host", "192.0.2.10");
    expect(bound.isOwnHost("192.0.2.10:8443")).toBe(true);
    expect(bound.isOwnHost("127.0.0.1:8080")).toBe(true);
    expect(bound.isOwnHost("192.0.2.11")).toBe(false);
  });
});

describe("the origins of pages that may signal", () => {
  it.each(["0.0.0.0", "::"])("should be all under which pages load with --host %s", (host) => {
    for (const address of [...machine, "localhost", "[::1]"])
      expect(urls("--host", host).mayOpenSocket(`https://${address}:8443`), address).toBe(true);
    for (const name of ["localhost", "127.0.0.1"])
      expect(urls("--host", host).mayOpenSocket(`http://${name}:8080`), name).toBe(true);
  });

  it.each([
    "http://192.0.2.1:8080",
    "https://localhost:8080",
    "http://localhost:8443",
    "https://localhost",
    "null",
    "x",
  ])("should not be %s", (origin) => {
    expect(urls().mayOpenSocket(origin)).toBe(false);
  });

  it("should leave out the port that a protocol implies", () => {
    const config = readConfig([], {});
    if (config === undefined) throw new Error("help was asked for");
    const usual = new ServerUrls(config, { http: 80, https: 443 });
    expect(usual.mayOpenSocket("https://localhost")).toBe(true);
    expect(usual.mayOpenSocket("http://localhost")).toBe(true);
  });
});

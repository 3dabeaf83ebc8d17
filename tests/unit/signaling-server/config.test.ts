import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { helpText, readConfig } from "../../../signaling-server/config.ts";
import { StartProblem } from "../../../signaling-server/start-problem.ts";

const read = (args: readonly string[], environment: Record<string, string> = {}) => {
  const config = readConfig(args, environment);
  if (config === undefined) throw new Error("help was asked for");
  return config;
};

describe("the server's configuration", () => {
  it("should need nothing", () => {
    expect(read([])).toEqual({
      httpsPort: 8443,
      httpPort: 8080,
      host: "0.0.0.0",
      hasTls: true,
      certificateFiles: undefined,
      publicUrl: undefined,
      iceServers: [],
      allowedOrigins: [],
      isBehindProxy: false,
      dataFolder: resolve(".earl-mesh"),
      pageFolder: undefined,
      isDev: false,
    });
  });

  it("should take every option from the command line", () => {
    const args = [
      ...["--https-port", "443", "--http-port=0", "--host", "192.168.0.10", "--no-tls", "--behind-proxy", "--dev"],
      ...["--cert", "c.pem", "--key", "k.pem", "--data-folder", "/data", "--page", "/page"],
      ...["--public-url", "https://mesh.example/", "--allowed-origins", "https://a.example, http://b.example:81"],
      ...["--ice-servers", "stun:a.example, stun:b.example:3478"],
    ];
    expect(read(args)).toEqual({
      httpsPort: 443,
      httpPort: 0,
      host: "192.168.0.10",
      hasTls: false,
      certificateFiles: { cert: resolve("c.pem"), key: resolve("k.pem") },
      publicUrl: "https://mesh.example",
      iceServers: [{ urls: ["stun:a.example"] }, { urls: ["stun:b.example:3478"] }],
      allowedOrigins: ["https://a.example", "http://b.example:81"],
      isBehindProxy: true,
      dataFolder: resolve("/data"),
      pageFolder: resolve("/page"),
      isDev: true,
    });
  });

  it("should take options from the environment, and prefer the command line", () => {
    const environment = {
      EARL_MESH_HTTP_PORT: "1",
      EARL_MESH_HTTPS_PORT: "2",
      EARL_MESH_NO_TLS: "1",
      EARL_MESH_DEV: "0",
    };
    expect(read(["--http-port", "3"], environment)).toMatchObject({
      httpPort: 3,
      httpsPort: 2,
      hasTls: false,
      isDev: false,
    });
  });

  it("should read an empty variable as none", () => {
    expect(read([], { EARL_MESH_HTTP_PORT: "", EARL_MESH_DEV: "" })).toMatchObject({ httpPort: 8080, isDev: false });
  });

  it("should take TURN servers with their credentials as JSON, one or several", () => {
    const turn = { urls: ["turns:a.example"], username: "u", credential: "c" };
    expect(read(["--ice-servers", JSON.stringify(turn)]).iceServers).toEqual([turn]);
    const stun = { urls: "stun:a.example" };
    expect(read(["--ice-servers", JSON.stringify([turn, stun])]).iceServers).toEqual([turn, { urls: [stun.urls] }]);
    expect(read(["--ice-servers", "[]"]).iceServers).toEqual([]);
  });

  it("should keep only what belongs to an ICE server", () => {
    const more = '{"urls":"stun:a.example","more":1,"__proto__":{"username":"u"}}';
    expect(read(["--ice-servers", more]).iceServers).toEqual([{ urls: ["stun:a.example"] }]);
  });

  it.each([
    [["--https-port", "65536"], /--https-port "65536": must be a port/],
    [["--http-port", "-1"], /--http-port "-1"/],
    [["--http-port", "8e3"], /--http-port "8e3"/],
    [["--http-port", ""], /--http-port ""/],
    [["--host", "localhost"], /--host "localhost": must be an IP address/],
    [["--host", "::1%lo"], /--host "::1%lo": must have no zone/],
    [["--host", "fe80::1%eth0"], /must have no zone/],
    [["--host"], /--host: needs a value/],
    [["--dev=yes"], /--dev: takes no value/],
    [["--cert", "c.pem"], /--cert and --key: give both or neither/],
    [["--public-url", "mesh.example"], /--public-url "mesh.example": must be https:/],
    [["--public-url", "http://mesh.example"], /must be https:/],
    [["--public-url", "https://mesh.example/earl"], /nothing more/],
    [["--public-url", "https://mesh.example/#k=1"], /nothing more/],
    [["--public-url", "https://user@mesh.example"], /nothing more/],
    [["--allowed-origins", "https://a.example,*"], /must be https:/],
    [["--ice-servers", "[{"], /is not JSON/],
    [["--ice-servers", "http://a.example"], /stun:/],
    [["--ice-servers", "[1]"], /stun:/],
    [["--ice-servers", '{"urls":[]}'], /stun:/],
    [["--ice-servers", '{"urls":"turn:a.example","username":1}'], /must be texts/],
    [
      ["--ice-servers", "stun:stun.example:3478?transport=udp"],
      /stun\.example:3478\?transport=udp: .*nothing behind its port/,
    ],
    [["--ice-servers", "stun://a.example"], /stun:\/\/a\.example: the host must be/],
    [["--ice-servers", "stun:a.example:0"], /stun:a\.example:0: the port must be a number from 1 to 65535/],
    [["--ice-servers", "stun:a.example,stun:b.example:99999"], /stun:b\.example:99999: the port must be/],
    [["--ice-servers", '{"urls":"turn:a.example?foo=bar","username":"u","credential":"c"}'], /only \?transport=udp/],
    [["--ice-servers", "turn:a.example:3478?transport=udp"], /turn:a\.example.*needs a username and a credential/],
    [["--ice-servers", "stuns:a.example"], /browsers do not speak STUN over TLS/],
    [["--ice-servers", '[\n{"urls"\n'], /is not JSON/],
    [["--data-folder", ""], /must be a path/],
    [["--nothing-such"], /--nothing-such: no such option/],
    [["-x"], /-x: no such option/],
    [["--__proto__", "x"], /no such option/],
    [["8080"], /8080: not an option/],
  ])("should refuse %j with one line that names it", (args, problem) => {
    expect(() => read(args)).toThrow(StartProblem);
    expect(() => read(args)).toThrow(problem);
    expect(() => read(args)).not.toThrow(/\n/);
  });

  it("should refuse a switch in the environment that is neither on nor off", () => {
    expect(() => read([], { EARL_MESH_DEV: "maybe" })).toThrow(/EARL_MESH_DEV must be 1 or 0/);
  });

  it("should offer help before anything else is verified", () => {
    expect(readConfig(["--http-port", "wrong", "--help"], {})).toBeUndefined();
  });

  it("should explain each option with what it is when it is not given", () => {
    expect(helpText()).toMatch(/--https-port <port> +HTTPS .*\(8443\)/);
    expect(helpText()).toMatch(new RegExp(`--data-folder <folder> .*\\(${join(".earl-mesh")}\\)`));
  });
});

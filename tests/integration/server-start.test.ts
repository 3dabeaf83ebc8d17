// How the server starts, why it does not, and how it ends.
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { fileURLToPath } from "node:url";
import { generate } from "selfsigned";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { keptCertificate } from "../../signaling-server/certificate.ts";
import { occupyPort } from "../support/occupied-port.ts";
import { runServer, type ServerProcess, startServer } from "../support/server-process.ts";
import { openSignaling } from "../support/signaling-client.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "earl-mesh-start-"));
});
afterAll(() => rm(folder, { recursive: true }));

const start = async (...options: Parameters<typeof startServer>): Promise<ServerProcess> => {
  const server = await startServer(...options);
  onTestFinished(() => server.stop());
  return server;
};

/** The fingerprint of the certificate that is shown, and the answer's headers. */
const askHttps = (origin: string | undefined): Promise<{ fingerprint: string; hsts: string | undefined }> =>
  new Promise((resolve, reject) => {
    const sent = request(`${origin}/healthz`, { rejectUnauthorized: false, agent: false }, (response) => {
      const { fingerprint256 } = (response.socket as TLSSocket).getPeerCertificate();
      response.resume();
      resolve({ fingerprint: fingerprint256, hsts: response.headers["strict-transport-security"] });
    });
    sent.once("error", reject).end();
  });

/** The longest that the server promises to take until it has ended. */
const promisedEndMs = 2_000;
const mostTriesToEnd = 5;

/** How long a server with busy and stalled sockets took to end after that signal; it has ended as it should. */
const msToEnd = async (signal: NodeJS.Signals): Promise<number> => {
  const server = await start();
  const id = `${"d".repeat(32)}-${"0".repeat(16)}`;
  const client = await openSignaling(server, { id });
  await fetch(server.origin); // Leaves a connection open for the next request.
  const stalled = connect(server.port, "127.0.0.1");
  await once(
    stalled.on("error", () => stalled.destroy()),
    "connect",
  );
  stalled.write("GET / HTTP/1.1\r\nHost: half a request");
  const beganMs = performance.now();
  const { exitCode, stderr } = await server.kill(signal);
  const tookMs = performance.now() - beganMs;
  expect(await client.closed).toBe(1001);
  expect(exitCode).toBe(0);
  expect(stderr).toBe("");
  return tookMs;
};

describe("a server that cannot start", () => {
  const expectProblem = async (args: readonly string[], problem: RegExp, environment = {}): Promise<void> => {
    const { exitCode, stdout, stderr } = await runServer(args, environment);
    expect(stderr).toMatch(problem);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(/^earl-mesh: /);
    expect(stdout).toBe("");
    expect(exitCode).toBe(2);
  };
  const plain = ["--no-tls", "--page", "tests/support/stand-in-page"];

  it("should say which port is in use and how to choose another", async () => {
    const { port, free } = await occupyPort();
    onTestFinished(free);
    await expectProblem([...plain, "--http-port", String(port)], new RegExp(`port ${port} is in use.*--http-port`));
    const secure = ["--page", "tests/support/stand-in-page", "--data-folder", folder, "--host", "127.0.0.1"];
    await expectProblem([...secure, "--http-port", "0", "--https-port", String(port)], /is in use.*--https-port/);
  });

  it("should say which certificate file cannot be read, or is none", async () => {
    const missing = join(folder, "missing.pem");
    await expectProblem(["--cert", missing, "--key", missing], /--cert .*missing\.pem: cannot be read \(ENOENT\)/);
    const wrong = join(folder, "wrong.pem");
    await writeFile(wrong, "not a certificate");
    await expectProblem(["--cert", wrong, "--key", wrong], /wrong\.pem: not a certificate/);
  });

  it("should say which certificate has expired or is not valid yet, and which of a chain is broken", async () => {
    const dayMs = 24 * 60 * 60 * 1000;
    const subject = { names: ["localhost"], addresses: ["127.0.0.1"] };
    const made = async (name: string, madeAtMs: number): Promise<{ cert: string; key: string }> => {
      await keptCertificate(join(folder, name), subject, new Date(madeAtMs));
      return { cert: join(folder, name, "certificate.pem"), key: join(folder, name, "private-key.pem") };
    };
    const expectRefused = ({ cert, key }: { cert: string; key: string }, problem: RegExp): Promise<void> =>
      expectProblem(["--cert", cert, "--key", key, "--page", "tests/support/stand-in-page"], problem);
    const old = await made("expired", Date.now() - 500 * dayMs);
    await expectRefused(old, /the certificate expired on /);
    await expectRefused(
      await made("early", Date.now() + 5 * dayMs),
      /the certificate is valid from .* the clock of this/,
    );
    const sound = await made("sound", Date.now());
    const pem = await readFile(sound.cert, "utf8");
    const chain = join(folder, "chain.pem");
    await writeFile(chain, `${pem}\n${await readFile(old.cert, "utf8")}`);
    await expectRefused({ ...sound, cert: chain }, /certificate 2 of the chain expired on /);
    await writeFile(chain, `${pem}\n${pem.slice(0, 200)}\n-----END CERTIFICATE-----\n`);
    await expectRefused({ ...sound, cert: chain }, /certificate 2 of the chain is broken/);
  });

  it("should say that a key is too short for TLS", async () => {
    const [cert, key] = [join(folder, "short-certificate.pem"), join(folder, "short-key.pem")];
    const made = await generate([{ name: "commonName", value: "short" }], { keyType: "rsa", keySize: 512 });
    await writeFile(cert, made.cert);
    await writeFile(key, made.private);
    await expectProblem(["--cert", cert, "--key", key], /cannot be used for TLS: .*key too small/);
  });

  it("should say that an address is not this machine's", () =>
    expectProblem(
      ["--http-port", "0", "--data-folder", folder, "--page", "tests/support/stand-in-page", "--host", "192.0.2.254"],
      /--host 192\.0\.2\.254: not an address of this machine/,
    ));

  it("should say that there is no page in a folder", () =>
    expectProblem(["--no-tls", "--page", folder], /--page .*: there is no index\.html in it/));

  it("should say which option is wrong, wherever it was given", async () => {
    await expectProblem(["--htp-port", "80"], /--htp-port: no such option/);
    await expectProblem([], /--https-port "many"/, { EARL_MESH_HTTPS_PORT: "many" });
  });
});

it("should explain its options when asked", async () => {
  const { exitCode, stdout } = await runServer(["--help"]);
  expect(exitCode).toBe(0);
  for (const option of ["--https-port", "--cert", "--public-url", "EARL_MESH_"]) expect(stdout).toContain(option);
});

describe("a server that runs", () => {
  it("should print its ports for programs in one line, and draw no code for them", async () => {
    const server = await start({ hasTls: true });
    expect(server.stdout).toMatch(/^earl-mesh ready \{.*\}$/m);
    expect(server.stdout).not.toMatch(/[▀▄█]/);
    expect((await fetch(server.origin)).status).toBe(200);
    await askHttps(server.httpsOrigin);
  });

  it("should name no address for phones when it is there for this machine alone", async () => {
    const server = await start();
    expect(server.ready.publicUrl).toBeUndefined();
    expect(server.stdout).toMatch(/not reachable/);
    expect(await (await fetch(`${server.origin}/config.json`)).json()).not.toHaveProperty("publicUrl");
  });

  it("should show phones the same certificate after a restart, on the same ports, and no HSTS", async () => {
    const server = await start({ hasTls: true });
    const before = await askHttps(server.httpsOrigin);
    const { ready } = server;
    await server.restart();
    expect(server.ready).toEqual(ready);
    expect(await askHttps(server.httpsOrigin)).toEqual(before);
    expect(before.hsts).toBeUndefined();
  });

  it("should use a certificate that it is given, and HSTS with it", async () => {
    const own = join(folder, "own");
    await keptCertificate(own, { names: ["localhost"], addresses: ["127.0.0.1"] }, new Date());
    const files = ["--cert", join(own, "certificate.pem"), "--key", join(own, "private-key.pem")];
    const server = await start({ hasTls: true, args: files });
    const { hsts } = await askHttps(server.httpsOrigin);
    expect(hsts).toBe("max-age=31536000");
  });

  it("should take up sessions again after a crash", async () => {
    const server = await start();
    const id = `${"c".repeat(32)}-${"0".repeat(16)}`;
    const before = await openSignaling(server, { id });
    await server.kill("SIGKILL");
    await before.closed;
    await server.restart();
    expect(await (await openSignaling(server, { id })).next()).toEqual({ type: "OPEN" });
  });

  it.each(["SIGTERM", "SIGINT"] as const)("should close its sockets and end within 2 s of %s", async (signal) => {
    let quickestMs = Number.POSITIVE_INFINITY;
    // A busy machine may pause in one try; a server that needs longer needs it in each.
    for (let tries = 1; tries <= mostTriesToEnd && quickestMs >= promisedEndMs; tries++)
      quickestMs = Math.min(quickestMs, await msToEnd(signal));
    expect(quickestMs).toBeLessThan(promisedEndMs);
  });
});

it.skipIf(process.platform === "win32")("should keep its sessions when its wall clock is set forward", async () => {
  const clock = fileURLToPath(new URL("../support/jumping-clock.mjs", import.meta.url));
  const server = await start({ environment: { NODE_OPTIONS: `--import ${clock}` } });
  const client = await openSignaling(server, { id: `${"e".repeat(32)}-${"0".repeat(16)}` });
  const health = async (): Promise<{ uptimeSeconds: number; clients: number }> =>
    (await fetch(`${server.origin}/healthz`)).json();
  const { uptimeSeconds } = await health();
  process.kill(server.pid, "SIGUSR2");
  // PeerServer looks for silent sessions several times a second.
  await expect.poll(async () => (await health()).uptimeSeconds).toBeGreaterThan(uptimeSeconds + 1);
  expect((await health()).clients).toBe(1);
  expect(client.isOpen).toBe(true);
});

it("should let nobody but its own machine open files in the editor while it is developed", async () => {
  const server = await start({
    page: "from-sources",
    args: ["--behind-proxy"],
    environment: { LAUNCH_EDITOR: "true" },
  });
  const ask = async (path: string, address: string): Promise<{ status: number; text: string }> => {
    const response = await fetch(`${server.origin}${path}`, { headers: { "x-forwarded-for": address } });
    return { status: response.status, text: await response.text() };
  };
  for (const path of [
    "/__open-in-editor?file=package.json",
    "/__open-in-editor",
    "/%5f_open-in-editor?file=package.json",
  ])
    expect(await ask(path, "198.51.100.1"), path).toEqual({ status: 404, text: "Not found.\n" });
  expect((await ask("/__open-in-editor", "127.0.0.1")).text).not.toBe("Not found.\n");
});

describe("the kept certificate", () => {
  const now = new Date("2026-01-01T00:00:00Z");
  const inDays = (days: number): Date => new Date(now.getTime() + days * 24 * 60 * 60 * 1000);
  const here = { names: ["localhost", "workshop", "workshop.local"], addresses: ["127.0.0.1", "192.168.0.10"] };
  let kept: string;

  const make = async (): ReturnType<typeof keptCertificate> => {
    kept = await mkdtemp(join(folder, "kept-"));
    return keptCertificate(kept, here, now);
  };

  it("should be used again as long as it names this machine", async () => {
    const first = await make();
    expect(await keptCertificate(kept, here, inDays(300))).toEqual(first);
    expect(await keptCertificate(kept, { names: ["localhost"], addresses: ["192.168.0.10"] }, now)).toEqual(first);
  });

  it("should be made again when the machine has another address or name", async () => {
    const first = await make();
    const elsewhere = { ...here, addresses: ["127.0.0.1", "10.0.0.7"] };
    const second = await keptCertificate(kept, elsewhere, now);
    expect(second.cert).not.toBe(first.cert);
    expect(await keptCertificate(kept, elsewhere, now)).toEqual(second);
    expect((await keptCertificate(kept, { ...elsewhere, names: ["studio"] }, now)).cert).not.toBe(second.cert);
  });

  it("should be made again before it expires", async () => {
    const first = await make();
    expect((await keptCertificate(kept, here, inDays(390))).cert).not.toBe(first.cert);
  });

  it("should be made again when its files are broken or do not belong together", async () => {
    const first = await make();
    await writeFile(join(kept, "certificate.pem"), first.cert.slice(0, 100));
    const second = await keptCertificate(kept, here, now);
    expect(await readFile(join(kept, "certificate.pem"), "utf8")).toBe(second.cert);
    await writeFile(join(kept, "private-key.pem"), first.key);
    expect((await keptCertificate(kept, here, now)).cert).not.toBe(second.cert);
  });

  it.skipIf(process.platform === "win32")("should keep its private key from other users", async () => {
    await make();
    expect((await stat(join(kept, "private-key.pem"))).mode & 0o777).toBe(0o600);
  });
});

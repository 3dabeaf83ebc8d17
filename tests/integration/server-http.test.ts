// What the server answers over HTTP: the page with its headers, what the page asks, and what nobody gets.
import { type OutgoingHttpHeaders, request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requestRate } from "../../signaling-server/limits.ts";
import { type ServerProcess, startServer } from "../support/server-process.ts";
import { openSignaling } from "../support/signaling-client.ts";

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer({
    args: ["--behind-proxy", "--public-url", "https://mesh.example", "--ice-servers", "stun:stun.example:3478"],
  });
});
afterAll(() => server.stop());

const get = (path: string, init?: RequestInit): Promise<Response> => fetch(server.origin + path, init);

const room = "0123456789abcdef".repeat(2);
const sessionOf = (roomId: string, last: string): string => `${roomId}-${last.padStart(16, "0")}`;

describe("the page", () => {
  it("should be served with headers that leave it only what it needs", async () => {
    const { headers } = await get("/");
    expect(headers.get("content-type")).toMatch(/^text\/html/);
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
    expect(headers.get("cross-origin-embedder-policy")).toBe("require-corp");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("permissions-policy")).toMatch(/bluetooth=\(self\)/);
    expect(headers.get("permissions-policy")).toMatch(/camera=\(\)/);
    expect(headers.has("x-powered-by")).toBe(false);
    expect(headers.has("strict-transport-security")).toBe(false);
  });

  it("should run only scripts of its own origin, and be framed by nobody", async () => {
    const policy = (await get("/")).headers.get("content-security-policy")?.split("; ");
    expect(policy).toEqual(
      expect.arrayContaining([
        "default-src 'none'",
        "script-src 'self'",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
      ]),
    );
    expect(policy?.join()).not.toMatch(/unsafe/);
  });

  it("should be asked for again each time, while files with a hash in their name are kept", async () => {
    expect((await get("/")).headers.get("cache-control")).toBe("no-cache");
    const asset = await get("/assets/stand-in-5f1c2a3b.js");
    expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(asset.headers.get("content-type")).toMatch(/javascript/);
  });

  it("should answer what does not exist or is not meant to be asked so with 404, and say no more", async () => {
    for (const [path, method] of [
      ["/nothing", "GET"],
      ["/%E0%A4%A", "GET"],
      ["/", "POST"],
      ["/config.json", "PUT"],
    ] as const) {
      const response = await get(path, { method });
      expect(response.status, path).toBeOneOf([400, 404]);
      expect(await response.text()).toMatch(/^(Not found|Bad request)\.\n$/);
      expect(response.headers.has("content-security-policy")).toBe(true);
    }
  });
});

describe("what the page asks", () => {
  it("should learn what it needs to reach others", async () => {
    const response = await get("/config.json");
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toEqual({
      publicUrl: "https://mesh.example",
      peerPath: "/signaling/",
      iceServers: [{ urls: ["stun:stun.example:3478"] }],
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
  });

  it("should get the members of a room, oldest first, and nobody of another room", async () => {
    const oldest = sessionOf(room, "f");
    const newest = sessionOf(room, "1");
    const elsewhere = sessionOf("f".repeat(32), "1");
    for (const id of [oldest, newest, elsewhere]) await openSignaling(server, { id });
    const response = await get(`/rooms/${room}/members`);
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.json()).toEqual({ members: [oldest, newest] });
  });

  it("should find a room without anybody to be empty, and no room under a name that is none", async () => {
    expect(await (await get(`/rooms/${"a".repeat(32)}/members`)).json()).toEqual({ members: [] });
    for (const name of ["x", "A".repeat(32), "a".repeat(33), "__proto__", "%2e%2e"])
      expect((await get(`/rooms/${name}/members`)).status, name).toBeOneOf([400, 404]);
  });
});

/** As no page could ask: with any head, over a bare connection. */
const askWith = (headers: OutgoingHttpHeaders, path = "/"): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const sent = request(`${server.origin}${path}`, { headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
      response.once("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.once("error", reject).end();
  });

describe("a request that gets no answer", () => {
  it("should be one under a name that is not the server's, with a sentence that says what to do", async () => {
    for (const host of ["evil.example", `evil.example:${server.port}`, "192.0.2.77"])
      for (const path of ["/", "/config.json", "/healthz"]) {
        const { status, text } = await askWith({ host }, path);
        expect(status, host).toBe(421);
        expect(text).toMatch(/does not know the name .*--public-url/s);
        expect(text).not.toContain("stun");
      }
    for (const host of ["localhost", `127.0.0.1:${server.port}`, "mesh.example"])
      expect((await askWith({ host }, "/config.json")).status, host).toBe(200);
  });

  it("should be a page of another origin, and cost its visitor nothing", async () => {
    const visitor = { "x-forwarded-for": "198.51.100.30", "sec-fetch-dest": "empty" };
    for (let i = 0; i < 2 * requestRate.capacity; i += 100) {
      const statuses = await Promise.all(
        Array.from({ length: 100 }, () => askWith({ ...visitor, "sec-fetch-site": "cross-site" })),
      );
      expect(new Set(statuses.map(({ status }) => status))).toEqual(new Set([403]));
    }
    expect((await askWith({ ...visitor, "sec-fetch-site": "same-origin" })).status).toBe(200);
  });

  it("should not be that of a person who follows a link from another page", async () => {
    const followed = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    expect((await askWith({ ...followed, "sec-fetch-dest": "document" })).status).toBe(200);
    expect((await askWith({ ...followed, "sec-fetch-dest": "iframe" })).status).toBe(403);
  });
});

it("should answer a client that would rather speak HTTP/2, as curl --http2 asks, in HTTP/1.1", async () => {
  const http2 = { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABkAAQAoAAAAAIAAAAA" };
  const plain = await askWith({});
  expect(await askWith(http2)).toEqual(plain);
  expect(plain).toMatchObject({ status: 200, text: expect.stringContaining("<html") });
  expect((await askWith(http2, "/nothing")).status).toBe(404);
});

describe("what the operator asks", () => {
  it("should be counts alone, with no id of anybody", async () => {
    const id = sessionOf("b".repeat(32), "b");
    await openSignaling(server, { id });
    const text = await (await get("/healthz")).text();
    expect(JSON.parse(text)).toMatchObject({
      status: "ok",
      uptimeSeconds: expect.any(Number),
      droppedMessages: { "not-json": 0, "other-room": 0 },
      refusedSockets: { "wrong-origin": 0 },
      refusedRequests: 0,
      refusedConnections: 0,
      unsentBytes: 0,
      unreadAnswers: expect.any(Number),
      endedAnswers: 0,
      controlFrames: { ping: 0, pong: 0 },
      displacedSessions: { room: 0, address: 0 },
    });
    expect(JSON.parse(text).clients).toBeGreaterThan(0);
    expect(text).not.toContain("b".repeat(16));
  });
});

it("should slow down an address that asks without end, and no other", async () => {
  const statusFor = async (address: string): Promise<number> => {
    const response = await get("/healthz", { headers: { "x-forwarded-for": `203.0.113.9, ${address}` } });
    await response.arrayBuffer();
    return response.status;
  };
  const statuses: number[] = [];
  for (let round = 0; round < 30; round++)
    statuses.push(...(await Promise.all(Array.from({ length: 100 }, () => statusFor("198.51.100.1")))));
  expect(statuses[0]).toBe(200);
  expect(statuses).toContain(429);
  expect(await statusFor("198.51.100.2")).toBe(200);
});

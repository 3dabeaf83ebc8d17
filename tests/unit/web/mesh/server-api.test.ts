import { describe, expect, it } from "vitest";
import { serverApi } from "../../../../web/mesh/server-api.ts";

const room = "ab".repeat(16);
const member = (digit: string) => `${room}-${digit.repeat(16)}`;

const answering = (answer: () => Response | Promise<Response>, origin = "https://mesh.example") => {
  const asked: string[] = [];
  const api = serverApi(origin, async (url) => {
    asked.push(String(url));
    return answer();
  });
  return { api, asked };
};
const json = (value: unknown) => () => new Response(JSON.stringify(value));

describe("server API", () => {
  it("should read how to reach others", async () => {
    const iceServers = [{ urls: ["turn:a.example"], username: "u", credential: "c" }, { urls: ["stun:a.example"] }];
    const { api, asked } = answering(
      json({ publicUrl: "https://mesh.example", peerPath: "/signaling/", iceServers, more: 1 }),
    );
    expect(await api.config()).toEqual({
      publicUrl: "https://mesh.example",
      peerPath: "/signaling/",
      iceServers,
      hasUnusableIceServers: false,
    });
    expect(asked).toEqual(["https://mesh.example/config.json"]);
  });

  it.each([
    "mesh.example",
    "//",
    "javascript:alert(1)",
    7,
    "http://mesh.example",
    "http://192.168.1.20:8080",
    "https://mesh.example@evil.example",
  ])("should name %j in no invite", async (publicUrl) => {
    const { api } = answering(json({ publicUrl, peerPath: "/", iceServers: [] }));
    expect(await api.config()).toEqual({
      publicUrl: undefined,
      peerPath: "/",
      iceServers: [],
      hasUnusableIceServers: false,
    });
  });

  it.each([
    ["the page's own address, even on plain HTTP", "http://localhost:8080", "http://localhost:8080"],
    ["an address of the network", "https://192.168.1.20:8443", "https://192.168.1.20:8443"],
    ["nothing of an address but its origin", "https://mesh.example/elsewhere?a=1#k=b", "https://mesh.example"],
  ])("should name %s in invites", async (_, publicUrl, named) => {
    const { api } = answering(json({ publicUrl, peerPath: "/", iceServers: [] }), "http://localhost:8080");
    expect((await api.config())?.publicUrl).toBe(named);
  });

  it("should leave out ICE servers on which a browser would throw", async () => {
    const iceServers = [
      { urls: "stun:a.example" },
      { urls: "turn:a.example" },
      { urls: "http://a" },
      {},
      null,
      { urls: [7] },
    ];
    const { api } = answering(json({ peerPath: "/", iceServers }));
    expect(await api.config()).toEqual({
      publicUrl: undefined,
      peerPath: "/",
      iceServers: [{ urls: ["stun:a.example"] }],
      hasUnusableIceServers: true,
    });
  });

  it("should read the room's members, and none of another room", async () => {
    const members = [member("1"), "someone", 7, `${"cd".repeat(16)}-${"1".repeat(16)}`, member("2")];
    const { api, asked } = answering(json({ members }));
    expect(await api.members(room)).toEqual([member("1"), member("2")]);
    expect(asked).toEqual([`https://mesh.example/rooms/${room}/members`]);
  });

  it("should read no more members than a room has", async () => {
    const members = Array.from({ length: 400 }, (_, i) => `${room}-${String(i).padStart(16, "0")}`);
    const { api } = answering(json({ members }));
    expect((await api.members(room))?.length).toBe(128);
  });

  it.each([
    ["no answer", () => Promise.reject(new TypeError("fetch failed"))],
    ["a refusal", () => new Response("{}", { status: 503 })],
    ["no JSON", () => new Response("<html>")],
    ["nothing", () => new Response(null)],
    ["another shape", json([])],
    ["null", json(null)],
    ["another type", json({ members: "all", peerPath: "/", iceServers: {} })],
    ["a path that leads elsewhere", json({ members: {}, peerPath: "//evil.example/", iceServers: [] })],
  ])("should make %s an outcome", async (_, answer) => {
    const { api } = answering(answer);
    expect(await api.members(room)).toBeUndefined();
    expect(await api.config()).toBeUndefined();
  });

  it("should stop reading an answer that does not end", async () => {
    let pulled = 0;
    const endless = () =>
      new Response(
        new ReadableStream({
          pull: (controller) => {
            pulled++;
            controller.enqueue(new Uint8Array(1024).fill(32));
          },
        }),
      );
    expect(await answering(endless).api.members(room)).toBeUndefined();
    expect(pulled).toBeLessThan(40);
  });
});

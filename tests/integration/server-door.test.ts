// What the door lets through, message by message and socket by socket, on the real server. Attacks on PeerServer's
// holes are in tests/attacks. That something was dropped shows in what arrives next: messages of one socket keep their
// order.
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signalingPath } from "../../gateway/wire/signaling-message.ts";
import {
  maxAddressSockets,
  maxExcessFrames,
  maxRoomSessions,
  messageUnits,
  socketRate,
} from "../../signaling-server/limits.ts";
import { upgraded } from "../support/attacked-server.ts";
import { type ServerProcess, startServer } from "../support/server-process.ts";
import { offerOf, soundAnswer } from "../support/session-descriptions.ts";
import { openSignaling, type SignalingClient, signalingUrl, upgradeStatus } from "../support/signaling-client.ts";

const publicOrigin = "https://mesh.example";
const friendOrigin = "https://friend.example:9000";

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer({
    args: ["--behind-proxy", "--public-url", publicOrigin, "--allowed-origins", friendOrigin],
  });
});
afterAll(() => server.stop());

let rooms = 0;
/** Every test has a room of its own, so that none depends on what another left. */
const newRoom = (): string => (++rooms).toString(16).padStart(32, "0");
let sessions = 0;
const newSession = (room: string): string => `${room}-${(++sessions).toString(16).padStart(16, "0")}`;

const offer = (dst: string, connectionId = "dc_one") => ({ ...offerOf(connectionId), dst });

/** Past its OPEN. */
const join = async (id: string, token?: string): Promise<SignalingClient> => {
  const client = await openSignaling(server, token === undefined ? { id } : { id, token });
  expect(await client.next()).toEqual({ type: "OPEN" });
  return client;
};

interface Pair {
  readonly alice: SignalingClient;
  readonly aliceId: string;
  readonly bob: SignalingClient;
  readonly bobId: string;
}

const joinPair = async (): Promise<Pair> => {
  const room = newRoom();
  const [aliceId, bobId] = [newSession(room), newSession(room)];
  return { alice: await join(aliceId), aliceId, bob: await join(bobId), bobId };
};

const health = async (): Promise<{
  clients: number;
  droppedMessages: Record<string, number>;
  displacedSessions: Record<"room" | "address", number>;
  controlFrames: Record<"ping" | "pong", number>;
  refusedSockets: Record<string, number>;
}> => (await fetch(`${server.origin}/healthz`)).json();

const membersOf = async (room: string): Promise<readonly string[]> =>
  (await (await fetch(`${server.origin}/rooms/${room}/members`)).json()).members;

/** Nothing of what Alice sent before this reaches Bob. */
const expectOnlyThisArrives = async ({ alice, aliceId, bob, bobId }: Pair): Promise<void> => {
  alice.send(offer(bobId, "dc_sentinel"));
  expect(await bob.next()).toMatchObject({ type: "OFFER", src: aliceId, payload: { connectionId: "dc_sentinel" } });
};

describe("what is said", () => {
  it("should hand an offer on with its sender's name, and only the fields that were checked", async () => {
    const { alice, aliceId, bob, bobId } = await joinPair();
    const { type, dst, payload } = offer(bobId);
    alice.send({
      type,
      dst,
      src: "somebody-else",
      payload: { ...payload, metadata: { evil: true }, originator: true },
      more: 1,
    });
    expect(await bob.next()).toEqual({ type, src: aliceId, dst, payload });
  });

  it("should hand an answer and a candidate back", async () => {
    const { alice, aliceId, bob, bobId } = await joinPair();
    const answer = { type: "data", connectionId: "dc_one", sdp: soundAnswer };
    bob.send({ type: "ANSWER", dst: aliceId, payload: answer });
    expect(await alice.next()).toEqual({ type: "ANSWER", src: bobId, dst: aliceId, payload: answer });
    const candidate = { candidate: "candidate:1 1 udp 1 192.0.2.1 9 typ host", sdpMid: "0", sdpMLineIndex: 0 };
    bob.send({ type: "CANDIDATE", dst: aliceId, payload: { type: "data", connectionId: "dc_one", candidate } });
    expect(await alice.next()).toMatchObject({ type: "CANDIDATE", src: bobId, payload: { candidate } });
  });

  it.each([
    ["a text that is not JSON", "}{", "not-json"],
    ["null", "null", "not-an-object"],
    ["an array", "[]", "not-an-object"],
    ["a number", "1", "not-an-object"],
    ["an unknown type", '{"type":"SHUTDOWN"}', "unknown-type"],
    ["a type of the server's own", '{"type":"OPEN"}', "unknown-type"],
    ["a type from the prototype", '{"type":"constructor","__proto__":{"type":"HEARTBEAT"}}', "unknown-type"],
    ["bytes", Uint8Array.of(1, 2, 3), "not-text"],
  ])("should survive %s, and drop it", async (_name, frame, cause) => {
    const pair = await joinPair();
    const before = (await health()).droppedMessages[cause] ?? 0;
    pair.alice.sendRaw(frame);
    await expectOnlyThisArrives(pair);
    expect((await health()).droppedMessages[cause]).toBe(before + 1);
  });

  it.each([
    ["no payload", null],
    ["a call", { ...offer("").payload, type: "media" }],
    ["a serialization that PeerJS would unpack", { ...offer("").payload, serialization: "binary" }],
    ["a serialization that PeerJS does not know", { ...offer("").payload, serialization: "toString" }],
  ])("should drop an offer with %s", async (_name, payload) => {
    const pair = await joinPair();
    pair.alice.send({ type: "OFFER", dst: pair.bobId, payload });
    await expectOnlyThisArrives(pair);
  });

  it("should never let LEAVE or EXPIRE in, which would close a healthy channel of somebody else", async () => {
    const pair = await joinPair();
    for (const type of ["LEAVE", "EXPIRE"]) {
      pair.alice.send({ type, dst: pair.bobId });
      pair.alice.send({ type, src: pair.bobId, dst: pair.bobId, payload: { type: "data" } });
    }
    await expectOnlyThisArrives(pair);
  });

  it("should drop what is meant for another room, and say nothing about its members", async () => {
    const pair = await joinPair();
    const stranger = newSession(newRoom());
    const elsewhere = await join(stranger);
    const before = (await health()).droppedMessages["other-room"] ?? 0;
    pair.alice.send(offer(stranger));
    pair.alice.send(offer(newSession(newRoom())));
    await expectOnlyThisArrives(pair);
    expect((await health()).droppedMessages["other-room"]).toBe(before + 2);
    elsewhere.send(offer(newSession(stranger.slice(0, 32))));
    expect(await elsewhere.next()).toMatchObject({ type: "EXPIRE" });
    pair.bob.send(offer(pair.aliceId));
    expect(await pair.alice.next()).toMatchObject({ type: "OFFER" });
  });

  it("should say at once that the other one is absent, and keep nothing for later", async () => {
    const room = newRoom();
    const [aliceId, bobId] = [newSession(room), newSession(room)];
    const alice = await join(aliceId);
    alice.send(offer(bobId));
    expect(await alice.next()).toEqual({ type: "EXPIRE", src: bobId, dst: aliceId });
    const bob = await join(bobId);
    await expectOnlyThisArrives({ alice, aliceId, bob, bobId });
  });

  it("should close a socket that sends more than 64 KiB in one frame", async () => {
    const { alice, bob } = await joinPair();
    alice.sendRaw(`{"type":"HEARTBEAT","more":"${"x".repeat(65_536)}"}`);
    expect(await alice.closed).toBe(1009);
    expect(bob.isOpen).toBe(true);
  });

  it("should drop what comes faster than any page would send it, and keep the others served", async () => {
    const pair = await joinPair();
    const before = (await health()).droppedMessages["too-fast"] ?? 0;
    for (let i = 0; i < messageUnits.capacity + 500; i++) pair.bob.sendRaw("null"); // No answer to it.
    await expectOnlyThisArrives(pair);
    await expect.poll(async () => (await health()).droppedMessages["too-fast"]).toBeGreaterThan(before);
  });

  it("should end a socket that goes on and on beyond its rate", async () => {
    const { alice, bob } = await joinPair();
    for (let i = 0; i < 2 * (messageUnits.capacity + maxExcessFrames); i++) alice.send({ type: "HEARTBEAT" });
    await alice.closed;
    expect(bob.isOpen).toBe(true);
  });
});

describe("pings and pongs, which no page sends", () => {
  const controlFrames = async (): Promise<Record<"ping" | "pong", number>> => (await health()).controlFrames;

  it("should answer a ping with its own bytes, and count it", async () => {
    const { alice } = await joinPair();
    const before = (await controlFrames()).ping;
    expect(await alice.ping("are you there")).toBe("are you there");
    expect((await controlFrames()).ping).toBe(before + 1);
  });

  it.each(["ping", "pong"] as const)(
    "should cost as much as messages: a flood of %ss ends its socket",
    async (kind) => {
      const pair = await joinPair();
      const before = (await controlFrames())[kind];
      const frames = 2 * (messageUnits.capacity + maxExcessFrames);
      for (let i = 0; i < frames; i++) pair.alice.sendControl(kind);
      await pair.alice.closed;
      expect((await controlFrames())[kind]).toBeGreaterThanOrEqual(before + messageUnits.capacity + maxExcessFrames);
      expect(pair.bob.isOpen).toBe(true);
    },
  );

  it("should use up the rate that messages have", async () => {
    const pair = await joinPair();
    const before = (await health()).droppedMessages["too-fast"] ?? 0;
    for (let i = 0; i < messageUnits.capacity + 500; i++) pair.bob.sendControl("pong");
    await expect.poll(async () => (await health()).droppedMessages["too-fast"]).toBeGreaterThan(before);
    await expectOnlyThisArrives(pair);
  });

  it("should end a socket that was not let in, too", async () => {
    const pair = await joinPair();
    const door = { origin: server.origin, peerPath: signalingPath };
    // A bare connection: a library would answer that the socket is closed.
    const thief = await upgraded(door, { id: pair.aliceId, token: "another-token" });
    const before = (await health()).droppedMessages["too-fast"] ?? 0;
    const pong = Buffer.of(0x8a, 0x80, 0, 0, 0, 0);
    thief.resume().write(Buffer.concat(Array<Buffer>(2 * (messageUnits.capacity + maxExcessFrames)).fill(pong)));
    await once(thief, "close");
    expect((await health()).droppedMessages["too-fast"]).toBeGreaterThan(before + maxExcessFrames);
    expect(pair.alice.isOpen).toBe(true);
  });
});

describe("a page that comes in", () => {
  it("should welcome a session again that comes with its own token after its connection was lost", async () => {
    const id = newSession(newRoom());
    const lost = await join(id);
    lost.cut();
    await lost.closed;
    const returned = await join(id);
    expect(returned.isOpen).toBe(true);
  });

  it("should keep the id of a session that is away for the page that has its token", async () => {
    const id = newSession(newRoom());
    const lost = await join(id);
    lost.cut();
    await lost.closed;
    await expect.poll(() => membersOf(id.slice(0, 32))).toEqual([]);
    const squatter = await openSignaling(server, { id, token: "another-token" });
    expect(await squatter.next()).toEqual({ type: "ID-TAKEN", payload: { msg: "ID is taken" } });
    await squatter.closed;
    expect((await join(id)).isOpen).toBe(true);
  });

  it("should close the old socket of a session before its new one is opened", async () => {
    const pair = await joinPair();
    const again = await join(pair.aliceId);
    await pair.alice.closed;
    expect(await membersOf(pair.aliceId.slice(0, 32))).toEqual([pair.bobId, pair.aliceId]);
    await expectOnlyThisArrives({ ...pair, alice: again });
  });

  it("should serve only one of several sockets that come for one session at the same moment", async () => {
    const room = newRoom();
    const id = newSession(room);
    await join(id);
    const statuses = await Promise.all(
      Array.from({ length: 8 }, () => upgradeStatus(signalingUrl(server, id, "token-of-tests"))),
    );
    expect(statuses).toContain(101);
    expect(statuses.filter((status) => status !== 101 && status !== 409)).toEqual([]);
    const last = await join(id);
    expect(last.isOpen).toBe(true);
    expect(await membersOf(room)).toEqual([id]);
  });

  it("should say to a page that asks for another's session that it is taken, and not listen to it", async () => {
    const pair = await joinPair();
    const thief = await openSignaling(server, { id: pair.aliceId, token: "another-token" });
    thief.send(offer(pair.bobId, "dc_stolen"));
    expect(await thief.next()).toEqual({ type: "ID-TAKEN", payload: { msg: "ID is taken" } });
    await thief.closed;
    expect(pair.alice.isOpen).toBe(true);
    await expectOnlyThisArrives(pair);
  });

  it("should let in pages of its own origins and of the configured ones, and no others", async () => {
    const room = newRoom();
    const statusFrom = (origin: string): Promise<number> =>
      upgradeStatus(signalingUrl(server, newSession(room), "token-of-tests"), { origin });
    for (const origin of [server.origin, `http://localhost:${server.port}`, publicOrigin, friendOrigin])
      expect(await statusFrom(origin), origin).toBe(101);
    for (const origin of [
      "https://evil.example",
      "null",
      `https://localhost:${server.port}`,
      `${publicOrigin}.evil.example`,
    ])
      expect(await statusFrom(origin), origin).toBe(403);
  });

  it("should refuse a request that does not name one well-formed session", async () => {
    const id = newSession(newRoom());
    const url = signalingUrl(server, id, "token-of-tests");
    for (const malformed of [
      url.replace(`&id=${id}`, ""),
      url.replace(id, "alice"),
      url.replace(id, `${id}0`),
      url.replace(id, id.replace("-", ".")),
      url.replace(id, id.replace("0", "A")),
      url.replace("token-of-tests", ""),
      url.replace("token-of-tests", "short"),
      url.replace("token-of-tests", "x".repeat(65)),
      url.replace("key=peerjs", "key=other"),
      `${url}&id=${newSession(newRoom())}`,
      `${url}&token=another-token`,
    ])
      expect(await upgradeStatus(malformed), malformed).toBe(400);
  });

  it("should refuse a WebSocket on any other path", async () => {
    const url = signalingUrl(server, newSession(newRoom()), "token-of-tests");
    for (const path of ["/", "/peerjs", "/signaling/", "/signaling/peerjs/", "/signaling/peerjs/../peerjs/x"])
      expect(await upgradeStatus(url.replace("/signaling/peerjs", path)), path).toBe(404);
  });

  it("should allow at most 128 sessions in a room, and still let one of them in again", async () => {
    const room = newRoom();
    const forwardedFor = "192.0.2.128";
    const ids = Array.from({ length: 128 }, () => newSession(room));
    await Promise.all(ids.map((id) => openSignaling(server, { id, forwardedFor })));
    expect(await upgradeStatus(signalingUrl(server, newSession(room), "token-of-tests"), { forwardedFor })).toBe(503);
    expect(await upgradeStatus(signalingUrl(server, ids[0] ?? "", "token-of-tests"), { forwardedFor })).toBe(101);
  });

  it("should slow down an address that opens sockets without end, and no other", async () => {
    const url = signalingUrl(server, "malformed", "token-of-tests");
    const knock = (forwardedFor: string): Promise<number> => upgradeStatus(url, { forwardedFor });
    const statuses: number[] = [];
    for (let i = 0; i < 10; i++)
      statuses.push(...(await Promise.all(Array.from({ length: 64 }, () => knock("198.51.100.7")))));
    expect(statuses[0]).toBe(400);
    expect(statuses.at(-1)).toBe(429);
    expect(await knock("198.51.100.8")).toBe(400);
    expect(await knock("2001:db8::1")).toBe(400);
  });

  it("should not slow down an address from which a page of somebody else knocks", async () => {
    const forwardedFor = "198.51.100.20";
    const knock = (origin: string): Promise<number> =>
      upgradeStatus(signalingUrl(server, newSession(newRoom()), "token-of-tests"), { forwardedFor, origin });
    const tries = 2 * socketRate.capacity;
    for (let i = 0; i < tries; i += 64)
      expect(new Set(await Promise.all(Array.from({ length: 64 }, () => knock("https://evil.example"))))).toEqual(
        new Set([403]),
      );
    expect(new Set(await Promise.all(Array.from({ length: 20 }, () => knock(publicOrigin))))).toEqual(new Set([101]));
  });

  it("should know only its own hosts, so that no name of somebody else can point here", async () => {
    const url = signalingUrl(server, newSession(newRoom()), "token-of-tests");
    for (const host of ["localhost:1", "mesh.example", `127.0.0.1:${server.port}`])
      expect(await upgradeStatus(url, { host }), host).toBe(101);
    for (const host of ["evil.example", `evil.example:${server.port}`, "friend.example", "127.0.0.1.evil.example"])
      expect(await upgradeStatus(url, { host }), host).toBe(421);
  });
});

describe("a room that one address has filled", () => {
  it("should have places for pages from other addresses, up to an equal share", async () => {
    const room = newRoom();
    const held = await Promise.all(
      Array.from({ length: maxRoomSessions }, () =>
        openSignaling(server, { id: newSession(room), forwardedFor: "192.0.2.200" }),
      ),
    );
    const alice = newSession(room);
    const bob = newSession(room);
    const [aliceClient, bobClient] = await Promise.all([
      openSignaling(server, { id: alice, forwardedFor: "192.0.2.201" }),
      openSignaling(server, { id: bob, forwardedFor: "192.0.2.202" }),
    ]);
    for (const client of [aliceClient, bobClient]) expect(await client.next()).toEqual({ type: "OPEN" });
    expect(await membersOf(room)).toHaveLength(maxRoomSessions);
    expect(await membersOf(room)).toEqual(expect.arrayContaining([alice, bob]));
    await expect.poll(() => held.filter(({ isOpen }) => !isOpen)).toHaveLength(2);
    await expectOnlyThisArrives({ alice: aliceClient, aliceId: alice, bob: bobClient, bobId: bob });
    const more = { forwardedFor: "192.0.2.200" };
    expect(await upgradeStatus(signalingUrl(server, newSession(room), "token-of-tests"), more)).toBe(503);
  });
});

describe("an address that idle sockets in invented rooms have filled", () => {
  it("should have places for a page that comes, and keep a room that is in use", async () => {
    const forwardedFor = "192.0.2.210";
    const room = newRoom();
    const [aliceId, bobId] = [newSession(room), newSession(room)];
    const [alice, bob] = [
      await openSignaling(server, { id: aliceId, forwardedFor }),
      await openSignaling(server, { id: bobId, forwardedFor }),
    ];
    for (const client of [alice, bob]) expect(await client.next()).toEqual({ type: "OPEN" });
    await expectOnlyThisArrives({ alice, aliceId, bob, bobId });
    bob.send({ type: "ANSWER", dst: aliceId, payload: { type: "data", connectionId: "dc_one", sdp: soundAnswer } });
    expect(await alice.next()).toMatchObject({ type: "ANSWER" });
    const idle: SignalingClient[] = [];
    for (let i = 2; i < maxAddressSockets; i++)
      idle.push(await openSignaling(server, { id: newSession(newRoom()), forwardedFor }));
    const newcomer = await openSignaling(server, { id: newSession(newRoom()), forwardedFor });
    expect(await newcomer.next()).toEqual({ type: "OPEN" });
    await idle[0]?.closed;
    expect(idle.filter(({ isOpen }) => !isOpen)).toHaveLength(1);
    expect([alice.isOpen, bob.isOpen]).toEqual([true, true]);
    expect((await health()).displacedSessions.address).toBe(1);
  });
});

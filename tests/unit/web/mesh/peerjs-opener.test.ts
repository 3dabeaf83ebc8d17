import { beforeEach, describe, expect, it } from "vitest";
import type { Channel } from "../../../../gateway/wire/channel.ts";
import { dialTimeoutMs, type ServerState } from "../../../../web/mesh/opener.ts";
import { PeerJsOpener } from "../../../../web/mesh/peerjs-opener.ts";
import { doubtIntervalMs, heartbeatMs, maxSilentHeartbeats } from "../../../../web/mesh/server-contact.ts";
import { webCrypto } from "../../../../web/platform/web-crypto.ts";
import { FakePeer } from "../../../support/fake-peerjs.ts";
import { FakeTime, settle } from "../../../support/fake-time.ts";
import { offerOf } from "../../../support/session-descriptions.ts";

const room = "ab".repeat(16);
const session = (digit: string, inRoom = room) => `${inRoom}-${digit.repeat(16)}`;
const me = session("0");
const you = session("1");

const offerFrom = (src: string, connectionId = "dc_theirs") => ({ ...offerOf(connectionId), src });

const openOpener = ({ random = 1 }: { readonly random?: number } = {}) => {
  const time = new FakeTime();
  const states: ServerState[] = [];
  const incoming: Channel[] = [];
  const opener = new PeerJsOpener({
    Peer: FakePeer,
    sessionId: me,
    address: { host: "mesh.example", port: 443, path: "/signal", secure: true },
    iceServers: () => [{ urls: "stun:mesh.example" }],
    crypto: webCrypto,
    now: time.now,
    schedule: time.schedule,
    random: () => random,
    listener: {
      onServerState: (state) => states.push(state),
      onChannel: (channel) => incoming.push(channel),
      onForged: () => undefined,
    },
  });
  const peer = (index = -1): FakePeer => {
    const made = FakePeer.made.at(index);
    if (made === undefined) throw new Error("no Peer was made");
    return made;
  };
  return { opener, time, states, incoming, peer };
};

const connected = () => {
  const all = openOpener();
  all.peer().say({ type: "OPEN" });
  return all;
};

const last = <T>(items: readonly T[]): T => {
  const item = items.at(-1);
  if (item === undefined) throw new Error("nothing there");
  return item;
};

const isChannel = (outcome: object): outcome is Channel => !("failed" in outcome);

beforeEach(() => {
  FakePeer.made.length = 0;
});

describe("PeerJS opener, the server", () => {
  it("should name its own server, ICE servers and token, and none of PeerJS's", () => {
    const { peer } = openOpener();
    expect(peer().id).toBe(me);
    expect(peer().options).toEqual({
      host: "mesh.example",
      port: 443,
      path: "/signal",
      secure: true,
      config: { iceServers: [{ urls: "stun:mesh.example" }] },
      debug: 0,
      token: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    openOpener();
    expect(peer().options.token).not.toBe(peer(0).options.token);
  });

  it("should be connected from the server's word on, and only once", () => {
    const { opener, peer, states } = openOpener();
    expect(opener.serverState).toEqual({ kind: "connecting" });
    peer().say({ type: "OPEN" });
    peer().say({ type: "OPEN" });
    expect(states).toEqual([{ kind: "connected" }]);
  });

  it("should reconnect the same Peer after ever longer waits, and begin again after a contact", async () => {
    const { time, peer, states } = connected();
    const waits: number[] = [];
    for (let i = 0; i < 6; i++) {
      peer().disconnect();
      const state = last(states);
      if (state.kind !== "away") throw new Error(`is ${state.kind}`);
      waits.push(state.retryAtMs - time.now());
      await time.advance(last(waits) - 1);
      expect(peer().reconnects).toBe(i);
      await time.advance(1);
      expect(peer().reconnects).toBe(i + 1);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
    peer().say({ type: "OPEN" });
    peer().disconnect();
    expect(last(states)).toEqual({ kind: "away", retryAtMs: time.now() + 1_000 });
    expect(FakePeer.made.length).toBe(1);
  });

  it("should make the contact again if heartbeats were answered and then nothing comes any more", async () => {
    const { time, peer, states } = connected();
    for (let i = 0; i < 3; i++) {
      peer().say({ type: "HEARTBEAT" });
      await time.advance(heartbeatMs);
    }
    expect(last(states)).toEqual({ kind: "connected" });
    await time.advance(maxSilentHeartbeats * heartbeatMs);
    expect(last(states).kind).toBe("away");
    await time.advance(1_000);
    expect(peer().reconnects).toBe(1);
    peer().say({ type: "OPEN" });
    expect(last(states)).toEqual({ kind: "connected" });
  });

  it("should take any word of the server for a sign of life", async () => {
    const { time, peer, states } = connected();
    peer().say({ type: "HEARTBEAT" });
    for (let i = 0; i < 12; i++) {
      await time.advance(heartbeatMs);
      if (i % 2 === 1) peer().say({ type: "EXPIRE", src: you });
    }
    expect(states).toEqual([{ kind: "connected" }]);
  });

  it("should ask no heartbeat of a server that never answered one", async () => {
    const { time, states } = connected();
    await time.advance(20 * heartbeatMs);
    expect(states).toEqual([{ kind: "connected" }]);
  });

  it("should make a doubted contact again at once, and the next time not before ten seconds are over", async () => {
    const { opener, time, peer, states } = connected();
    opener.doubtServer();
    expect(peer().reconnects).toBe(0); // It has been there for no time.
    await time.advance(doubtIntervalMs);
    opener.doubtServer();
    expect(peer().reconnects).toBe(1);
    expect(last(states).kind).toBe("away");
    peer().say({ type: "OPEN" });
    for (let i = 0; i < 10; i++) opener.doubtServer();
    expect(peer().reconnects).toBe(1);
    expect(last(states)).toEqual({ kind: "connected" });
  });

  it("should not wait for the next try when the network is back", async () => {
    const { opener, time, peer } = connected();
    peer().disconnect();
    opener.doubtServer();
    expect(peer().reconnects).toBe(1);
    await time.advance(5_000);
    expect(peer().reconnects).toBe(1); // The try that was planned is not made beside it.
  });

  it("should doubt no more after it was closed", () => {
    const { opener, peer } = connected();
    opener.close();
    opener.doubtServer();
    expect(peer().reconnects).toBe(0);
  });

  it("should spread the retries of many pages over half of the wait", () => {
    const { peer, states } = openOpener({ random: 0 });
    peer().disconnect();
    expect(states).toEqual([{ kind: "away", retryAtMs: 500 }]);
  });

  it("should make a new Peer of the same session where PeerJS destroyed the first", async () => {
    const { time, peer, states } = openOpener();
    peer().destroy();
    await time.advance(1_000);
    expect(FakePeer.made.length).toBe(2);
    expect(peer().id).toBe(me);
    // The server may keep the id for the token that had it.
    expect(peer().options.token).toBe(peer(0).options.token);
    peer().say({ type: "OPEN" });
    expect(states.map(({ kind }) => kind)).toEqual(["away", "connected"]);
  });

  it("should give up a contact that brings no answer", async () => {
    const { time, peer, states } = openOpener();
    await time.advance(10_000);
    expect(states).toEqual([{ kind: "away", retryAtMs: 11_000 }]);
    await time.advance(1_000);
    expect(peer().reconnects).toBe(1);
  });

  it("should refuse to run on a PeerJS whose socket it cannot guard", () => {
    const makeSocket = FakePeer.makeSocket;
    FakePeer.makeSocket = () => ({ on: () => undefined });
    expect(() => openOpener()).toThrow(/cannot be guarded/);
    FakePeer.makeSocket = makeSocket;
  });
});

describe("PeerJS opener, dialling", () => {
  it("should give a channel when the connection opens, raw and unordered", async () => {
    const { opener, peer, time } = connected();
    const dialled = opener.dial(you);
    const connection = last(peer().connections);
    expect(connection.options).toEqual({ serialization: "raw", reliable: false });
    connection.open();
    const channel = await dialled;
    if (!isChannel(channel)) throw new Error(channel.failed);
    expect([channel.localSessionId, channel.remoteSessionId, channel.dialedBy]).toEqual([me, you, "us"]);
    expect(channel.send(Uint8Array.of(1))).toBe(true);
    expect(connection.pipe.sent.length).toBe(1);
    expect(time.pendingTasks).toBe(0);
  });

  it("should lose no message that comes in the task after the opening", async () => {
    const { opener, peer } = connected();
    const dialled = opener.dial(you);
    last(peer().connections).open();
    last(peer().connections).pipe.receive(Uint8Array.of(7).buffer);
    const channel = await dialled;
    if (!isChannel(channel)) throw new Error(channel.failed);
    const heard: number[] = [];
    channel.listen({ onMessage: (bytes) => heard.push(...bytes), onDrain: () => undefined, onClose: () => undefined });
    expect(heard).toEqual([7]);
  });

  it("should not ask PeerJS while the server is away", async () => {
    const { opener, peer } = openOpener();
    expect(await opener.dial(you)).toEqual({ failed: "server-away" });
    expect(peer().connections).toEqual([]);
  });

  it("should give up after its own time limit, and close what it began", async () => {
    const { opener, peer, time } = connected();
    const dialled = opener.dial(you);
    await time.advance(dialTimeoutMs);
    expect(await dialled).toEqual({ failed: "timed-out" });
    expect(last(peer().connections).isClosed).toBe(true);
  });

  it("should fail at once when PeerJS finds no way", async () => {
    const { opener, peer, time } = connected();
    const dialled = opener.dial(you);
    last(peer().connections).emit("error", new Error("Negotiation of connection failed."));
    expect(await dialled).toEqual({ failed: "not-connected" });
    expect(time.pendingTasks).toBe(0);
  });

  it("should fail at once when the connection itself has failed, of which PeerJS may say nothing", async () => {
    const { opener, peer } = connected();
    const dialled = opener.dial(you);
    last(peer().connections).rtc.enter("connecting");
    last(peer().connections).rtc.enter("failed");
    expect(await dialled).toEqual({ failed: "not-connected" });
  });

  it("should fail when the browser makes no further connection", async () => {
    const { opener, peer } = connected();
    peer().connectError = new Error("Cannot create so many PeerConnections");
    expect(await opener.dial(you)).toEqual({ failed: "not-connected" });
  });

  it("should fail when the server says that nobody fetched the offer", async () => {
    const { opener, peer } = connected();
    const dialled = opener.dial(you);
    const other = opener.dial(session("2"));
    peer().say({ type: "EXPIRE", src: you });
    expect(await dialled).toEqual({ failed: "peer-unavailable" });
    last(peer().connections).open();
    expect(isChannel(await other)).toBe(true);
  });

  it("should dial a session once at a time, and again when a channel is open", async () => {
    const { opener, peer } = connected();
    const first = opener.dial(you);
    expect(await opener.dial(you)).toEqual({ failed: "already-dialling" });
    last(peer().connections).open();
    expect(isChannel(await first)).toBe(true);
    const second = opener.dial(you);
    last(peer().connections).open();
    expect(isChannel(await second)).toBe(true);
  });

  it("should keep its channels while the server is away", async () => {
    const { opener, peer } = connected();
    const dialled = opener.dial(you);
    last(peer().connections).open();
    const channel = await dialled;
    peer().disconnect();
    expect(isChannel(channel) && channel.send(Uint8Array.of(1))).toBe(true);
  });
});

describe("PeerJS opener, being dialled", () => {
  it("should pass on a channel once it is open", async () => {
    const { peer, incoming } = connected();
    peer().say(offerFrom(you));
    await settle();
    expect(incoming).toEqual([]);
    last(peer().connections).open();
    await settle();
    expect(incoming.map(({ remoteSessionId, dialedBy }) => [remoteSessionId, dialedBy])).toEqual([[you, "them"]]);
  });

  it("should close a connection that does not open in time, and count it", async () => {
    const { opener, peer, incoming, time } = connected();
    peer().say(offerFrom(you));
    await time.advance(dialTimeoutMs);
    expect(last(peer().connections).isClosed).toBe(true);
    expect(incoming).toEqual([]);
    expect([...opener.drops]).toEqual([["accept timed-out", 1]]);
  });

  it.each([
    ["of another room", session("1", "cd".repeat(16))],
    ["of itself", me],
  ])("should not answer an offer %s", (_, from) => {
    const { opener, peer } = connected();
    peer().say(offerFrom(from));
    expect(peer().connections).toEqual([]);
    expect([...opener.drops]).toEqual([["unwanted offer", 1]]);
  });

  it("should bound what is being opened, by session and in all", () => {
    const { opener, peer } = connected();
    for (let i = 0; i < 5; i++) peer().say(offerFrom(you, `dc_${i}`));
    expect(peer().connections.length).toBe(2);
    for (let i = 0; i < 100; i++) peer().say(offerFrom(`${room}-${String(i).padStart(16, "0")}`, `dc_${i}`));
    expect(peer().connections.length).toBe(64);
    expect(opener.drops.get("unwanted offer")).toBe(3 + 38);
  });
});

describe("PeerJS opener, more than one data channel on a connection", () => {
  const dialledBy = {
    us: async () => {
      const all = connected();
      const dialled = all.opener.dial(you);
      return { ...all, connection: last(all.peer().connections), outcome: () => dialled };
    },
    them: async () => {
      const all = connected();
      all.peer().say(offerFrom(you));
      const connection = last(all.peer().connections);
      connection.rtc.receivePipe(); // That of the dial.
      return { ...all, connection, outcome: async () => last(all.incoming) };
    },
  };

  for (const [who, dial] of Object.entries(dialledBy)) {
    it(`should end it at once when it is open and dialled by ${who}`, async () => {
      const { opener, connection, outcome, time } = await dial();
      connection.open();
      await settle();
      const channel = await outcome();
      if (!isChannel(channel)) throw new Error(channel.failed);
      const ends: string[] = [];
      channel.listen({ onMessage: () => undefined, onDrain: () => undefined, onClose: (reason) => ends.push(reason) });
      expect(connection.rtc.closes).toBe(0);
      connection.rtc.receivePipe();
      expect(ends).toEqual(["more than one channel"]);
      expect([connection.rtc.closes, connection.isClosed]).toEqual([1, true]);
      connection.rtc.receivePipe();
      expect([...opener.drops]).toEqual([["more than one channel", 1]]);
      expect(time.pendingTasks).toBe(0);
    });

    it(`should end it before it is open, when dialled by ${who}`, async () => {
      const { opener, connection, incoming, time } = await dial();
      connection.rtc.receivePipe();
      await settle();
      expect(connection.isClosed).toBe(true);
      connection.open();
      await settle();
      expect(incoming).toEqual([]);
      expect(opener.drops.get("more than one channel")).toBe(1);
      expect(time.pendingTasks).toBe(0);
    });
  }
});

describe("PeerJS opener, the end", () => {
  it("should close everything that it opened and leave no timer", async () => {
    const { opener, peer, time, incoming } = connected();
    const open = opener.dial(you);
    last(peer().connections).open();
    await open;
    const pending = opener.dial(session("2"));
    peer().say(offerFrom(session("3")));
    opener.close();
    expect(await pending).toEqual({ failed: "closed" });
    expect(await opener.dial(session("4"))).toEqual({ failed: "closed" });
    const [first, second, third] = peer().connections;
    expect(first?.pipe.readyState).toBe("closing");
    expect([second?.isClosed, third?.isClosed]).toEqual([true, true]);
    first?.pipe.end();
    expect(first?.isClosed).toBe(true);
    expect(first?.rtc.closes).toBe(1);
    expect(time.pendingTasks).toBe(0);
    expect(peer().disconnected).toBe(true);
    expect(incoming).toEqual([]);
  });

  it("should close the channel when PeerJS closes the connection under it", async () => {
    const { opener, peer } = connected();
    const dialled = opener.dial(you);
    last(peer().connections).open();
    const channel = await dialled;
    if (!isChannel(channel)) throw new Error(channel.failed);
    const ends: string[] = [];
    channel.listen({ onMessage: () => undefined, onDrain: () => undefined, onClose: (reason) => ends.push(reason) });
    last(peer().connections).close();
    expect(ends).toEqual(["connection closed"]);
  });
});

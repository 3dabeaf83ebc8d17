import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { endWebRtc, loadPeerJs } from "../../bench/stage/native-webrtc.ts";
import type { Channel } from "../../gateway/wire/channel.ts";
import { makeSessionId } from "../../gateway/wire/session-id.ts";
import { dialTimeoutMs } from "../../web/mesh/opener.ts";
import type { PeerFace } from "../../web/mesh/peerjs-face.ts";
import { PeerJsOpener } from "../../web/mesh/peerjs-opener.ts";
import { guardSignaling } from "../../web/mesh/signaling-guard.ts";
import { now, schedule } from "../../web/platform/timers.ts";
import { webCrypto } from "../../web/platform/web-crypto.ts";
import { soundAnswer, soundOffer } from "../support/session-descriptions.ts";

const roomId = "ab".repeat(16);

/** A server that passes on what pages send, as it should, and sends what a test wants, as it should not. */
class HostileServer {
  readonly #server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  readonly #sockets = new Map<string, WebSocket>();

  async start(): Promise<void> {
    this.#server.on("connection", (socket, request) => {
      const id = new URL(request.url ?? "", "http://server").searchParams.get("id") ?? "";
      this.#sockets.set(id, socket);
      socket.send(JSON.stringify({ type: "OPEN" }));
      socket.on("message", (data) => {
        const message = JSON.parse(String(data));
        if (message.dst !== undefined) this.say(message.dst, { ...message, src: id });
      });
    });
    await once(this.#server, "listening");
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  say(to: string, message: unknown): void {
    this.#sockets.get(to)?.send(JSON.stringify(message));
  }

  close(): void {
    for (const socket of this.#sockets.values()) socket.terminate();
    this.#server.close();
  }
}

let server: HostileServer;
const openers: PeerJsOpener[] = [];
const closing: (() => void)[] = [];

beforeEach(async () => {
  server = new HostileServer();
  await server.start();
});
afterEach(() => {
  for (const opener of openers.splice(0)) opener.close();
  for (const close of closing.splice(0)) close();
  server.close();
});
afterAll(() => endWebRtc());

/** Puts the guard in place; the causes of what it does not let in. */
const guard = (peer: PeerFace): string[] => {
  const drops: string[] = [];
  guardSignaling({
    peer,
    onHeard: () => undefined,
    onHeartbeat: () => undefined,
    mayOffer: () => true,
    onUnavailable: () => undefined,
    onForged: () => undefined,
    onDrop: (cause) => drops.push(cause),
  });
  return drops;
};

const openPhone = async () => {
  const sessionId = makeSessionId(roomId, webCrypto.randomBytes);
  const incoming: Channel[] = [];
  const opener = new PeerJsOpener({
    Peer: loadPeerJs(),
    sessionId,
    address: { host: "127.0.0.1", port: server.port, path: "/", secure: false },
    iceServers: () => [],
    crypto: webCrypto,
    now,
    schedule,
    random: Math.random,
    listener: {
      onServerState: () => undefined,
      onChannel: (channel) => incoming.push(channel),
      onForged: () => undefined,
    },
  });
  openers.push(opener);
  await expect.poll(() => opener.serverState.kind).toBe("connected");
  return { sessionId, opener, incoming };
};

describe("PeerJS behind the signaling guard, on a hostile server", () => {
  it("should keep a healthy channel whatever the server says, and go on", async () => {
    const [me, you] = [await openPhone(), await openPhone()];
    const dial = () => me.opener.dial(you.sessionId);
    await expect.poll(dial).toHaveProperty("remoteSessionId"); // One native dial in a hundred fails.
    await expect.poll(() => you.incoming.length).toBe(1);
    const [channel] = you.incoming;
    const ends: string[] = [];
    channel?.listen({ onMessage: () => undefined, onDrain: () => undefined, onClose: (reason) => ends.push(reason) });

    // It passes the door, and no WebRTC reads it.
    const unreadable = soundOffer.sdp.replace(/^a=ice-.*\r\n/gm, "");
    const payload = { type: "data", connectionId: "dc_x", serialization: "raw", reliable: false, label: "x" };
    const hostile: readonly unknown[] = [
      null,
      7,
      { type: "LEAVE", src: me.sessionId },
      { type: "OFFER", src: me.sessionId, payload: null },
      {
        type: "OFFER",
        src: me.sessionId,
        payload: { ...payload, serialization: "nonsense", sdp: soundOffer },
      },
      { type: "OFFER", src: me.sessionId, payload: { ...payload, type: "media", sdp: soundOffer } },
      { type: "OFFER", src: me.sessionId, payload: { ...payload, sdp: { type: "offer", sdp: "not a description" } } },
      { type: "OFFER", src: me.sessionId, payload: { ...payload, sdp: { type: "offer", sdp: unreadable } } },
      { type: "ANSWER", src: me.sessionId, payload: null },
      {
        type: "ANSWER",
        src: me.sessionId,
        payload: { ...payload, connectionId: "dc_none", sdp: soundAnswer },
      },
      {
        type: "CANDIDATE",
        src: me.sessionId,
        payload: { ...payload, connectionId: "dc_none", candidate: { candidate: "x", sdpMid: "0" } },
      },
    ];
    const before = new Map(you.opener.drops); // Messages of a dial that failed may have come too late.
    const dropsSince = () =>
      [...you.opener.drops].flatMap(([cause, count]) => {
        const since = count - (before.get(cause) ?? 0);
        return since === 0 ? [] : [[cause, since] as const];
      });
    for (const message of hostile) server.say(you.sessionId, message);
    await expect.poll(() => dropsSince().reduce((sum, [, count]) => sum + count, 0)).toBe(10);
    expect(Object.fromEntries(dropsSince())).toEqual({
      "not-an-object": 2,
      "unknown-type": 1,
      "bad-payload": 5,
      "unknown connection": 2,
    });
    expect(ends).toEqual([]);
    expect(channel?.send(Uint8Array.of(1))).toBe(true);
  });
});

/** What a page would have without the guard: PeerJS alone, as it is. */
interface BarePeer {
  readonly socket: { emit(event: "message", message: unknown): unknown };
  /** Where PeerJS keeps what it has no connection for. */
  readonly _lostMessages: ReadonlyMap<string, readonly unknown[]>;
  readonly open: boolean;
  destroy(): void;
}

const openBare = async () => {
  const Peer = loadPeerJs();
  const sessionId = makeSessionId(roomId, webCrypto.randomBytes);
  const peer = new Peer(sessionId, {
    host: "127.0.0.1",
    port: server.port,
    path: "/",
    secure: false,
    config: { iceServers: [] },
    debug: 0,
  });
  const bare = peer as unknown as BarePeer;
  closing.push(() => bare.destroy());
  await expect.poll(() => bare.open).toBe(true);
  return { sessionId, peer, bare };
};

describe("the same words, said to PeerJS alone and behind the guard", () => {
  const src = `${roomId}-${"9".repeat(16)}`;
  const payload = { type: "data", connectionId: "dc_x", reliable: false, label: "x", sdp: soundOffer };

  it.each([
    ["an unknown serialization", { type: "OFFER", src, payload: { ...payload, serialization: "nonsense" } }],
    ["no payload", { type: "OFFER", src, payload: null }],
  ])("should throw in PeerJS alone, and not behind the guard: %s", async (_, message) => {
    const { peer, bare } = await openBare();
    expect(() => bare.socket.emit("message", message)).toThrow(TypeError);
    const drops = guard(peer);
    expect(() => bare.socket.emit("message", message)).not.toThrow();
    expect(drops).toEqual(["bad-payload"]);
  });

  it("should be hoarded by PeerJS alone, and not behind the guard: answers and candidates to nobody", async () => {
    const { peer, bare } = await openBare();
    const many = Array.from({ length: 1_000 }, () => ({
      type: "ANSWER",
      src,
      payload: { type: "data", connectionId: "dc_none", sdp: soundAnswer },
    }));
    for (const message of many) bare.socket.emit("message", message);
    const held = () => [...bare._lostMessages.values()].reduce((sum, { length }) => sum + length, 0);
    expect(held()).toBe(many.length);
    const drops = guard(peer);
    for (const message of many) bare.socket.emit("message", message);
    await expect.poll(() => drops.length).toBe(many.length);
    expect(held()).toBe(many.length);
  });

  /**
   * A connection to a peer that has just been opened, as that peer has it; of its own, because one native dial in a
   * hundred fails.
   */
  const openConnection = async (isGuarded: boolean) => {
    for (let dials = 0; dials < 3; dials++) {
      const [me, you] = [await openBare(), await openBare()];
      const drops = isGuarded ? guard(you.peer) : [];
      const heard: string[] = [];
      you.peer.on("connection", (face) => {
        face.on("open", () => heard.push("open"));
        face.on("close", () => heard.push("close"));
      });
      me.peer.connect(you.sessionId, { serialization: "raw", reliable: false });
      const untilMs = now() + dialTimeoutMs;
      while (heard.length === 0 && now() < untilMs) await new Promise<void>((passed) => schedule(20, () => passed()));
      if (heard.length > 0) return { me, you, drops, heard };
    }
    throw new Error("three dials have failed");
  };

  it("should close a healthy connection of PeerJS alone, and not one behind the guard: LEAVE", async () => {
    for (const isGuarded of [false, true]) {
      const { me, you, drops, heard } = await openConnection(isGuarded);
      expect(heard).toEqual(["open"]);
      you.bare.socket.emit("message", { type: "LEAVE", src: me.sessionId });
      expect(heard).toEqual(isGuarded ? ["open"] : ["open", "close"]);
      expect(drops).toEqual(isGuarded ? ["unknown-type"] : []);
    }
  });
});

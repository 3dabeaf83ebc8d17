import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { cleanup } from "node-datachannel";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { loadPeerJs } from "../../bench/native-webrtc.ts";
import type { Channel } from "../../gateway/channel.ts";
import { makeSessionId } from "../../gateway/session-id.ts";
import { PeerJsOpener } from "../../web/mesh/peerjs-opener.ts";
import { now, schedule } from "../../web/mesh/timers.ts";
import { webCrypto } from "../../web/mesh/web-crypto.ts";
import { soundAnswer, soundOffer } from "../support/session-descriptions.ts";

const roomId = "ab".repeat(16);

/** A server that hands on what pages say, as it should, and says what a test tells it to, as it should not. */
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

beforeEach(async () => {
  server = new HostileServer();
  await server.start();
});
afterEach(() => {
  for (const opener of openers.splice(0)) opener.close();
  server.close();
});
afterAll(() => cleanup());

const openPhone = async () => {
  const sessionId = makeSessionId(roomId, webCrypto.randomBytes);
  const incoming: Channel[] = [];
  const opener = new PeerJsOpener({
    Peer: loadPeerJs(),
    sessionId,
    address: { host: "127.0.0.1", port: server.port, path: "/", secure: false },
    iceServers: [],
    crypto: webCrypto,
    now,
    schedule,
    random: Math.random,
    listener: { onServerState: () => undefined, onChannel: (channel) => incoming.push(channel) },
  });
  openers.push(opener);
  await expect.poll(() => opener.serverState.kind).toBe("connected");
  return { sessionId, opener, incoming };
};

describe("PeerJS behind the signaling guard, on a hostile server", () => {
  it("should keep a healthy channel whatever the server says, and go on", async () => {
    const [me, you] = [await openPhone(), await openPhone()];
    const dial = () => me.opener.dial(you.sessionId);
    await expect.poll(dial, { timeout: 20_000 }).toHaveProperty("remoteSessionId"); // One native dial in a hundred fails.
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
    for (const message of hostile) server.say(you.sessionId, message);
    await expect.poll(() => [...you.opener.drops.values()].reduce((sum, count) => sum + count, 0)).toBe(10);
    expect(Object.fromEntries(you.opener.drops)).toEqual({
      "not-an-object": 2,
      "unknown-type": 1,
      "bad-payload": 5,
      "unknown connection": 2,
    });
    expect(ends).toEqual([]);
    expect(channel?.send(Uint8Array.of(1))).toBe(true);
  });
});

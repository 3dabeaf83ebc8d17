// Both openers on native WebRTC, at both ends of a dial: an end that opens more data channels on the connection loses
// it, before it has said much on them.
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { startNativeOpener } from "../../bench/stage/native-phone.ts";
import { endWebRtc } from "../../bench/stage/native-webrtc.ts";
import type { Channel } from "../../gateway/wire/channel.ts";
import { makeSessionId } from "../../gateway/wire/session-id.ts";
import { RtcNeighbourOpener } from "../../web/mesh/neighbour-opener.ts";
import type { DialFailure } from "../../web/mesh/opener.ts";
import { schedule } from "../../web/platform/timers.ts";
import { webCrypto } from "../../web/platform/web-crypto.ts";
import {
  extraMessageBytes,
  type NativeConnections,
  openExtraChannels,
  watchNativeConnections,
} from "../support/extra-channels.ts";
import { startServer } from "../support/server-process.ts";

const patience = { interval: 10 };
const extraChannels = 20;
const roomId = "ab".repeat(16);

interface End {
  readonly drops: ReadonlyMap<string, number>;
  readonly channel: Channel;
  readonly connection: RTCPeerConnection;
  readonly ends: string[];
}

interface Pair {
  readonly us: End;
  readonly them: End;
}

let connections: NativeConnections;
const closing: (() => unknown)[] = [];

beforeEach(() => {
  connections = watchNativeConnections();
});
afterEach(async () => {
  connections.release();
  for (const close of closing.splice(0).reverse()) await close();
});
afterAll(() => endWebRtc());

/** Dials until it succeeds: about one native dial in a hundred fails. */
const pairOf = async (
  dial: () => Promise<Channel | DialFailure>,
  accepted: readonly Channel[],
  drops: { readonly us: ReadonlyMap<string, number>; readonly them: ReadonlyMap<string, number> },
): Promise<Pair> => {
  let ours: Channel | DialFailure = { failed: "timed-out" };
  const isOpen = async (): Promise<boolean> => {
    ours = await dial();
    return !("failed" in ours);
  };
  await expect.poll(isOpen, patience).toBe(true);
  await expect.poll(() => accepted.length, patience).toBeGreaterThan(0);
  const theirs = accepted.at(-1);
  if ("failed" in ours || theirs === undefined) throw new Error("not connected");
  const endOf = (channel: Channel, type: "offer" | "answer", of: ReadonlyMap<string, number>): End => {
    const ends: string[] = [];
    channel.listen({ onMessage: () => undefined, onDrain: () => undefined, onClose: (reason) => ends.push(reason) });
    const connection = connections.made.findLast(({ localDescription }) => localDescription?.type === type);
    if (connection === undefined) throw new Error("no connection was made");
    return { drops: of, channel, connection, ends };
  };
  return { us: endOf(ours, "offer", drops.us), them: endOf(theirs, "answer", drops.them) };
};

const openers: Readonly<Record<string, () => Promise<Pair>>> = {
  "by way of the server": async () => {
    const server = await startServer();
    closing.push(() => server.stop());
    const accepted: Channel[] = [];
    const open = async (sessionId: string) => {
      const opener = await startNativeOpener(server.origin, sessionId, {
        onServerState: () => undefined,
        onForged: () => undefined,
        onChannel: (channel) => accepted.push(channel),
      });
      closing.push(() => opener.close());
      await expect.poll(() => opener.serverState.kind, patience).toBe("connected");
      return opener;
    };
    const calleeId = makeSessionId(roomId, webCrypto.randomBytes);
    const callee = await open(calleeId);
    const dialer = await open(makeSessionId(roomId, webCrypto.randomBytes));
    return pairOf(() => dialer.dial(calleeId), accepted, { us: dialer.drops, them: callee.drops });
  },
  "by way of a neighbour": async () => {
    const accepted: Channel[] = [];
    const [dialerId, calleeId, neighbourSessionId] = ["1", "2", "3"].map((digit) => `${roomId}-${digit.repeat(16)}`);
    if (dialerId === undefined || calleeId === undefined || neighbourSessionId === undefined) throw new Error("no ids");
    const open = (sessionId: string, other: () => RtcNeighbourOpener) => {
      const opener = new RtcNeighbourOpener({
        RTCPeerConnection: globalThis.RTCPeerConnection,
        sessionId,
        iceServers: () => [],
        crypto: webCrypto,
        schedule,
        send: (_, frame) => {
          other().receive(neighbourSessionId, frame);
          return true;
        },
        onChannel: (channel) => accepted.push(channel),
      });
      closing.push(() => opener.close());
      return opener;
    };
    const callee: RtcNeighbourOpener = open(calleeId, () => dialer);
    const dialer: RtcNeighbourOpener = open(dialerId, () => callee);
    return pairOf(() => dialer.dial(calleeId, neighbourSessionId), accepted, { us: dialer.drops, them: callee.drops });
  },
};

describe("a connection on which the other end opens more data channels", () => {
  for (const [way, open] of Object.entries(openers)) {
    for (const [attacked, attacker] of [
      ["us", "them"],
      ["them", "us"],
    ] as const) {
      it(`should end, ${way}, at the end that ${attacked === "us" ? "dialled" : "was dialled"}`, async () => {
        const pair = await open();
        const { drops, ends, connection } = pair[attacked];
        let bytes = 0;
        connection.addEventListener("datachannel", ({ channel }) =>
          channel.addEventListener("message", ({ data }) => {
            bytes += data.byteLength;
          }),
        );
        const extra = openExtraChannels(pair[attacker].connection, extraChannels);
        const isOver = (): boolean => {
          extra.flood();
          return ends.length > 0;
        };
        await expect.poll(isOver, patience).toBe(true);
        expect(ends).toEqual(["more than one channel"]);
        expect([...drops].filter(([cause]) => cause.startsWith("more than one channel")).map(([, n]) => n)).toEqual([
          1,
        ]);
        await expect.poll(() => pair[attacker].ends.length, patience).toBe(1);
        expect(extra.isAnyOpen()).toBe(false);
        // What the native threads had handed over before the connection ended: a message or so, of all that he had to
        // say.
        expect(bytes).toBeLessThanOrEqual(extraChannels * extraMessageBytes);
      });
    }
  }
});

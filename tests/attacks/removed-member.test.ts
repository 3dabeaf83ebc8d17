// Mallory was a member, has the old key, has learned everybody's session ids and has kept every message that she sent
// or received. Anna's page removes her. What she tries then: the old room, the old sessions, the new room with the old
// key, her recordings, and a key of her own.
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startNativeOpener, startNativePhone } from "../../bench/stage/native-phone.ts";
import { endWebRtc } from "../../bench/stage/native-webrtc.ts";
import { toHex } from "../../firmware-bridge/frames/bytes.ts";
import { transcript } from "../../gateway/admission/handshake-transcript.ts";
import type { Channel } from "../../gateway/wire/channel.ts";
import { decodeMessage } from "../../gateway/wire/decode-message.ts";
import { encodeMessage } from "../../gateway/wire/encode-message.ts";
import { byeReasons, type GatewayFrame, type Hello, nonceBytes } from "../../gateway/wire/frame-types.ts";
import { deriveRoom, makeInvite, makeRoomKey, type Room } from "../../gateway/wire/room-key.ts";
import { makeSessionId } from "../../gateway/wire/session-id.ts";
import type { ServerOpener } from "../../web/mesh/opener.ts";
import type { RoomSession } from "../../web/mesh/room-session.ts";
import { serverApi } from "../../web/mesh/server-api.ts";
import { identityKeyOf, makeIdentityKeyPair, webCrypto } from "../../web/platform/web-crypto.ts";
import { tell } from "../support/case-table.ts";
import { untilFelt } from "../support/felt-within.ts";
import { MovingPhone } from "../support/moving-phone.ts";
import { patienceMs } from "../support/patience.ts";
import { RoomPage } from "../support/room-page.ts";
import { openSite, type Site } from "../support/site.ts";

const patience = { timeout: patienceMs, interval: 50 };
const lowestKey = new Uint8Array(16);

let site: Site;
let anna: RoomPage;
let ben: MovingPhone;
let oldRoom: Room;
/** The session ids of Anna and Ben in the old room. */
let learnedIds: readonly string[];
/** What Mallory sent and received while she was a member. */
const captured: Uint8Array[] = [];
/** How often she had sent a key of her own when she learned of it. Some of her channels are still open then. */
let answers = 0;
const open: { close(): unknown }[] = [];

beforeAll(async () => {
  site = await openSite();
  oldRoom = await deriveRoom(webCrypto, makeRoomKey(webCrypto.randomBytes));
  anna = await RoomPage.open(site.browser, "Anna");
  await anna.join(makeInvite(site.server.origin, oldRoom.roomKey));
  await anna.addSimulatedArm();
  ben = await MovingPhone.join({ origin: site.server.origin, room: oldRoom, name: "Ben" });
  const channels: Channel[] = [];
  const mallory = await startNativePhone({
    origin: site.server.origin,
    room: oldRoom,
    name: "Mallory",
    wrapChannel: (channel) => {
      channels.push(channel);
      return tapped(channel, captured);
    },
    onEvent: ({ kind }) => {
      if (kind !== "removed" && kind !== "peer-gone") return; // The others' word may be lost with their channel.
      const own = encodeMessage([
        { type: "keyProposal", roomKey: lowestKey, by: "0".repeat(32), isSettled: true, removed: [] },
      ]);
      for (const channel of channels) channel.send(own);
      answers += channels.length;
    },
  });
  open.push(ben);
  await vi.waitFor(
    async () =>
      expect([await anna.connectedPeers(), ben.companions.length, mallory.gateway.peers.length]).toEqual([2, 2, 2]),
    patience,
  );
  await untilFelt(
    () => mallory.gateway.buzz("all", "short"),
    async () => ({ felt: ben.buzzes, late: ben.session.gateway.traffic().late }),
  ); // So that her recordings have something with an effect.
  learnedIds = [(await anna.report()).sessionId, ben.session.sessionId];
  await anna.remove({ name: "Mallory" });
  await vi.waitFor(
    async () => expect([ben.changes.length, await anna.connectedPeers(), ben.companions]).toEqual([1, 1, ["Anna"]]),
    patience,
  );
  await vi.waitFor(async () => expect(mallory.gateway.heldSessionIds()).toEqual([]), patience);
  await vi.waitFor(async () => expect(answers).toBeGreaterThan(0), patience);
  await mallory.close();
});
afterAll(async () => {
  await Promise.all(open.map((one) => one.close()));
  await site?.close();
  endWebRtc();
});

/** The same channel, whose messages are kept. */
const tapped = (channel: Channel, into: Uint8Array[]): Channel => ({
  localSessionId: channel.localSessionId,
  remoteSessionId: channel.remoteSessionId,
  dialedBy: channel.dialedBy,
  signaledBy: channel.signaledBy,
  fingerprints: () => channel.fingerprints(),
  listen: (listener) =>
    channel.listen({
      onMessage: (message) => {
        into.push(message.slice());
        listener.onMessage(message);
      },
      onDrain: () => listener.onDrain(),
      onClose: (reason) => listener.onClose(reason),
    }),
  send: (message) => {
    into.push(message.slice());
    return channel.send(message);
  },
  bufferedBytes: () => channel.bufferedBytes(),
  close: (reason) => channel.close(reason),
});

const framesOf = (message: Uint8Array): readonly GatewayFrame[] => {
  const decoded = decodeMessage(message);
  return "malformed" in decoded ? [] : decoded.frames;
};

const typesOf = (message: Uint8Array): readonly GatewayFrame["type"][] => framesOf(message).map(({ type }) => type);

/** Those of her recordings that have a frame of that type. */
const recorded = (type: GatewayFrame["type"]): readonly Uint8Array[] =>
  captured.filter((message) => typesOf(message).includes(type));

/** Anna and Ben are connected to each other and to nobody else, and no band has moved. */
const expectUndisturbed = async (): Promise<void> => {
  const connected = (await anna.report()).peers.filter(({ state }) => state.kind === "connected");
  expect(connected.map(({ name }) => name)).toEqual(["Ben"]);
  expect(ben.companions).toEqual(["Anna"]);
  expect(ben.changes.map(({ roomKey }) => toHex(roomKey))).not.toContain(toHex(lowestKey));
  expect(ben.changes).toHaveLength(1);
  expect(ben.buzzes).toBe(1);
  expect(anna.problems).toEqual([]);
};

const opener = async (room: Room): Promise<ServerOpener> => {
  const sessionId = makeSessionId(room.roomId, webCrypto.randomBytes);
  const opened = await startNativeOpener(site.server.origin, sessionId, {
    onServerState: () => undefined,
    onForged: () => undefined,
    onChannel: (channel) => channel.close("nobody was to dial"),
  });
  open.push(opened);
  await expect.poll(() => opened.serverState.kind, patience).toBe("connected");
  return opened;
};

const enter = async (room: Room): Promise<RoomSession> => {
  const session = await startNativePhone({ origin: site.server.origin, room, name: "Mallory" });
  open.push(session);
  await expect.poll(() => session.serverState.kind, patience).toBe("connected");
  return session;
};

describe("a member who was removed", () => {
  it("looks for the new key in all that it was sent", async ({ task }) => {
    const key = toHex(ben.room.roomKey);
    const telling = captured.filter((message) => toHex(message).includes(key));
    tell(task, { tried: captured.length, "got in": telling.length });
    expect(captured.length).toBeGreaterThan(0);
    expect([...telling, ...recorded("keyProposal")]).toEqual([]);
    await expectUndisturbed();
  });

  it("comes back with the old invite", async ({ task }) => {
    const session = await enter(oldRoom);
    const members = () => serverApi(site.server.origin, fetch).members(oldRoom.roomId);
    await expect.poll(members, patience).toEqual([session.sessionId]);
    tell(task, { tried: 1, "got in": session.gateway.peers.length });
    expect(session.gateway.peers).toEqual([]);
    await expectUndisturbed();
  });

  it("dials the sessions that it knew", async ({ task }) => {
    const mallory = await opener(oldRoom);
    const outcomes = await Promise.all(learnedIds.map((sessionId) => mallory.dial(sessionId)));
    const channels = outcomes.filter((outcome) => !("failed" in outcome));
    tell(task, { tried: outcomes.length, "got in": channels.length });
    expect(channels).toEqual([]);
    await expectUndisturbed();
  });

  it("learns the new room's id and sessions, and proves that it has the old key", async ({ task }) => {
    const refusals = async (): Promise<number> =>
      ((await anna.report()).refusals["wrong-proof"] ?? 0) + (ben.session.gateway.refusals.get("wrong-proof") ?? 0);
    const mallory = await opener(ben.room);
    const members = [(await anna.report()).sessionId, ben.session.sessionId];
    const ends = await Promise.all(members.map((sessionId) => proveOldKey(mallory, sessionId)));
    const gotIn = ends.filter((end) => end === "ready").length;
    tell(task, { tried: members.length, "got in": gotIn });
    expect(ends).toEqual(["closed", "closed"]);
    await expect.poll(refusals, patience).toBe(2);
    await expectUndisturbed();
  });

  it("replays what it has recorded to the sessions of the new room", async ({ task }) => {
    const mallory = await opener(ben.room);
    const members = [(await anna.report()).sessionId, ben.session.sessionId];
    const scripts: readonly (readonly Uint8Array[])[] = [
      [...recorded("hello").slice(0, 1), ...recorded("proof").slice(0, 1)],
      [...recorded("hello").slice(0, 1), ...recorded("answer").slice(0, 1)],
      recorded("ready").slice(0, 1),
      recorded("roster").slice(0, 1),
      recorded("aggregate").slice(0, 1),
      recorded("members").slice(0, 1),
      [...recorded("bye"), encodeMessage([{ type: "bye", reason: byeReasons.removed }])].slice(0, 1), // One may be lost with its channel.
    ];
    expect(scripts.every((script) => script.length > 0)).toBe(true);
    let gotIn = 0;
    for (const member of members) {
      for (const script of scripts) {
        const heard = await replay(mallory, member, script);
        // An answer is what any stranger gets; everything else is for members.
        gotIn += heard.filter((type) => type !== "answer").length;
      }
    }
    tell(task, { tried: members.length * scripts.length, "got in": gotIn });
    expect(gotIn).toBe(0);
    await expectUndisturbed();
  });

  it("answers its removal with a key of its own", async ({ task }) => {
    const followed = ben.changes.filter(({ roomKey }) => toHex(roomKey) === toHex(lowestKey)).length;
    tell(task, { tried: answers, "got in": followed });
    expect(answers).toBeGreaterThan(0);
    await expectUndisturbed();
  });
});

/** Plays the dialer with all that she has: a good identity, the truth about the connection, and the old key. */
const proveOldKey = async (mallory: ServerOpener, sessionId: string): Promise<"ready" | "closed"> => {
  const channel = await dialled(mallory, sessionId);
  const fingerprints = await channel.fingerprints();
  if ("refused" in fingerprints) throw new Error(fingerprints.refused);
  const identity = await identityKeyOf(await makeIdentityKeyPair());
  const own: Hello = { nonce: webCrypto.randomBytes(nonceBytes), publicKey: identity.publicKey, epoch: 1 };
  const prove = async (theirs: Hello): Promise<void> => {
    const bytes = transcript(
      "I",
      { ...own, fingerprint: fingerprints.local, sessionId: channel.localSessionId },
      { ...theirs, fingerprint: fingerprints.remote, sessionId },
    );
    const proof = { mac: await webCrypto.hmacSha256(oldRoom.authKey, bytes), signature: await identity.sign(bytes) };
    channel.send(encodeMessage([{ type: "proof", ...proof }]));
  };
  return new Promise((resolve, reject) => {
    channel.listen({
      onMessage: (message) => {
        const [frame] = framesOf(message);
        if (frame?.type === "answer") prove(frame).catch(reject);
        else if (frame?.type === "ready") resolve("ready");
      },
      onDrain: () => undefined,
      onClose: () => resolve("closed"),
    });
    channel.send(encodeMessage([{ type: "hello", ...own }]));
  });
};

/** One native dial in a hundred fails, and more where many processes want the processor. */
const maxDials = 5;

const dialled = async (mallory: ServerOpener, sessionId: string): Promise<Channel> => {
  for (let dial = 1; ; dial++) {
    const channel = await mallory.dial(sessionId);
    if (!("failed" in channel)) return channel;
    if (dial === maxDials) throw new Error(`the new session could not be dialled: ${channel.failed}`);
  }
};

/** Says all that on a fresh channel; the types of the frames that come back until the other end closes it. */
const replay = async (
  mallory: ServerOpener,
  sessionId: string,
  script: readonly Uint8Array[],
): Promise<readonly GatewayFrame["type"][]> => {
  const channel = await dialled(mallory, sessionId);
  const heard: GatewayFrame["type"][] = [];
  await new Promise<void>((resolve) => {
    channel.listen({
      onMessage: (message) => heard.push(...typesOf(message)),
      onDrain: () => undefined,
      onClose: () => resolve(),
    });
    for (const message of script) channel.send(message);
  });
  return heard;
};

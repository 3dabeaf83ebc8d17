// A person outside of the room, who knows the server only, or the room's id but not its key, or has recorded what
// members said to each other. The page is real; it must let none of them further than the handshake, count each, and
// tell the person.
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { startNativePhone } from "../../bench/stage/native-phone.ts";
import { endWebRtc } from "../../bench/stage/native-webrtc.ts";
import type { RefusalReason } from "../../gateway/admission/handshake.ts";
import type { Channel, ChannelListener } from "../../gateway/wire/channel.ts";
import { decodeMessage } from "../../gateway/wire/decode-message.ts";
import type { FrameType } from "../../gateway/wire/frame-types.ts";
import type { Room } from "../../gateway/wire/room-key.ts";
import { makeSessionId } from "../../gateway/wire/session-id.ts";
import type { RoomSession } from "../../web/mesh/room-session.ts";
import { webCrypto } from "../../web/platform/web-crypto.ts";
import { refusalTexts } from "../../web/room/refusals.ts";
import { errorTexts } from "../../web/ui/errors.ts";
import { tell } from "../support/case-table.ts";
import { untilFelt } from "../support/felt-within.ts";
import { HostileMember } from "../support/hostile-member.ts";
import { figuresOfPages } from "../support/renderer-process.ts";
import type { RoomPage } from "../support/room-page.ts";
import { answerOf, offerOf } from "../support/session-descriptions.ts";
import { openSignaling } from "../support/signaling-client.ts";
import { inviteSomebody, openSite, type Site } from "../support/site.ts";
import { countOn, logOn } from "../support/told.ts";

const patience = { interval: 50 };

let site: Site;
let page: RoomPage;
let room: Room;
let invite: string;
let phones: { close(): unknown }[] = [];

beforeAll(async () => {
  site = await openSite();
});
afterAll(async () => {
  await site?.close();
  endWebRtc();
});

beforeEach(async () => {
  ({ page, room, invite } = await inviteSomebody(site, "Vera"));
});
afterEach(async () => {
  for (const phone of phones) await phone.close();
  phones = [];
  await page.close();
});

const joinPage = async (): Promise<void> => {
  await page.join(invite);
  await page.addSimulatedArm();
  await expect.poll(async () => (await page.report()).serverState.kind, patience).toBe("connected");
};

const expectNothingGotIn = async (): Promise<void> => {
  const { peers, traffic, probes } = await page.report();
  expect(peers).toEqual([]);
  expect(traffic).toMatchObject({ sent: 0, received: 0, delivered: 0 });
  expect(probes[0]?.buzzes).toEqual({});
  expect(page.problems).toEqual([]);
};

const framesIn = (message: Uint8Array): readonly FrameType[] => {
  const decoded = decodeMessage(message);
  return "malformed" in decoded ? [] : decoded.frames.map(({ type }) => type);
};

it("a stranger who knows only the server cannot signal into a room, though its ids were guessed", async ({ task }) => {
  await joinPage();
  const { sessionId } = await page.report();
  const before = (await (await fetch(`${site.server.origin}/healthz`)).json()).droppedMessages["other-room"];
  const stranger = await openSignaling(site.server, { id: makeSessionId("e".repeat(32), webCrypto.randomBytes) });
  await stranger.next();
  const connectionId = "dc_evil";
  const candidate = { candidate: "candidate:1", sdpMid: "0" };
  for (const message of [
    offerOf(connectionId),
    answerOf(connectionId),
    { type: "CANDIDATE", payload: { type: "data", connectionId, candidate } },
  ])
    stranger.send({ ...message, dst: sessionId, src: sessionId });
  const dropped = async () =>
    (await (await fetch(`${site.server.origin}/healthz`)).json()).droppedMessages["other-room"];
  await expect.poll(dropped, patience).toBe(before + 3);
  await expectNothingGotIn();
  stranger.cut();
  tell(task, { tried: "OFFER, ANSWER, CANDIDATE", "got in": 0, ...(await figuresOfPages(site.browser)) });
});

it("a stranger with the room's id but another key gets no further than the handshake, is counted and shown", async ({
  task,
}) => {
  const enter = async (): Promise<RoomSession> => {
    const authKey = webCrypto.randomBytes(32);
    const stranger = await startNativePhone({
      origin: site.server.origin,
      room: { ...room, authKey },
      name: "Mallory",
    });
    phones.push(stranger);
    return stranger;
  };
  // Whom the page dials it turns away itself; who dials the page goes away by himself, for its proof is not of his key.
  const strangers = [await enter()];
  await expect.poll(() => strangers[0]?.serverState.kind, patience).toBe("connected");
  await joinPage();
  strangers.push(await enter());
  const refusedFor = async (reason: RefusalReason) => (await page.report()).refusals[reason] ?? 0;
  await expect.poll(() => refusedFor("wrong-proof"), patience).toBeGreaterThanOrEqual(1);
  await page.page.getByText(errorTexts["wrong-room-key"].sentence).waitFor();
  await expect.poll(() => refusedFor("closed"), patience).toBeGreaterThanOrEqual(1);
  expect((await logOn(page.page)).join("\n")).toContain(refusalTexts["wrong-proof"]);
  const other = await startNativePhone({ origin: site.server.origin, room, name: "Hal" });
  phones.push(other);
  await expect.poll(() => page.connectedPeers(), patience).toBe(1);
  expect(strangers.flatMap(({ gateway }) => gateway.peers)).toEqual([]);
  expect(other.gateway.peers.map(({ name }) => name)).toEqual(["Vera"]);
  expect(page.problems).toEqual([]);
  tell(task, { tried: "handshakes with a wrong key", "got in": 0, ...(await figuresOfPages(site.browser)) });
});

it("a stranger who sends anything before a proof is refused, whatever it is", async ({ task }) => {
  await joinPage();
  const openings: readonly Uint8Array[] = [
    Uint8Array.of(1, 0x04, 0), // ready
    Uint8Array.of(1, 0x0b, 1, 1), // bye
    Uint8Array.of(1, 0x08, 10, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0), // ping
    Uint8Array.of(1, 0x05, 5, 1, 1, 0x78, 0, 0), // roster
    Uint8Array.of(2, 0, 0),
    new Uint8Array(16_384).fill(0xff),
  ];
  const heard: FrameType[] = [];
  let tried = 0;
  let turnedAway = 0;
  const stranger = await HostileMember.join({
    origin: site.server.origin,
    room,
    onChannel: (channel) => {
      channel.listen({
        onMessage: (message) => heard.push(...framesIn(message)),
        onDrain: () => undefined,
        onClose: () => turnedAway++,
      });
      channel.send(openings[tried++ % openings.length] ?? new Uint8Array());
    },
  });
  phones.push(stranger);
  await expect.poll(() => turnedAway, patience).toBeGreaterThanOrEqual(3);
  // To whom it dials itself, the page has to say who it is; nobody hears a proof, a name or a record.
  expect(heard.filter((type) => type !== "hello")).toEqual([]);
  const { refusals } = await page.report();
  expect(Object.values(refusals).reduce((total, count) => total + count, 0)).toBeGreaterThanOrEqual(3);
  await expect.poll(() => countOn(page.page, "turned away"), patience).toBeGreaterThanOrEqual(3);
  expect((await logOn(page.page)).join("\n")).toMatch(/was not let in/);
  await expectNothingGotIn();
  tell(task, { tried: `${tried} openings`, "got in": 0, ...(await figuresOfPages(site.browser)) });
});

/** The same channel, whose messages are written down in both directions. */
const recorded = (channel: Channel, tape: Uint8Array[]): Channel => ({
  localSessionId: channel.localSessionId,
  remoteSessionId: channel.remoteSessionId,
  dialedBy: channel.dialedBy,
  signaledBy: channel.signaledBy,
  fingerprints: () => channel.fingerprints(),
  listen: (listener: ChannelListener) => channel.listen(listener),
  send: (message) => {
    tape.push(message.slice());
    return channel.send(message);
  },
  bufferedBytes: () => channel.bufferedBytes(),
  close: (reason) => channel.close(reason),
});

it("a stranger who replays a member's whole handshake, and its messages after that", async ({ task }) => {
  await joinPage();
  const tape: Uint8Array[] = [];
  const member: RoomSession = await startNativePhone({
    origin: site.server.origin,
    room,
    name: "Hal",
    wrapChannel: (channel) => recorded(channel, tape),
  });
  await expect.poll(() => page.connectedPeers(), patience).toBe(1);
  await expect.poll(() => member.gateway.heldSessionIds().length, patience).toBe(1);
  await untilFelt(
    () => member.gateway.buzz("all", "short"),
    () => page.taken(),
  );
  await member.close();
  await expect.poll(() => page.connectedPeers(), patience).toBe(0);
  const before = await page.report();
  const word = (type: FrameType) => tape.find((message) => framesIn(message).includes(type));
  const [hello, proof] = [word("hello"), word("proof")];
  const rest = tape.filter((message) => message !== hello && message !== proof);
  if (hello === undefined || proof === undefined) throw new Error("the member did not dial");

  let replays = 0;
  const heard: FrameType[] = [];
  const attacker = await HostileMember.join({
    origin: site.server.origin,
    room,
    onChannel: (channel) => {
      if (channel.dialedBy !== "us") return channel.close("the tape is a dialer's");
      replays++;
      channel.listen({
        onMessage: (message) => {
          heard.push(...framesIn(message));
          for (const said of [proof, ...rest]) channel.send(said);
        },
        onDrain: () => undefined,
        onClose: () => undefined,
      });
      channel.send(hello);
    },
  });
  phones.push(attacker);
  const refusedProofs = async () => (await page.report()).refusals["wrong-proof"] ?? 0;
  await expect.poll(refusedProofs, patience).toBeGreaterThanOrEqual(1);
  await page.page.getByText(errorTexts["wrong-room-key"].sentence).waitFor();
  const after = await page.report();
  expect(after.traffic).toEqual(before.traffic);
  expect(heard.filter((type) => type !== "answer")).toEqual([]);
  tell(task, { tried: `${replays} replays`, "got in": 0, ...(await figuresOfPages(site.browser)) });
});

it("a stranger who only mirrors every message", async ({ task }) => {
  await joinPage();
  let mirrored = 0;
  const attacker = await HostileMember.join({
    origin: site.server.origin,
    room,
    onChannel: (channel) => {
      channel.listen({
        onMessage: (message) => {
          mirrored++;
          channel.send(message);
        },
        onDrain: () => undefined,
        onClose: () => undefined,
      });
      // To be answered, one has to begin; what comes back is then all of the page's own.
      if (channel.dialedBy === "us") channel.send(Uint8Array.from([1, 1, 98, ...webCrypto.randomBytes(97), 1]));
    },
  });
  phones.push(attacker);
  const turnedAway = async () =>
    Object.values((await page.report()).refusals).reduce((total, count) => total + count, 0);
  await expect.poll(turnedAway, patience).toBeGreaterThanOrEqual(2);
  await expectNothingGotIn();
  tell(task, { tried: `${mirrored} messages`, "got in": 0, ...(await figuresOfPages(site.browser)) });
});

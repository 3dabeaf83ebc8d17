// The server is dead, and the only peer that two members have in common lies about what it carries between them. It
// holds the room key, and still nobody is taken for somebody else, nobody listens in, and what it costs is bounded.
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext } from "vitest";
import { type NativePhoneOptions, startNativePhone } from "../../bench/stage/native-phone.ts";
import { endWebRtc, nativeConnections } from "../../bench/stage/native-webrtc.ts";
import { toHex } from "../../firmware-bridge/frames/bytes.ts";
import { ChannelRelay } from "../../gateway/admission/channel-relay.ts";
import { EpochBook } from "../../gateway/admission/epoch-book.ts";
import { admit, type RefusalReason } from "../../gateway/admission/handshake.ts";
import type { IdentityKey } from "../../gateway/basics/runtime.ts";
import type { Peer } from "../../gateway/peers/peer.ts";
import type { Channel } from "../../gateway/wire/channel.ts";
import type { NeighbourFrame } from "../../gateway/wire/frame-types.ts";
import { deriveRoom, makeInvite, makeRoomKey, type Room } from "../../gateway/wire/room-key.ts";
import { makeSessionId } from "../../gateway/wire/session-id.ts";
import { maxPendingAcceptsPerNeighbour, RtcNeighbourOpener } from "../../web/mesh/neighbour-opener.ts";
import { dialTimeoutMs } from "../../web/mesh/opener.ts";
import type { RoomSession } from "../../web/mesh/room-session.ts";
import { now, schedule } from "../../web/platform/timers.ts";
import { webCrypto } from "../../web/platform/web-crypto.ts";
import { tell } from "../support/case-table.ts";
import { launchEngine } from "../support/chromium.ts";
import { untilFelt } from "../support/felt-within.ts";
import { bytesFromHex } from "../support/frame-json.ts";
import { LyingNeighbour } from "../support/lying-neighbour.ts";
import { type Forgery, ManInTheMiddle, type SpokenMessage } from "../support/man-in-the-middle.ts";
import { newIdentity } from "../support/memory-room.ts";
import { cutConnection, watchPeerConnections } from "../support/peer-connections.ts";
import { RoomPage } from "../support/room-page.ts";
import { sized } from "../support/run-length.ts";
import { type ServerProcess, startServer } from "../support/server-process.ts";
import { answerOf, offerOf } from "../support/session-descriptions.ts";

const patience = { interval: 20 };

let server: ServerProcess;
let room: Room;
let invite: string;
let mallory: LyingNeighbour;
let malloryKey: IdentityKey;
/** Identities of Mallory, too: a member with the room key can have as many as it likes. */
let otherKey: IdentityKey;
let phones: RoomSession[] = [];
const closing: (() => unknown)[] = [];

beforeEach(async () => {
  server = await startServer({ page: "built" });
  const roomKey = makeRoomKey(webCrypto.randomBytes);
  room = await deriveRoom(webCrypto, roomKey);
  invite = makeInvite(server.origin, roomKey);
  [malloryKey, otherKey] = [await newIdentity(), await newIdentity()];
  mallory = await LyingNeighbour.join({ origin: server.origin, room, name: "Mallory", identity: malloryKey });
  closing.push(() => mallory.close());
});
afterEach(async () => {
  for (const phone of phones) await phone.close();
  phones = [];
  for (const close of closing.splice(0).reverse()) await close();
  await server.stop();
});
afterAll(() => endWebRtc());

const join = async (name: string, more: Partial<NativePhoneOptions> = {}): Promise<RoomSession> => {
  const phone = await startNativePhone({ origin: server.origin, room, name, ...more });
  phones.push(phone);
  return phone;
};

const isHeld = (at: RoomSession, sessionId: string): boolean => at.gateway.heldSessionIds().includes(sessionId);

/** Anna and Ben, who were connected to each other and now only to Mallory. */
const apart = async (): Promise<{ anna: RoomSession; ben: RoomSession }> => {
  const [anna, ben] = [await join("Anna"), await join("Ben")];
  await expect
    .poll(() => [anna, ben].every(({ gateway }) => gateway.heldSessionIds().length === 2), patience)
    .toBe(true);
  await server.kill("SIGKILL");
  await expect.poll(() => [anna, ben].every(({ serverState }) => serverState.kind === "away"), patience).toBe(true);
  const channel = anna.gateway.peers.find(({ sessionId }) => sessionId === ben.sessionId)?.channel;
  channel?.close("cut by the test");
  await expect.poll(() => isHeld(anna, ben.sessionId) || isHeld(ben, anna.sessionId), patience).toBe(false);
  return { anna, ben };
};

/** All peers that she is connected to, and under which session. */
const heldBy = ({ gateway }: RoomSession) =>
  gateway.peers.flatMap(({ name, channel }) => (channel === undefined ? [] : [[name, channel.remoteSessionId]]));

/** How many channels they have beside Mallory's own. */
const gotIn = (...at: readonly RoomSession[]): number =>
  at.flatMap(heldBy).filter(([, sessionId]) => sessionId !== mallory.session.sessionId).length;

const expectNobodyGotIn = (context: Pick<TestContext, "task">, tried: number, ...at: readonly RoomSession[]): void => {
  tellTried(context, tried, gotIn(...at));
  for (const phone of at) expect(heldBy(phone)).toEqual([["Mallory", mallory.session.sessionId]]);
};

/** She is still connected to Mallory, who has done nothing wrong otherwise. */
const expectStillServed = async (at: RoomSession): Promise<void> => {
  await untilFelt(
    () => mallory.session.gateway.buzz("all", "short"),
    async () => {
      const { delivered, late } = at.gateway.traffic();
      return { felt: delivered, late };
    },
  );
};

const ofMallory = ({ gateway }: RoomSession): Peer => {
  const peer = gateway.peers.find(({ sessionId }) => sessionId === mallory.session.sessionId);
  if (peer === undefined) throw new Error("Mallory is not there");
  return peer;
};

/** Offers for which a connection was made, and which led nowhere. */
const accepted = ({ drops }: RoomSession): number =>
  [...drops].reduce((sum, [cause, count]) => sum + (cause.startsWith("accept through a neighbour") ? count : 0), 0);

/** A whole connection to each end, with certificates of its own, and every message carried across. */
const sitDown = (forgery: Forgery): ManInTheMiddle => {
  const man = new ManInTheMiddle({
    forgery,
    say: (to, message) => void mallory.say(to, frameOf(to, message)),
  });
  closing.push(() => man.close());
  mallory.onAsked = ({ type, from, to, dialId, sdp }) => {
    const messageOf = type === "neighbourOffer" ? offerOf : answerOf;
    man.receive({ ...messageOf(toHex(dialId), sdp), src: from, dst: to });
  };
  return man;
};

/** What the man says to a page by a server, as a neighbour says it. */
const frameOf = (to: string, message: SpokenMessage): NeighbourFrame => ({
  type: message.type === "OFFER" ? "neighbourOffer" : "neighbourAnswer",
  from: message.src,
  to,
  dialId: bytesFromHex(message.payload.connectionId),
  sdp: message.payload.sdp.sdp,
});

const tellTried = ({ task }: Pick<TestContext, "task">, tried: number, gotIn: number): void =>
  tell(task, { tried, "got in": gotIn });

interface Impostor {
  readonly opener: RtcNeighbourOpener;
  /** Handshakes that it has passed: the room key and the identity are right. */
  proven: number;
}

const proveAs = async (impostor: Impostor, channel: Channel, identity: IdentityKey): Promise<void> => {
  const { kind } = await admit({
    relay: new ChannelRelay(channel),
    authKey: room.authKey,
    identity,
    epoch: 1,
    epochs: new EpochBook(),
    isBarred: () => false,
    crypto: webCrypto,
    schedule,
  });
  if (kind === "admitted") impostor.proven++;
};

/** Somebody with the room key and that identity, who appears as `sessionId` by what Mallory says. */
const impostor = (sessionId: string, identity: IdentityKey): Impostor => {
  const opener = new RtcNeighbourOpener({
    RTCPeerConnection: nativeConnections(),
    sessionId,
    iceServers: () => [],
    crypto: webCrypto,
    schedule,
    send: (_, frame) => mallory.say(frame.to, frame),
    onChannel: (channel) => void proveAs(self, channel, identity),
  });
  const self: Impostor = { opener, proven: 0 };
  closing.push(() => opener.close());
  return self;
};

/** One native dial in a hundred fails: then it dials once more, for which its share of the neighbour leaves room. */
const dialled = async ({ opener }: Impostor, sessionId: string): Promise<Channel> => {
  const dial = () => opener.dial(sessionId, mallory.session.sessionId);
  const first = await dial();
  const channel = "failed" in first ? await dial() : first;
  if ("failed" in channel) throw new Error(channel.failed);
  return channel;
};

const refusalsOf = (reason: RefusalReason, ...at: readonly RoomSession[]): number =>
  at.reduce((sum, { gateway }) => sum + (gateway.refusals.get(reason) ?? 0), 0);

const itself = { who: "as itself", key: () => malloryKey };
const identities = sized({
  short: [itself],
  long: [itself, { who: "as a member whom nobody has met", key: () => otherKey }],
});

describe("a neighbour that lies", () => {
  for (const { who, key } of identities) {
    it(`answers offers in the name of the member that they are for, ${who}`, async (context) => {
      const { anna, ben } = await apart();
      const [asBen, asAnna] = [impostor(ben.sessionId, key()), impostor(anna.sessionId, key())];
      mallory.onAsked = (frame) =>
        (frame.to === ben.sessionId ? asBen : asAnna).opener.receive(mallory.session.sessionId, frame);
      await expect.poll(() => refusalsOf("other-session", anna, ben), patience).toBeGreaterThanOrEqual(1);
      expect(asBen.proven + asAnna.proven).toBeGreaterThanOrEqual(1); // The handshake alone would have let it in.
      expectNobodyGotIn(context, asBen.proven + asAnna.proven, anna, ben);
      await expectStillServed(anna);
    });

    it(`offers in another's name, ${who}`, async (context) => {
      const { anna, ben } = await apart();
      const asBen = impostor(ben.sessionId, key());
      mallory.onAsked = (frame) => {
        if (frame.type === "neighbourAnswer") asBen.opener.receive(mallory.session.sessionId, frame); // And nobody's offers.
      };
      const dials = 3; // Within the share that a pair has of a neighbour.
      for (let dial = 0; dial < dials; dial++) {
        await proveAs(asBen, await dialled(asBen, anna.sessionId), key());
      }
      // A peer that is refused for its session has proven everything otherwise: the handshake alone would have let it
      // in.
      await expect.poll(() => refusalsOf("other-session", anna), patience).toBe(dials);
      expectNobodyGotIn(context, dials, anna, ben);
      await expectStillServed(anna);
    });
  }

  it("sits down in the middle of two native phones", async (context) => {
    const { anna, ben } = await apart();
    const man = sitDown("own-alone");
    await expect.poll(() => refusalsOf("wrong-proof", anna, ben), patience).toBeGreaterThanOrEqual(2);
    expect(man.carried).not.toContain("ready");
    expectNobodyGotIn(context, man.dials, anna, ben);
    await expectStillServed(ben);
  });

  it("says an old offer again, and again", async (context) => {
    const { anna, ben } = await apart();
    await expect.poll(() => mallory.asked.some(({ type }) => type === "neighbourOffer"), patience).toBe(true);
    const old = mallory.asked.find(({ type }) => type === "neighbourOffer");
    if (old === undefined) throw new Error("nobody dialled");
    const [victim] = [anna, ben].filter(({ sessionId }) => sessionId === old.to);
    if (victim === undefined) throw new Error("an offer to nobody");
    const tried = 500;
    for (let i = 0; i < tried; i++) mallory.say(victim.sessionId, old);
    await expectStillServed(victim);
    const refused = () => ofMallory(victim).refusals.get("too many neighbour frames") ?? 0;
    expect(tried - refused()).toBeLessThan(20);
    expectNobodyGotIn(context, tried, anna, ben);
  });

  it("invents offers of members that do not exist, as fast as it may", async (context) => {
    const { anna, ben } = await apart();
    await expect.poll(() => mallory.asked.length, patience).toBeGreaterThan(0);
    const sdp = mallory.asked[0]?.sdp ?? "";
    let tried = 0;
    const rounds = sized({ short: 1, long: 10 });
    const untilMs = now() + rounds * dialTimeoutMs;
    const inventMore = (): void => {
      for (let i = 0; i < 10; i++) {
        const from = makeSessionId(room.roomId, webCrypto.randomBytes);
        const dialId = webCrypto.randomBytes(16);
        mallory.say(anna.sessionId, { type: "neighbourOffer", from, to: anna.sessionId, dialId, sdp });
        tried++;
      }
    };
    while (now() < untilMs) {
      inventMore();
      await new Promise<void>((passed) => schedule(100, passed)); // A rate below which nobody is turned away for it.
    }
    await expectStillServed(anna);
    await expect.poll(() => accepted(anna), patience).toBeGreaterThan(0);
    // It has so many places, and each is taken for as long as a dial may take.
    expect(accepted(anna)).toBeLessThanOrEqual((rounds + 1) * maxPendingAcceptsPerNeighbour);
    expectNobodyGotIn(context, tried, anna, ben);
  });

  it("asks an honest one to carry what is not its own", async (context) => {
    const cleo = await join("Cleo");
    const anna = await join("Anna");
    await expect.poll(() => heldBy(cleo).length === 2 && heldBy(anna).length === 2, patience).toBe(true);
    const from = makeSessionId(room.roomId, webCrypto.randomBytes);
    const tried = 20;
    for (let i = 0; i < tried; i++) {
      const dialId = webCrypto.randomBytes(16);
      mallory.say(cleo.sessionId, { type: "neighbourOffer", from, to: anna.sessionId, dialId, sdp: "v=0" });
    }
    await expect.poll(() => ofMallory(cleo).refusals.get("neighbour frame in another's name"), patience).toBe(tried);
    const arrived = [...anna.drops.keys()].filter((cause) => cause.includes("neighbour"));
    tellTried(context, tried, arrived.length);
    expect(arrived).toEqual([]);
  });
});

describe("a neighbour that lies to real pages", () => {
  let browser: Browser;
  let pages: RoomPage[] = [];
  beforeAll(async () => {
    browser = await launchEngine();
  });
  afterEach(async () => {
    for (const page of pages) await page.close();
    pages = [];
  });
  afterAll(() => browser?.close());

  it("sits down in the middle of two pages", async (context) => {
    const [anna, ben] = [await RoomPage.open(browser, "Anna"), await RoomPage.open(browser, "Ben")];
    pages = [anna, ben];
    for (const page of pages) {
      await watchPeerConnections(page);
      await page.join(invite);
    }
    for (const page of pages) await expect.poll(() => page.connectedPeers(), patience).toBe(2);
    await server.kill("SIGKILL");
    for (const page of pages)
      await expect.poll(async () => (await page.report()).serverState.kind, patience).toBe("away");
    const man = sitDown("own-alone");
    await cutConnection(anna, ben);
    const refused = async (): Promise<number> => {
      const reports = await Promise.all(pages.map((page) => page.report()));
      return reports.reduce((sum, { refusals }) => sum + (refusals["wrong-proof"] ?? 0), 0);
    };
    await expect.poll(refused, patience).toBeGreaterThanOrEqual(2);
    expect(man.carried).not.toContain("ready");
    const held = await Promise.all(pages.map((page) => page.connectedPeers()));
    tellTried(
      context,
      man.dials,
      held.reduce((sum, count) => sum + count - 1, 0),
    );
    expect(held).toEqual([1, 1]);
  });
});

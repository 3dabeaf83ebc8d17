// A signaling server is not trusted: it may keep two pages apart, and nothing more. Here it sits down between them with
// certificates of its own, and says whatever could harm a page, to the real page under its real headers.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { endWebRtc } from "../../bench/stage/native-webrtc.ts";
import { makeSessionId, roomIdOf } from "../../gateway/wire/session-id.ts";
import { webCrypto } from "../../web/platform/web-crypto.ts";
import { errorTexts } from "../../web/ui/errors.ts";
import { tell } from "../support/case-table.ts";
import { expectWaveToReach } from "../support/gesture-exchange.ts";
import { HostileServer, type RelayedMessage } from "../support/hostile-server.ts";
import { type ForgedCertificate, type Forgery, ManInTheMiddle, makeCertificate } from "../support/man-in-the-middle.ts";
import { cutConnection, watchPeerConnections } from "../support/peer-connections.ts";
import { figuresOfPages } from "../support/renderer-process.ts";
import { RoomPage } from "../support/room-page.ts";
import { sized } from "../support/run-length.ts";
import { answerOf, offerOf, soundOffer } from "../support/session-descriptions.ts";
import { openSite, type Site } from "../support/site.ts";

const patience = { interval: 100 };

let site: Site;
let server: HostileServer;
let man: ManInTheMiddle | undefined;
let pages: RoomPage[] = [];

beforeAll(async () => {
  site = await openSite();
});
afterAll(async () => {
  await site?.close();
  endWebRtc();
});

beforeEach(async () => {
  server = await HostileServer.start(site.server);
});
afterEach(async () => {
  for (const page of pages) await page.close();
  pages = [];
  man?.close();
  man = undefined;
  await server.close();
});

/** Anna creates a room, and Ben follows her invite: it is he who dials. */
const openPages = async (): Promise<{ readonly anna: RoomPage; readonly ben: RoomPage }> => {
  const anna = await RoomPage.open(site.browser, "Anna");
  const ben = await RoomPage.open(site.browser, "Ben");
  pages = [anna, ben];
  const invite = await anna.createRoom(server.origin);
  await anna.addSimulatedArm();
  await ben.join(invite);
  await ben.addSimulatedArm();
  return { anna, ben };
};

const expectConnected = async (): Promise<void> => {
  for (const page of pages) await expect.poll(() => page.connectedPeers(), patience).toBe(1);
};

const sitDown = (forgery: Forgery, certificate?: ForgedCertificate): ManInTheMiddle => {
  const sitting = new ManInTheMiddle({
    forgery,
    certificate,
    say: (sessionId, message) => server.say(sessionId, message),
  });
  man = sitting;
  server.relay = (message) => sitting.receive(message);
  return sitting;
};

/** A peer that is refused, or never gets through, is dialled again: three dials are two that have come to nothing. */
const expectNobodyAdmitted = async (attacker: ManInTheMiddle): Promise<void> => {
  await expect.poll(() => attacker.dials, patience).toBeGreaterThanOrEqual(3);
  for (const page of pages) {
    const { peers, traffic } = await page.report();
    expect(peers).toEqual([]);
    expect(traffic).toMatchObject({ sent: 0, delivered: 0 });
    expect(page.problems).toEqual([]);
  }
};

it("should let two pages meet as long as the server is honest", async () => {
  const { anna, ben } = await openPages();
  await expectConnected();
  await expectWaveToReach(anna, ben);
  await expectWaveToReach(ben, anna);
  for (const page of pages) expect((await page.report()).refusals).toEqual({});
});

describe("the server as the man in the middle", () => {
  it("should be refused by both pages, who see that their proofs are about other certificates", async ({ task }) => {
    const attacker = sitDown("own-alone");
    await openPages();
    await expectNobodyAdmitted(attacker);
    expect(attacker.carried.slice(0, 2)).toEqual(["hello", "answer"]); // The connections through him are sound.
    expect(attacker.carried).not.toContain("proof");
    for (const page of pages) {
      expect((await page.report()).refusals["wrong-proof"]).toBeGreaterThanOrEqual(1);
      await page.page.getByText(errorTexts["wrong-room-key"].sentence).waitFor();
    }
    tell(task, { tried: `${attacker.dials} dials`, "got in": "no proof", ...(await figuresOfPages(site.browser)) });
  });

  const inTheMedia: readonly Forgery[] = ["true-before-own", "own-before-true"];
  for (const forgery of sized({ short: inTheMedia, long: [...inTheMedia, "true-above-own", "own-above-true"] })) {
    it(`should be refused as not safe with a second fingerprint in every description: ${forgery}`, async ({ task }) => {
      const attacker = sitDown(forgery);
      const { anna } = await openPages();
      await expectNobodyAdmitted(attacker);
      expect(attacker.carried).not.toContain("proof");
      tell(task, { tried: `${attacker.dials} dials`, "got in": "no hello", ...(await figuresOfPages(site.browser)) });
      // Of several lines Chromium takes the last, forgets the others, and shows the page that one alone: so it is the
      // page's own door that sees them.
      expect(attacker.opened).toBe(0);
      // It tells Anna, whom Ben dials; he gets no answer that he could look at.
      await expect.poll(async () => (await anna.report()).refusals["not-safe"], patience).toBeGreaterThanOrEqual(1);
      const { refusals, drops } = await anna.report();
      expect(drops).toEqual({ "several fingerprints": refusals["not-safe"] });
      await anna.page.getByText(errorTexts["connection-not-safe"].sentence).waitFor();

      // The server sends it as fast as it likes: all of it is counted, and little of it is shown.
      const [annaId = "", benId = ""] = server.sessionIds;
      const forged = offerOf("dc_forged", `${soundOffer.sdp}${soundOffer.sdp.match(/a=fingerprint:.*\r\n/)?.[0]}`);
      const flood = 2_000;
      for (let nth = 0; nth < flood; nth++) server.say(annaId, { ...forged, src: benId });
      const dropped = async () => (await anna.report()).drops["several fingerprints"];
      await expect.poll(dropped, patience).toBeGreaterThanOrEqual(flood);
      expect((await anna.report()).refusals["not-safe"]).toBeLessThan(flood / 10);
    });
  }

  it("should be refused as not safe with a fingerprint of another hash, though the browser takes it", async ({
    task,
  }) => {
    const attacker = sitDown("own-sha-512", await makeCertificate());
    await openPages();
    await expectNobodyAdmitted(attacker);
    tell(task, { tried: `${attacker.dials} dials`, "got in": "no hello", ...(await figuresOfPages(site.browser)) });
    // Connected, as with his fingerprint of sha-256, over which he carries hello and answer: the rule alone refuses.
    expect(attacker.opened).toBeGreaterThanOrEqual(2);
    expect(attacker.carried).toEqual([]);
    for (const page of pages) {
      await expect.poll(async () => (await page.report()).refusals["not-safe"], patience).toBeGreaterThanOrEqual(1);
      await page.page.getByText(errorTexts["connection-not-safe"].sentence).waitFor();
    }
  });
});

describe("the server as an attacker that replays what it carried", () => {
  it("should get nothing by saying genuine old offers and answers again", async ({ task }) => {
    const tape: RelayedMessage[] = [];
    server.relay = (message) => {
      tape.push(message);
      server.say(message.dst, message);
    };
    const anna = await RoomPage.open(site.browser, "Anna");
    const ben = await RoomPage.open(site.browser, "Ben");
    pages = [anna, ben];
    for (const page of pages) await watchPeerConnections(page);
    const invite = await anna.createRoom(server.origin);
    await anna.addSimulatedArm();
    await ben.join(invite);
    await ben.addSimulatedArm();
    await expectConnected();
    await expectWaveToReach(anna, ben);
    await expectWaveToReach(ben, anna);
    expect(new Set(tape.map(({ type }) => type))).toContain("ANSWER");

    // As they were, to those who are connected by them; and offers as those of new connections, as often as it may.
    const offers = tape.filter(({ type }) => type === "OFFER");
    const again = (connectionId: string): readonly RelayedMessage[] =>
      tape.map((message) => ({ ...message, payload: { ...message.payload, connectionId } }) as RelayedMessage);
    const said = [...tape, ...again("dc_again"), ...again("dc_once_more")];
    for (const message of said) server.say(message.dst, message);
    const [offer] = offers;
    const called = pages.find((_, i) => server.sessionIds[i] === offer?.dst);
    if (called === undefined) throw new Error("nobody was called");
    const dropsOf = async (cause: string) => (await called.report()).drops[cause] ?? 0;
    await expect.poll(() => dropsOf("offer of a known connection"), patience).toBeGreaterThanOrEqual(1);
    const failedAccepts = async () => (await dropsOf("accept timed-out")) + (await dropsOf("accept not-connected"));
    await expect.poll(failedAccepts, patience).toBeGreaterThanOrEqual(2);
    await expectWaveToReach(anna, ben);
    await expectWaveToReach(ben, anna);
    for (const page of pages) {
      const { peers, refusals } = await page.report();
      expect(peers.map(({ ledger }) => ledger.remote)).toEqual([expect.objectContaining({ receivedEarlier: 0 })]);
      expect(refusals).toEqual({});
    }

    // Every new dial is answered with an old answer of the one who is called, and with nothing else.
    let dials = 0;
    server.relay = ({ src, dst, type, payload }) => {
      if (type !== "OFFER") return;
      dials++;
      for (const old of tape) {
        if (old.type !== "ANSWER") continue;
        const answer = { ...old.payload, connectionId: payload.connectionId };
        server.say(src, { type: "ANSWER", src: dst, payload: answer });
      }
    };
    await cutConnection(anna, ben);
    await expect.poll(() => dials, patience).toBeGreaterThanOrEqual(2);
    for (const page of pages) {
      expect(await page.connectedPeers()).toBe(0);
      expect(page.problems).toEqual([]);
    }
    tell(task, {
      tried: `${said.length} messages, ${dials} dials`,
      "got in": 0,
      ...(await figuresOfPages(site.browser)),
    });
    server.relay = (message) => server.say(message.dst, message);
    await expectConnected();
  });
});

describe("the server as a liar", () => {
  const floodLength = 2_000;
  const hugeLength = 8_000_000;

  /** Said in the name of a peer, about a connection to it. */
  const liesAbout = (connectionId: string): readonly object[] => {
    const { payload: offer } = offerOf(connectionId);
    const candidate = { type: "data", connectionId, candidate: { candidate: "candidate:", sdpMid: "0" } };
    return [
      offerOf(connectionId),
      ...["binary", "binary-utf8", "json", "nonsense", null].map((serialization) => ({
        type: "OFFER",
        payload: { ...offer, serialization },
      })),
      { type: "OFFER", payload: { ...offer, type: "media" } },
      { type: "OFFER", payload: { ...offer, label: "x".repeat(hugeLength) } },
      answerOf(connectionId),
      ...Array.from({ length: floodLength }, () => ({ type: "CANDIDATE", payload: candidate })),
    ];
  };
  const lies: readonly object[] = [
    { type: "LEAVE" },
    { type: "OPEN" },
    { type: "NOBODY-KNOWS" },
    ...["LEAVE", "OFFER", "ANSWER", "CANDIDATE"].map((type) => ({ type, payload: null })),
    ...Array.from({ length: floodLength }, () => ({ type: "EXPIRE" })),
  ];
  const noMessages = ["null", "not JSON", "x".repeat(hugeLength), new Uint8Array(1_000)];

  interface Lie {
    readonly to: string;
    /** In whose name. */
    readonly src: string;
    /** The healthy one between the two. */
    readonly connectionId: string;
    /** Makes PeerJS leave the server. The page comes back by itself, and has read by then whatever came before. */
    readonly farewell: "ID-TAKEN" | "ERROR";
  }

  const tellLies = ({ to, src, connectionId, farewell }: Lie): void => {
    for (const lie of [...lies, ...liesAbout("dc_unknown"), ...liesAbout(connectionId)])
      server.say(to, { ...lie, src });
    for (const frame of noMessages) server.sayRaw(to, frame);
    server.say(to, { type: farewell, payload: { msg: "a lie" } });
  };

  it("should not disturb two pages that are connected, whatever it says", async ({ task }) => {
    let connectionId = "";
    server.relay = (message) => {
      connectionId = message.payload.connectionId;
      server.say(message.dst, message);
    };
    const { anna, ben } = await openPages();
    await expectConnected();
    await expectWaveToReach(anna, ben);
    await expectWaveToReach(ben, anna);
    const [one = "", two = ""] = server.sessionIds;

    // Members are invented, more than any answer holds and then as many as it does; whoever calls one of them hears
    // many times that it is absent.
    const invent = (count: number) =>
      Array.from({ length: count }, () => makeSessionId(roomIdOf(one), webCrypto.randomBytes));
    let callsToNobody = 0;
    server.relay = ({ src, dst }) => {
      callsToNobody++;
      for (let i = 0; i < 10; i++) server.say(src, { type: "EXPIRE", src: dst });
    };
    server.list = (members) => [...invent(1_000), ...members];
    tellLies({ to: one, src: two, connectionId, farewell: "ID-TAKEN" });
    tellLies({ to: two, src: one, connectionId, farewell: "ERROR" });
    await expect.poll(() => [...server.arrivals].sort(), patience).toEqual([one, one, two, two].sort());
    const listingsBefore = server.listings;
    await expect.poll(() => server.listings, patience).toBeGreaterThan(listingsBefore + pages.length);
    server.list = (members) => [...invent(500), ...members];
    await expect.poll(() => callsToNobody, patience).toBeGreaterThanOrEqual(20);

    await expectWaveToReach(anna, ben);
    await expectWaveToReach(ben, anna);
    for (const page of pages) {
      const { peers, refusals } = await page.report();
      expect(peers).toHaveLength(1);
      // All that the other end has received came over one channel: it is still the first one.
      expect(peers[0]?.ledger.remote).toMatchObject({ receivedEarlier: 0 });
      expect(refusals).toEqual({});
      expect(page.problems).toEqual([]);
    }
    const told = 2 * (lies.length + 2 * liesAbout("").length + noMessages.length + 1);
    tell(task, { tried: `${told} lies, 1500 members`, "got in": 0, ...(await figuresOfPages(site.browser)) });
  });
});

// A member of the room who keeps to nothing: floods, what is too big, lies about probes and times, answers that are
// never read. A real page limits it and lets it go; its memory stays bounded, and what another member says arrives
// meanwhile.
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, type TestContext } from "vitest";
import { startNativePhone } from "../../bench/stage/native-phone.ts";
import { endWebRtc } from "../../bench/stage/native-webrtc.ts";
import { concatBytes } from "../../firmware-bridge/frames/bytes.ts";
import { firstPenaltyMs, longestPenaltyMs } from "../../gateway/admission/penalty-book.ts";
import { encodeMessage } from "../../gateway/wire/encode-message.ts";
import { doneOutcomes, type GatewayFrame } from "../../gateway/wire/frame-types.ts";
import type { GatewayRecord } from "../../gateway/wire/record.ts";
import { makeSessionId } from "../../gateway/wire/session-id.ts";
import type { RoomSession } from "../../web/mesh/room-session.ts";
import { webCrypto } from "../../web/platform/web-crypto.ts";
import { tell } from "../support/case-table.ts";
import { emptyLedger, HostileMember } from "../support/hostile-member.ts";
import { patienceMs } from "../support/patience.ts";
import { makeCommand, makeGesture, makeRecord } from "../support/records.ts";
import { figuresOfPages } from "../support/renderer-process.ts";
import type { RoomPage } from "../support/room-page.ts";
import { sized } from "../support/run-length.ts";
import { inviteSomebody, openSite, type Site } from "../support/site.ts";

const patience = { interval: 50 };
/** How long a member that was disconnected comes back for more. */
const attackMs = sized({ short: 800, long: 60_000 });
/** Memory of JavaScript in a page that has been flooded, after a collection. An idle page has some 5 MB. */
const maxHeapMb = 40;
/** How often the honest member speaks while the page is attacked. */
const honestIntervalMs = 200;
/**
 * This share of what the honest member sends is felt in time: all of it, if the machine has nothing else to do.
 */
const leastShareInTime = 1 / 2;
/** Share of one core: a page that an attack can bring to this serves nobody else, and empties the battery. */
const maxBusyPercent = 90;
/**
 * Until both are true. A short attack may lie wholly within one pause of a busy machine, or be all the work that a slow
 * one can do meanwhile; a page that goes on to stall fails all the same. Of a long attack this is too short to make up
 * for what happened while it went on.
 */
const recovery = { timeout: sized({ short: patienceMs, long: 5_000 }), interval: 50 };

let site: Site;
let page: RoomPage;
let honest: RoomSession;
let attacker: HostileMember;

beforeAll(async () => {
  site = await openSite();
});
afterAll(async () => {
  await site?.close();
  endWebRtc();
});

beforeEach(async () => {
  const invited = await inviteSomebody(site, "Vera");
  const { room, invite } = invited;
  page = invited.page;
  await page.join(invite);
  await page.addSimulatedArm();
  honest = await startNativePhone({ origin: site.server.origin, room, name: "Hal" });
  attacker = await HostileMember.join({ origin: site.server.origin, room });
  await expect.poll(() => toPage(), patience).toBe(true);
  await expect.poll(() => honest.gateway.heldSessionIds(), patience).toContain(pageSessionId);
});
afterEach(async () => {
  attacker?.close();
  await honest?.close();
  await page?.close();
});

let pageSessionId = "";
const toPage = async (): Promise<boolean> => {
  pageSessionId = (await page.report()).sessionId;
  return attacker.channels.has(pageSessionId);
};

const say = (...frames: readonly GatewayFrame[]): void => sayBytes(encodeMessage(frames));
const sayBytes = (message: Uint8Array): void => void attacker.channels.get(pageSessionId)?.send(message);

const pageHeapMb = async (): Promise<number> => {
  const session = await page.page.context().newCDPSession(page.page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return Math.round(usedSize / 1e5) / 10;
};

/**
 * Percent of the time until it is asked for that the page's main thread had a processor. May be asked for until the
 * page is closed.
 */
const pageBusyPercent = async (): Promise<() => Promise<number>> => {
  const session = await page.page.context().newCDPSession(page.page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const busySeconds = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN;
  };
  const [beforeSeconds, beforeMs] = [await busySeconds(), performance.now()];
  return async () => {
    const seconds = (await busySeconds()) - beforeSeconds;
    return Math.round((100_000 * seconds) / (performance.now() - beforeMs));
  };
};

const peerReport = async (sessionId: string) =>
  (await page.report()).peers.find((peer) => peer.sessionId === sessionId);

let rosterVersion = 0;
const roster = (indexes: readonly number[]): GatewayFrame => ({
  type: "roster",
  version: ++rosterVersion,
  name: "Mallory",
  isHidden: false,
  probes: indexes.map((index) => ({ index, probeClass: 1, capabilities: 0xff, isConnected: true, name: "band" })),
});
const aggregate = (records: readonly GatewayRecord[]): GatewayFrame => ({ type: "aggregate", rosterVersion, records });

/** Writes to the page's band that the attacker has caused, by the page's own word for it. */
const felt = (): number =>
  attacker.heard
    .flatMap((frame) => (frame.type === "done" ? frame.writes : []))
    .filter(({ outcome }) => outcome === doneOutcomes.written).length;

let sequence = 0;
let membersVersion = 0;
/** A session id of the page's room. */
const madeUp = (): string => makeSessionId(pageSessionId.slice(0, 32), webCrypto.randomBytes);
const next = () => ({ sequence: sequence++, timeUs: attacker.nowUs });
const manyRecords = (count: number): GatewayRecord[] => Array.from({ length: count }, () => makeRecord(next()));

interface Outcome {
  readonly tried: string;
  readonly gotIn: number | string;
}

/** The honest member speaks all the while. Each word has to arrive, and enough of them in time. */
const whileTheOtherIsHeard = async (
  { task, onTestFinished }: TestContext,
  during: () => Promise<Outcome>,
): Promise<void> => {
  let spoken = 0;
  const speaking = setInterval(() => {
    honest.gateway.buzz("all", "short");
    spoken++;
  }, honestIntervalMs);
  onTestFinished(() => clearInterval(speaking)); // After a case that failed it would otherwise send in the next one.
  const busyPercent = await pageBusyPercent();
  const { tried, gotIn } = await during();
  const busy = await busyPercent();
  const heard = async (): Promise<{ readonly inTime: number; readonly late: number }> => {
    const { delivered = 0, late = 0 } = (await peerReport(honest.sessionId))?.ledger ?? {};
    return { inTime: delivered, late };
  };
  await expect.poll(busyPercent, recovery).toBeLessThan(maxBusyPercent);
  await expect
    .poll(async () => (await heard()).inTime / Math.max(1, spoken), recovery)
    .toBeGreaterThanOrEqual(leastShareInTime);
  clearInterval(speaking);
  await expect
    .poll(async () => {
      const { inTime, late } = await heard();
      return inTime + late;
    }, patience)
    .toBe(spoken);
  const { inTime } = await heard();
  const heapMb = await pageHeapMb();
  tell(task, {
    tried,
    "got in": gotIn,
    "others' exchanges": spoken,
    "in time": inTime,
    "page busy %": busy,
    "page heap MB": heapMb,
    ...(await figuresOfPages(site.browser)),
  });
  expect(heapMb).toBeLessThan(maxHeapMb);
  expect(page.problems).toEqual([]);
};

/**
 * How often the page may let in, and go, in that time who floods it whenever it is let in: each time it is kept out for
 * twice as long.
 */
const mostLettingsGo = (withinMs: number): number => {
  let count = 1;
  for (let [atMs, penaltyMs] = [firstPenaltyMs, firstPenaltyMs]; atMs <= withinMs; count++) {
    penaltyMs = Math.min(2 * penaltyMs, longestPenaltyMs);
    atMs += penaltyMs;
  }
  return count;
};

/**
 * Says it as fast as the channel takes it, and again whenever it is let in again, until the page has let it go and the
 * attack is over.
 */
const flood = async (speak: () => void): Promise<number> => {
  const endsAtMs = performance.now() + attackMs;
  let said = 0;
  while (performance.now() < endsAtMs || attacker.losses === 0) {
    for (let i = 0; i < 50 && attacker.channels.has(pageSessionId) && attacker.bufferedBytes < 1_000_000; i++, said++)
      speak();
    await new Promise((resolve) => setImmediate(resolve));
    if (performance.now() > endsAtMs + patienceMs) throw new Error("was not let go");
  }
  return said;
};

const floods: readonly { readonly name: string; readonly speak: () => void }[] = [
  {
    name: "pings without end",
    speak: () => say({ type: "ping", id: 1, t1Us: attacker.nowUs, ledger: emptyLedger }),
  },
  { name: "records without end, 512 in each message", speak: () => say(aggregate(manyRecords(512))) },
  { name: "rosters without end, of ever new probes", speak: () => say(roster([sequence++ + 1, sequence++ + 1])) },
  {
    name: "wishes without end, each another",
    speak: () =>
      say({ type: "interest", version: ++rosterVersion, entries: [{ probe: 1, minIntervalMs: sequence++ % 60_000 }] }),
  },
  {
    name: "gestures without end",
    speak: () => say(aggregate([makeGesture({ ...next(), probe: 1 }), makeGesture({ ...next(), probe: 1 })])),
  },
  {
    name: "members without end that are nowhere, 128 in each message",
    speak: () => say({ type: "members", version: ++membersVersion, sessionIds: Array.from({ length: 128 }, madeUp) }),
  },
  {
    name: "words without end of buzzes that nobody asked for",
    speak: () =>
      say({
        type: "done",
        writes: [{ probe: 1, sequence: sequence++, timeUs: attacker.nowUs, outcome: doneOutcomes.written }],
      }),
  },
  {
    name: "aggregates of a roster that never comes",
    speak: () => say({ type: "aggregate", rosterVersion: 2 ** 40, records: manyRecords(200) }),
  },
];

for (const { name, speak } of floods) {
  it(name, (context) =>
    whileTheOtherIsHeard(context, async () => {
      say(roster([1]));
      const sinceMs = performance.now();
      const said = await flood(speak);
      expect(attacker.losses).toBeGreaterThan(0);
      expect(attacker.losses).toBeLessThanOrEqual(mostLettingsGo(performance.now() - sinceMs));
      return { tried: `${said} messages`, gotIn: `let go ${attacker.losses}×` };
    }),
  );
}

const oversized: readonly { readonly name: string; readonly message: () => Uint8Array }[] = [
  {
    name: "a message above 16 KiB",
    message: () => concatBytes(Uint8Array.of(1, 0x70, 0xff, 0xff, 0x01), new Uint8Array(32_767)),
  },
  { name: "an aggregate of 513 records", message: () => aggregateOf513() },
  { name: "no frame of the protocol", message: () => new Uint8Array(100).fill(0xff) },
];

const aggregateOf513 = (): Uint8Array => {
  const [, ...whole] = encodeMessage([aggregate(manyRecords(512))]);
  const one = encodeMessage([aggregate([makeRecord(next())])]);
  // Type and length of two bytes come first; the record of the second message is appended to the first's.
  const records = Uint8Array.from([...whole.slice(3), ...one.slice(-14)]);
  return concatBytes(Uint8Array.of(1, 6, (records.length % 128) + 128, records.length >> 7), records);
};

for (const { name, message } of oversized) {
  it(name, (context) =>
    whileTheOtherIsHeard(context, async () => {
      sayBytes(message());
      await expect.poll(() => attacker.losses, patience).toBe(1);
      const delivered = (await page.report()).peers
        .filter(({ sessionId }) => sessionId === attacker.sessionId)
        .reduce((total, { ledger }) => total + ledger.delivered, 0);
      expect(delivered).toBe(0);
      return { tried: "1 message", gotIn: delivered };
    }),
  );
}

it("records of probes that are not its own, and commands for probes that are not there", (context) =>
  whileTheOtherIsHeard(context, async () => {
    say(roster([1]));
    const foreign = [2, 17, 2 ** 50].map((probe) => makeGesture({ ...next(), probe }));
    say(aggregate(foreign));
    say(aggregate([makeCommand({ ...next(), payload: Uint8Array.of(9, 100, 15) })]));
    say(aggregate([makeCommand({ ...next(), probe: 1 })])); // Commands are the gateway's own.
    await expect.poll(async () => (await peerReport(attacker.sessionId))?.ledger.received, patience).toBe(5);
    const { dropped, delivered } = (await peerReport(attacker.sessionId))?.ledger ?? {};
    expect(dropped).toMatchObject({ "unknown-probe": foreign.length, malformed: 1 });
    expect(felt()).toBe(0);
    return { tried: "5 records", gotIn: `${delivered} read, ${felt()} felt` };
  }));

it("gestures from the future, with a life of a minute, and from long ago", (context) =>
  whileTheOtherIsHeard(context, async () => {
    say(roster([1]));
    await expect.poll(async () => (await peerReport(attacker.sessionId))?.delay, patience).toBeDefined();
    const ages = [-3_600_000_000, 61_000_000, 5_000_000];
    for (const ageUs of ages) {
      const timeUs = Math.max(0, attacker.nowUs - ageUs);
      say(aggregate([makeGesture({ sequence: sequence++, probe: 1, timeUs, lifetimeMs: 60_000 })]));
    }
    await expect.poll(async () => (await peerReport(attacker.sessionId))?.ledger.received, patience).toBe(ages.length);
    const { late, delivered } = (await peerReport(attacker.sessionId))?.ledger ?? {};
    // The one of the future is read as of now; the others are late, however long they say that they live.
    expect({ late, delivered }).toEqual({ late: 2, delivered: 1 });
    return { tried: `${ages.length} gestures`, gotIn: "1, as of now" };
  }));

// Many identities of one attacker, each of which keeps to its own limits. A real page serves an honest member beside
// them: the peers that send most are limited first, and what a page spends goes by the number of its peers.

import { afterAll, afterEach, beforeAll, beforeEach, expect, it, type TestContext } from "vitest";
import { startNativePhone } from "../../bench/stage/native-phone.ts";
import { endWebRtc } from "../../bench/stage/native-webrtc.ts";
import { effectsOfAll } from "../../gateway/admission/record-allowance.ts";
import { encodeMessage } from "../../gateway/wire/encode-message.ts";
import { maxMembers } from "../../gateway/wire/frame-types.ts";
import { makeSessionId } from "../../gateway/wire/session-id.ts";
import type { RoomSession } from "../../web/mesh/room-session.ts";
import { webCrypto } from "../../web/platform/web-crypto.ts";
import { tell } from "../support/case-table.ts";
import { HostileMember } from "../support/hostile-member.ts";
import { makeGesture } from "../support/records.ts";
import type { RoomPage } from "../support/room-page.ts";
import { sized } from "../support/run-length.ts";
import { inviteSomebody, openSite, type Site } from "../support/site.ts";

const patience = { timeout: 60_000, interval: 50 };
const identities = 24;
const attackMs = sized({ short: 5_000, long: 30_000 });
/** How often the honest member speaks meanwhile. */
const honestIntervalMs = 250;

let site: Site;
let page: RoomPage;
let honest: RoomSession;
let crowd: HostileMember[];
let pageSessionId: string;

beforeAll(async () => {
  site = await openSite();
});
afterAll(async () => {
  await site?.close();
  endWebRtc();
});

beforeEach(async () => {
  const { page: invited, room, invite } = await inviteSomebody(site, "Vera");
  page = invited;
  await page.join(invite);
  await page.addSimulatedArm();
  pageSessionId = (await page.report()).sessionId;
  const { origin } = site.server;
  honest = await startNativePhone({ origin, room, name: "Hal" });
  crowd = [];
  for (let nth = 0; nth < identities; nth++) crowd.push(await HostileMember.join({ origin, room }));
  await expect
    .poll(() => crowd.filter(({ channels }) => channels.has(pageSessionId)).length, patience)
    .toBe(identities);
  await expect.poll(() => honest.gateway.heldSessionIds(), patience).toContain(pageSessionId);
});
afterEach(async () => {
  for (const one of crowd ?? []) one.close();
  await expect.poll(() => (crowd ?? []).filter(({ channels }) => channels.size > 0).length, patience).toBe(0);
  await honest?.close();
  await page?.close();
});

/** Each sends the same message so often in a second, to the page alone. Returns how many were sent in all. */
const attack = async (perSecond: number, message: (nth: number) => Uint8Array): Promise<number> => {
  const startMs = performance.now();
  let turns = 0;
  while (performance.now() - startMs < attackMs) {
    const due = Math.floor(((performance.now() - startMs) / 1000) * perSecond);
    for (; turns < due; turns++) {
      const bytes = message(turns);
      for (const who of crowd) who.channels.get(pageSessionId)?.send(bytes);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  return turns * crowd.length;
};

const whileHonestSpeaks = async ({ task, onTestFinished }: TestContext, during: () => Promise<number>) => {
  let spoken = 0;
  const speaking = setInterval(() => {
    honest.gateway.buzz("all", "short");
    spoken++;
  }, honestIntervalMs);
  onTestFinished(() => clearInterval(speaking));
  const said = await during();
  clearInterval(speaking);
  const account = async () => {
    const peer = (await page.report()).peers.find(({ name }) => name === "Hal");
    const { delivered = 0, late = 0, dropped } = peer?.ledger ?? {};
    return { delivered, late, dropped: dropped?.rate ?? 0 };
  };
  await expect
    .poll(async () => {
      const { delivered, late, dropped } = await account();
      return delivered + late + dropped;
    }, patience)
    .toBe(spoken);
  const { delivered, late, dropped } = await account();
  tell(task, { tried: `${said} messages of ${identities}`, "others' exchanges": spoken, "in time": delivered, late });
  expect(dropped).toBe(0);
  expect(delivered).toBeGreaterThanOrEqual(spoken / 2);
  expect(page.problems).toEqual([]);
};

it("gestures, each identity just below what one may make", async (context) => {
  const startMs = performance.now();
  await whileHonestSpeaks(context, () => {
    const probe = { index: 1, probeClass: 1, capabilities: 0xff, isConnected: true, name: "band" };
    for (const who of crowd)
      who.send({ type: "roster", version: 1, name: "Mallory", isHidden: false, probes: [probe] });
    // All identities are of one process, and so of one clock.
    return attack(189, (nth) => {
      const record = makeGesture({ sequence: nth & 0xffff, timeUs: crowd[0]?.nowUs ?? 0 });
      return encodeMessage([{ type: "aggregate", rosterVersion: 1, records: [record] }]);
    });
  });
  const seconds = (performance.now() - startMs) / 1000;
  const theirs = (await page.report()).peers.filter(({ name }) => name !== "Hal");
  const taken = theirs.reduce((total, { ledger }) => total + ledger.delivered, 0);
  expect(taken).toBeGreaterThan(0);
  expect(taken).toBeLessThan(1.2 * effectsOfAll.perSecond * (seconds + 1));
  expect(theirs.reduce((total, { ledger }) => total + ledger.dropped.rate, 0)).toBeGreaterThan(0);
});

it("members that are nowhere, each identity just below how often one may name them", (context) =>
  whileHonestSpeaks(context, () => {
    const madeUp = (): string => makeSessionId(pageSessionId.slice(0, 32), webCrypto.randomBytes);
    return attack(18, (nth) =>
      encodeMessage([{ type: "members", version: nth + 1, sessionIds: Array.from({ length: maxMembers }, madeUp) }]),
    );
  }));

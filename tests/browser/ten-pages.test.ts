// A room of ten phones on real parts: a full mesh from one invite, and what becomes of it when one dies, one reloads,
// one sleeps, and the server goes away. In the end the books of all pages agree on every record. The cases follow each
// other in one room.
import { afterAll, beforeAll, describe, expect, type TestContext, test } from "vitest";
import { batteryReportMs } from "../../firmware-bridge/simulated/simulated-arm-probe.ts";
import { dropAfterMs } from "../../gateway/peers/liveness.ts";
import { type LedgerSnapshot, sumOf } from "../../gateway/records/ledger.ts";
import { effectLifetimeMs } from "../../gateway/wire/record.ts";
import type { PageReport } from "../../web/console.d.ts";
import { tell } from "../support/case-table.ts";
import { healLimitMs } from "../support/fault-verdict.ts";
import { addSums, noSums } from "../support/record-sums.ts";
import { figuresOfPages, rendererPid } from "../support/renderer-process.ts";
import { RoomPage } from "../support/room-page.ts";
import { sized } from "../support/run-length.ts";
import { openSite, type Site } from "../support/site.ts";
import { unaccounted } from "../support/unaccounted.ts";

const pageCount = 10;
/** The promise: whole again, without a tap. */
const wholeAgain = { timeout: healLimitMs, interval: 250 };
/** Ten pages start on two cores. */
const formed = { interval: 250 };
/** In the long run the others give it up meanwhile. */
const sleepMs = sized({ short: 10_000, long: 90_000 });
const serverAwayMs = sized({ short: 5_000, long: 60_000 });
/** Chromium's own words on a server that is away. */
const ofChromium = /ERR_CONNECTION_REFUSED|WebSocket connection|Failed to load resource/;

let site: Site;
const pages: RoomPage[] = [];
/** How often each band was asked to buzz, at most. */
const asked = new Map<RoomPage, number>();

beforeAll(async () => {
  site = await openSite();
});

afterAll(() => site?.close());

/** How long a fault lasts. */
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

const isWhole = async (): Promise<boolean> => {
  const peers = await Promise.all(pages.map((page) => page.connectedPeers()));
  return peers.every((count) => count === pages.length - 1);
};

/** Tells how long it takes from now on. */
const heal = async (
  { task }: Pick<TestContext, "task">,
  within: { readonly timeout?: number; readonly interval: number } = wholeAgain,
) => {
  const sinceMs = performance.now();
  await expect.poll(isWhole, within).toBe(true);
  const healedSeconds = ((performance.now() - sinceMs) / 1000).toFixed(1);
  tell(task, { "healed s": healedSeconds, ...(await figuresOfPages(site.browser)) });
};

const pageAt = (nth: number): RoomPage => {
  const page = pages[nth];
  if (page === undefined) throw new Error(`there is no page ${nth}`);
  return page;
};

const reports = (pages: readonly RoomPage[]): Promise<readonly PageReport[]> =>
  Promise.all(pages.map((page) => page.report()));

/** The account that `of` keeps of the page that is at `sessionId`. */
const accountOf = (of: PageReport, sessionId: string) => of.peers.find((peer) => peer.sessionId === sessionId)?.ledger;

/** By page, how many records it has delivered from each other one. */
const delivered = async (pages: readonly RoomPage[]): Promise<readonly (readonly number[])[]> => {
  const all = await reports(pages);
  return all.map((receiver) =>
    all.filter((sender) => sender !== receiver).map((sender) => accountOf(receiver, sender.sessionId)?.delivered ?? 0),
  );
};

/**
 * Every page asks all others to buzz, and each of them gets it: by hand, because a simulated arm on a busy machine
 * moves unevenly.
 */
const everyPairExchanges = async (pages: readonly RoomPage[]): Promise<void> => {
  const before = await delivered(pages);
  for (const page of pages) {
    for (const other of pages) if (other !== page) asked.set(other, (asked.get(other) ?? 0) + 1);
    await page.buzzAll();
  }
  await expect
    .poll(
      async () => (await delivered(pages)).every((row, i) => row.every((count, j) => count > (before[i]?.[j] ?? 0))),
      { interval: 250 },
    )
    .toBe(true);
};

interface Account {
  readonly sender: LedgerSnapshot;
  readonly receiver: LedgerSnapshot;
}

/** What both ends have counted of every ordered pair, of those pages alone or to those. */
const accounts = async (
  pages: readonly RoomPage[],
  receivers: readonly RoomPage[] = pages,
): Promise<readonly Account[]> => {
  const [froms, tos] = [await reports(pages), await reports(receivers)];
  return froms.flatMap((from) =>
    tos.flatMap((to) => {
      const sender = accountOf(from, to.sessionId);
      const receiver = accountOf(to, from.sessionId);
      return sender === undefined || receiver === undefined ? [] : [{ sender, receiver }];
    }),
  );
};

/** All that these pages had for that one: how much it was, and what became of it. */
const fatesOf = async (senders: readonly RoomPage[], receiver: RoomPage) => {
  const fates = { addressed: 0, delivered: 0, late: 0, lost: 0, neverSent: 0 };
  for (const { sender, receiver: taken } of await accounts(senders, [receiver])) {
    fates.addressed += sender.addressed;
    fates.delivered += taken.delivered;
    fates.late += taken.late;
    // Where the browser gave the connection up: it does so after some 30 s of a sleep, which a busy machine makes of
    // ten.
    fates.lost += sender.lost;
    fates.neverSent += sumOf(sender.droppedBeforeSend);
  }
  return fates;
};

/** The same once nothing is under way and none was given twice. */
const settledFatesOf = async (senders: readonly RoomPage[], receiver: RoomPage) => {
  let fates = await fatesOf(senders, receiver);
  const open = async () => {
    fates = await fatesOf(senders, receiver);
    const { addressed, delivered, late, lost, neverSent } = fates;
    return addressed - delivered - late - lost - neverSent;
  };
  await expect.poll(open).toBe(0);
  return fates;
};

/** By pair, the records whose fate nobody knows, where there are any. */
const openRecords = (books: readonly Account[]): readonly number[] =>
  books
    .map(({ sender, receiver }) => Math.abs(unaccounted(sender, receiver)) + sender.queued + receiver.held)
    .filter((open) => open !== 0);

const buzzesOf = async (page: RoomPage): Promise<number> => (await page.report()).probes[0]?.buzzes.written ?? 0;

/** Rounds of everybody buzzing everybody, until so much time has passed. */
const exchangeFor = async (pages: readonly RoomPage[], ms: number): Promise<number> => {
  const endMs = performance.now() + ms;
  let rounds = 0;
  do {
    await everyPairExchanges(pages);
    rounds++;
  } while (performance.now() < endMs);
  return rounds;
};

describe("ten pages", () => {
  test("become one room from one invite", async (context) => {
    const first = await RoomPage.open(site.browser, "Phone 1");
    const invite = await first.createRoom(site.server.origin);
    pages.push(first);
    for (let nth = 2; nth <= pageCount; nth++) pages.push(await RoomPage.open(site.browser, `Phone ${nth}`));
    await Promise.all(pages.slice(1).map((page) => page.join(invite)));
    await heal(context, formed);
    for (const page of pages) await page.addSimulatedArm();
    await everyPairExchanges(pages);
  });

  test("lose one that is killed", async (context) => {
    const killed = pages.pop();
    if (killed === undefined) throw new Error("there is no page");
    process.kill(await rendererPid(site.browser, killed.page), "SIGKILL");
    await heal(context);
    await everyPairExchanges(pages);
  });

  test("see one reload, and no ghost of it", async (context) => {
    const reloaded = pageAt(8);
    const before = await reloaded.report();
    await reloaded.page.reload();
    await heal(context);
    const after = await reloaded.report();
    expect([after.slot, after.epoch]).toEqual([before.slot, before.epoch + 1]);
    for (const page of pages) {
      const peers = (await page.report()).peers.filter(({ name }) => name === reloaded.name);
      expect(peers.length).toBe(page === reloaded ? 0 : 1);
    }
    await reloaded.addSimulatedArm();
    await everyPairExchanges(pages);
  });

  test(`see one frozen for ${sleepMs / 1000} s, which then feels nothing of it`, async (context) => {
    const asleep = pageAt(7);
    const awake = pages.filter((page) => page !== asleep);
    const pid = await rendererPid(site.browser, asleep.page);
    const before = await settledFatesOf(awake, asleep);
    const buzzesBefore = await buzzesOf(asleep);
    process.kill(pid, "SIGSTOP");
    const stoppedAtMs = performance.now();
    const missed = (await exchangeFor(awake, sleepMs - 2 * effectLifetimeMs)) * awake.length;
    // All of it is too late now.
    await pause(Math.max(2 * effectLifetimeMs, stoppedAtMs + sleepMs - performance.now()));
    process.kill(pid, "SIGCONT");
    await heal(context);
    const now = await settledFatesOf(awake, asleep);
    // What an arm says of its battery has no deadline: that is handed on whenever it comes. It is said once more on a
    // channel that is made anew.
    const batteryReports = awake.length * (1 + Math.ceil((performance.now() - stoppedAtMs) / batteryReportMs));
    const addressed = now.addressed - before.addressed;
    const delivered = now.delivered - before.delivered;
    const late = now.late - before.late;
    tell(context.task, { late, "applied late": (await buzzesOf(asleep)) - buzzesBefore });
    expect(delivered).toBeLessThanOrEqual(batteryReports);
    // A page that slept for longer was given up, and nothing more was meant for it from then on.
    if (sleepMs < dropAfterMs) expect(addressed - delivered).toBeGreaterThanOrEqual(missed);
    expect(addressed).toBeLessThanOrEqual(missed + batteryReports);
    expect(late).toBeGreaterThanOrEqual(1);
    expect(await buzzesOf(asleep)).toBe(buzzesBefore);
    await everyPairExchanges(pages);
    expect(await buzzesOf(asleep)).toBeGreaterThan(buzzesBefore);
  });

  test(`go on under load while the server is killed for ${serverAwayMs / 1000} s, and take in a newcomer afterwards`, async (context) => {
    const everywhere = async (kind: string) =>
      (await reports(pages)).every(({ serverState }) => serverState.kind === kind);
    await site.server.kill("SIGKILL");
    await expect.poll(() => everywhere("away")).toBe(true);
    await exchangeFor(pages, serverAwayMs);
    expect(await isWhole()).toBe(true);
    await site.server.start();
    const invite = pageAt(0).page.url();
    await expect.poll(() => everywhere("connected"), wholeAgain).toBe(true);
    const newcomer = await RoomPage.open(site.browser, "Newcomer");
    pages.push(newcomer);
    await newcomer.join(invite);
    await heal(context);
    await newcomer.addSimulatedArm();
    await everyPairExchanges(pages);
  });

  test("agree on every record in the end", async ({ task }) => {
    // Pings carry the last counts, and then both ends of each pair agree.
    await expect.poll(async () => openRecords(await accounts(pages)), { interval: 500 }).toEqual([]);
    const books = await accounts(pages);
    expect(books).toHaveLength(pages.length * (pages.length - 1));
    const sums = books.reduce((sums, { sender, receiver }) => addSums(sums, sender, receiver), noSums);
    let twice = 0;
    for (const page of pages) twice += Math.max(0, (await buzzesOf(page)) - (asked.get(page) ?? 0));
    tell(task, { ...sums, unaccounted: 0, twice, ...(await figuresOfPages(site.browser)) });
    expect(sums.delivered + sums.late + sums.lost + sums.dropped + sums.duplicate).toBe(sums.sent);
    expect(sums.sent).toBeGreaterThan(500);
    expect(twice).toBe(0);
    for (const page of pages) expect(page.problems.filter((problem) => !ofChromium.test(problem))).toEqual([]);
    for (const page of pages) await page.close();
  });
});

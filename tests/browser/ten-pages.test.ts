// A room of ten phones on real parts: a full mesh from one invite, and what becomes of it when one dies, one reloads, one sleeps, and the
// server goes away. In the end the books of all pages agree on every record.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LedgerSnapshot, unaccounted } from "../../gateway/ledger.ts";
import { effectLifetimeMs } from "../../gateway/record.ts";
import type { PageReport } from "../../web/console.d.ts";
import { launchChromium } from "../support/chromium.ts";
import { rendererPid } from "../support/renderer-process.ts";
import { RoomPage } from "../support/room-page.ts";
import { type ServerProcess, startServer } from "../support/server-process.ts";

const pageCount = 10;
/** The promise: whole again, without a tap. */
const wholeAgain = { timeout: 30_000, interval: 250 };
/** Ten pages start on two cores. */
const formed = { timeout: 60_000, interval: 250 };
const sleepMs = 10_000;

let server: ServerProcess;
let browser: Browser;

beforeAll(async () => {
  server = await startServer({ page: "built" });
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const isWhole = async (pages: readonly RoomPage[]): Promise<boolean> => {
  const peers = await Promise.all(pages.map((page) => page.connectedPeers()));
  return peers.every((count) => count === pages.length - 1);
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

/** Every page asks all others to buzz, and each of them gets it: by hand, because a simulated arm on a busy machine moves unevenly. */
const everyPairExchanges = async (pages: readonly RoomPage[]): Promise<void> => {
  const before = await delivered(pages);
  for (const page of pages) await page.buzzAll();
  await expect
    .poll(
      async () => (await delivered(pages)).every((row, i) => row.every((count, j) => count > (before[i]?.[j] ?? 0))),
      {
        timeout: 20_000,
      },
    )
    .toBe(true);
};

interface Account {
  readonly sender: LedgerSnapshot;
  readonly receiver: LedgerSnapshot;
}

/** What both ends of every ordered pair have counted. */
const accounts = async (pages: readonly RoomPage[]): Promise<readonly Account[]> => {
  const all = await reports(pages);
  return all.flatMap((from) =>
    all.flatMap((to) => {
      const sender = accountOf(from, to.sessionId);
      const receiver = accountOf(to, from.sessionId);
      return sender === undefined || receiver === undefined ? [] : [{ sender, receiver }];
    }),
  );
};

/** By pair, the records whose fate nobody knows, where there are any. */
const openRecords = (books: readonly Account[]): readonly number[] =>
  books
    .map(({ sender, receiver }) => Math.abs(unaccounted(sender, receiver)) + sender.queued + receiver.held)
    .filter((open) => open !== 0);

const sum = (books: readonly Account[], of: (account: Account) => number): number =>
  books.reduce((total, account) => total + of(account), 0);

const buzzesOf = async (page: RoomPage): Promise<number> => (await page.report()).probes[0]?.buzzes.written ?? 0;
const lateAt = async (page: RoomPage): Promise<number> => (await page.report()).traffic.late;

test("should stay one room through death, reload, sleep and loss of the server, and account for every record", async () => {
  const first = await RoomPage.open(browser, "Phone 1");
  const invite = await first.createRoom(server.origin);
  const pages = [first];
  for (let nth = 2; nth <= pageCount; nth++) pages.push(await RoomPage.open(browser, `Phone ${nth}`));
  await Promise.all(pages.slice(1).map((page) => page.join(invite)));
  const startedAtMs = performance.now();
  await expect.poll(() => isWhole(pages), formed).toBe(true);
  console.log(
    `ten pages, 45 links: whole ${((performance.now() - startedAtMs) / 1000).toFixed(1)} s after the last page was there`,
  );
  for (const page of pages) await page.addSimulatedArm();
  await everyPairExchanges(pages);

  // One is killed.
  const killed = pages.pop();
  if (killed === undefined) throw new Error("ten pages");
  const killedPid = await rendererPid(browser, killed.page);
  process.kill(killedPid, "SIGKILL");
  await everyPairExchanges(pages);
  await expect.poll(() => isWhole(pages), wholeAgain).toBe(true);

  // One reloads: no ghost of it stays, and nobody is told that an id is taken.
  const reloaded = pages[8];
  if (reloaded === undefined) throw new Error("nine pages");
  const before = await reloaded.report();
  await reloaded.page.reload();
  await expect.poll(() => isWhole(pages), wholeAgain).toBe(true);
  const after = await reloaded.report();
  expect([after.slot, after.epoch]).toEqual([before.slot, before.epoch + 1]);
  for (const page of pages) {
    const peers = (await page.report()).peers.filter(({ name }) => name === reloaded.name);
    expect(peers.length).toBe(page === reloaded ? 0 : 1);
  }
  await reloaded.addSimulatedArm();
  await everyPairExchanges(pages);

  // One sleeps, and the others go on; what waited for it does not buzz when it wakes.
  const asleep = pages[7];
  const awake = pages.filter((page) => page !== asleep);
  if (asleep === undefined) throw new Error("nine pages");
  const pid = await rendererPid(browser, asleep.page);
  const [buzzesBefore, lateBefore] = [await buzzesOf(asleep), await lateAt(asleep)];
  process.kill(pid, "SIGSTOP");
  const stoppedAtMs = performance.now();
  let missed = 0;
  while (performance.now() - stoppedAtMs < sleepMs - 2 * effectLifetimeMs) {
    await everyPairExchanges(awake);
    missed += awake.length;
  }
  await pause(Math.max(2 * effectLifetimeMs, stoppedAtMs + sleepMs - performance.now())); // All of it is too late now.
  process.kill(pid, "SIGCONT");
  await expect.poll(() => lateAt(asleep), { timeout: 20_000 }).toBe(lateBefore + missed);
  expect(await buzzesOf(asleep)).toBe(buzzesBefore);
  await expect.poll(() => isWhole(pages), wholeAgain).toBe(true);
  await everyPairExchanges(pages);
  expect(await buzzesOf(asleep)).toBeGreaterThan(buzzesBefore);

  // The server is killed: the mesh goes on, and a newcomer gets in once it is back.
  await server.kill("SIGKILL");
  await expect
    .poll(async () => (await reports(pages)).every(({ serverState }) => serverState.kind === "away"), {
      timeout: 30_000,
    })
    .toBe(true);
  await everyPairExchanges(pages);
  await server.start();
  await expect
    .poll(async () => (await reports(pages)).every(({ serverState }) => serverState.kind === "connected"), wholeAgain)
    .toBe(true);
  const newcomer = await RoomPage.open(browser, "Newcomer");
  await newcomer.join(invite);
  pages.push(newcomer);
  await expect.poll(() => isWhole(pages), wholeAgain).toBe(true);
  await newcomer.addSimulatedArm();
  await everyPairExchanges(pages);

  // The books: pings carry the last counts, and then both ends of each pair agree on every record.
  await expect.poll(async () => openRecords(await accounts(pages)), { timeout: 30_000, interval: 500 }).toEqual([]);
  const books = await accounts(pages);
  expect(books).toHaveLength(pages.length * (pages.length - 1));
  const sent = sum(books, ({ sender }) => sender.sent);
  const fates = {
    delivered: sum(books, ({ receiver }) => receiver.delivered),
    late: sum(books, ({ receiver }) => receiver.late),
    lost: sum(books, ({ sender }) => sender.lost),
    dropped: sum(books, ({ receiver }) => Object.values(receiver.dropped).reduce((a, b) => a + b, 0)),
    duplicate: sum(books, ({ receiver }) => receiver.duplicate),
  };
  console.log(`${books.length} pairs, records sent: ${sent} =`, fates);
  expect(Object.values(fates).reduce((a, b) => a + b, 0)).toBe(sent);
  expect(sent).toBeGreaterThan(500);

  const expected = /ERR_CONNECTION_REFUSED|WebSocket connection|Failed to load resource/; // Chromium's own words on a server that is away.
  for (const page of pages) expect(page.problems.filter((problem) => !expected.test(problem))).toEqual([]);
  for (const page of pages) await page.close();
}, 300_000);

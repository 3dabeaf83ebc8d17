// The server is killed, and two of three real pages lose each other: the third brings them together again, and a buzz
// goes through.
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { PageReport } from "../../web/console.d.ts";
import { tell } from "../support/case-table.ts";
import { cutConnection, watchPeerConnections } from "../support/peer-connections.ts";
import { figuresOfPages } from "../support/renderer-process.ts";
import { RoomPage } from "../support/room-page.ts";
import { openSite, type Site } from "../support/site.ts";

const patience = { interval: 50 };
/** Chromium's own words on a server that is away. */
const serverIsAway = /ERR_CONNECTION_REFUSED|WebSocket connection|Failed to load resource/;

let site: Site;
let pages: RoomPage[] = [];

beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());
afterEach(async () => {
  for (const page of pages) await page.close();
  pages = [];
});

const openPage = async (name: string): Promise<RoomPage> => {
  const page = await RoomPage.open(site.browser, name);
  pages.push(page);
  await watchPeerConnections(page);
  return page;
};

const untilWhole = async (): Promise<void> => {
  for (const page of pages) await expect.poll(() => page.connectedPeers(), patience).toBe(pages.length - 1);
};

const peerOf = (report: PageReport, { sessionId }: PageReport) =>
  report.peers.find((peer) => peer.sessionId === sessionId);

it("two pages lose each other while the server is dead", async ({ task }) => {
  const [anna, ben, cleo] = [await openPage("Anna"), await openPage("Ben"), await openPage("Cleo")];
  const invite = await anna.createRoom(site.server.origin);
  for (const page of [ben, cleo]) await page.join(invite);
  for (const page of pages) await page.addSimulatedArm();
  await untilWhole();
  await anna.buzz(ben);

  await site.server.kill("SIGKILL");
  for (const page of pages)
    await expect.poll(async () => (await page.report()).serverState.kind, patience).toBe("away");
  await cutConnection(anna, ben);
  const cutAtMs = performance.now();
  const signaledBy = async () => {
    const [atAnna, atBen] = [await anna.report(), await ben.report()];
    return [peerOf(atAnna, atBen)?.signaledBy, peerOf(atBen, atAnna)?.signaledBy];
  };
  await expect.poll(signaledBy, patience).toEqual(["neighbour", "neighbour"]);
  await untilWhole();
  const healedSeconds = ((performance.now() - cutAtMs) / 1000).toFixed(1);
  tell(task, { "healed s": healedSeconds, ...(await figuresOfPages(site.browser)) });

  await anna.buzz(ben);
  await ben.buzz(anna);
  const unaccounted = async () => {
    const [atAnna, atBen] = [await anna.report(), await ben.report()];
    const [toBen, toAnna] = [peerOf(atAnna, atBen)?.ledger, peerOf(atBen, atAnna)?.ledger];
    return [toBen, toAnna].map((ledger) => ledger && ledger.sent - ledger.lost - (ledger.remote?.delivered ?? 0));
  };
  await expect.poll(unaccounted, patience).toEqual([0, 0]);
  for (const page of pages) {
    const { refusals, drops } = await page.report();
    expect([refusals, drops]).toEqual([{}, {}]);
    expect(page.problems.filter((problem) => !serverIsAway.test(problem))).toEqual([]);
  }
});

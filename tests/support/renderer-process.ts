// The operating system's process behind a page, to stop it as a phone stops a page in a pocket: CDP's "frozen" state changes nothing for a headless page.
import type { Browser, CDPSession, Page } from "playwright-core";

const firstBusyMs = 400;
const longestBusyMs = 6_400;

interface ProcessTimes {
  readonly processInfo: readonly { readonly type: string; readonly id: number; readonly cpuTime: number }[];
}

const rendererTimes = async (session: CDPSession): Promise<ReadonlyMap<number, number>> => {
  const { processInfo }: ProcessTimes = await session.send("SystemInfo.getProcessInfo");
  return new Map(processInfo.filter(({ type }) => type === "renderer").map(({ id, cpuTime }) => [id, cpuTime]));
};

/** The page is kept busy for so long; the processes' work meanwhile, the greatest first. */
const workWhileBusy = async (session: CDPSession, page: Page, busyMs: number) => {
  const before = await rendererTimes(session);
  await page.evaluate((ms) => {
    const endMs = performance.now() + ms;
    while (performance.now() < endMs);
  }, busyMs);
  const after = await rendererTimes(session);
  return [...after]
    .map(([id, cpuTime]) => ({ id, workedSeconds: cpuTime - (before.get(id) ?? 0) }))
    .sort((a, b) => b.workedSeconds - a.workedSeconds);
};

/**
 * Chromium tells the renderers but not whose they are: the page is kept busy, and the one that worked most is its. On a machine where all
 * wait for a processor that is no proof, so it must have worked twice as much as any other, or is asked again for longer.
 */
export const rendererPid = async (browser: Browser, page: Page): Promise<number> => {
  const session = await browser.newBrowserCDPSession();
  try {
    for (let busyMs = firstBusyMs; busyMs <= longestBusyMs; busyMs *= 2) {
      const [busiest, second] = await workWhileBusy(session, page, busyMs);
      if (busiest === undefined) throw new Error("the browser has no renderer");
      if (busiest.workedSeconds > 2 * (second?.workedSeconds ?? 0)) return busiest.id;
    }
    throw new Error("no renderer worked more than all others");
  } finally {
    await session.detach();
  }
};

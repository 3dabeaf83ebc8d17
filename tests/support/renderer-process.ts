// The operating system's process behind a page, to stop it as a phone stops a page in a pocket: CDP's "frozen" state changes nothing for a headless page.
import type { Browser, CDPSession, Page } from "playwright-core";

const busyMs = 400;

interface ProcessTimes {
  readonly processInfo: readonly { readonly type: string; readonly id: number; readonly cpuTime: number }[];
}

const rendererTimes = async (session: CDPSession): Promise<ReadonlyMap<number, number>> => {
  const { processInfo }: ProcessTimes = await session.send("SystemInfo.getProcessInfo");
  return new Map(processInfo.filter(({ type }) => type === "renderer").map(({ id, cpuTime }) => [id, cpuTime]));
};

/** Chromium tells the renderers but not whose they are: the page is kept busy, and the one that worked most is its. */
export const rendererPid = async (browser: Browser, page: Page): Promise<number> => {
  const session = await browser.newBrowserCDPSession();
  const before = await rendererTimes(session);
  await page.evaluate((ms) => {
    const endMs = performance.now() + ms;
    while (performance.now() < endMs);
  }, busyMs);
  const worked = [...(await rendererTimes(session))].map(([id, cpuTime]) => ({
    id,
    worked: cpuTime - (before.get(id) ?? 0),
  }));
  await session.detach();
  const busiest = worked.sort((a, b) => b.worked - a.worked)[0];
  if (busiest === undefined) throw new Error("the browser has no renderer");
  return busiest.id;
};

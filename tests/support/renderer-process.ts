// The operating system's process behind a page, to stop it as a phone stops a page in a pocket: CDP's "frozen" state
// changes nothing for a headless page.
import type { Browser, CDPSession, Page } from "playwright-core";
import { type CaseFigures, forgetPeakRss, greatestPeakMb, rssMb } from "./case-table.ts";

/** Far more than any other page takes or gives back within a moment. */
const markMb = 64;
const attempts = 5;

declare global {
  interface Window {
    mark?: Uint8Array | undefined;
  }
}

const rendererPids = async (session: CDPSession): Promise<readonly number[]> => {
  const { processInfo }: { processInfo: readonly { type: string; id: number }[] } =
    await session.send("SystemInfo.getProcessInfo");
  return processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
};

/** The processes that have grown by half a mark or more while the page took one. */
const grownByMark = async (session: CDPSession, page: Page): Promise<readonly number[]> => {
  const before = new Map((await rendererPids(session)).map((pid) => [pid, rssMb(pid)]));
  await page.evaluate(
    (bytes) => {
      window.mark = new Uint8Array(bytes).fill(1);
    },
    markMb * 2 ** 20,
  );
  const grown = [...before].filter(([pid, mb]) => rssMb(pid) - mb > markMb / 2).map(([pid]) => pid);
  await page.evaluate(() => {
    window.mark = undefined;
  });
  const pageSession = await page.context().newCDPSession(page);
  await pageSession.send("HeapProfiler.collectGarbage");
  await pageSession.detach();
  return grown;
};

/**
 * Chromium lists the renderers but not their pages: the page takes much memory for a moment, and the process that
 * grows by it is its. That another grows as much in the same moment is unlikely, and then it is asked again.
 */
export const rendererPid = async (browser: Browser, page: Page): Promise<number> => {
  const session = await browser.newBrowserCDPSession();
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const [pid, ...others] = await grownByMark(session, page);
      if (pid === undefined || others.length > 0) continue;
      forgetPeakRss(pid);
      return pid;
    }
    throw new Error("no single renderer grew with its page");
  } finally {
    await session.detach();
  }
};

/** For the row of a case: the browser, and the most memory that any of its open pages has had. */
export const figuresOfPages = async (browser: Browser): Promise<CaseFigures> => {
  const session = await browser.newBrowserCDPSession();
  try {
    return { browser: "Chromium", "peak MB": greatestPeakMb(await rendererPids(session)) };
  } finally {
    await session.detach();
  }
};

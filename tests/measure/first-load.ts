// What a first visit costs: `npm run -s measure:first-load`. The built page from the real server over plain HTTP, in
// Chromium on a slow mobile network and a slow processor, with nothing cached: bytes over the wire, the time to the
// button labels.createRoom, and the time to the room of somebody who presses it at once, who reads first, and who comes
// with an invite. Each figure is the median of several visits, in a line of JSON. Chromium's emulation delays each
// request by the round trip and shares the bandwidth; it opens connections at no cost.
import { cpus, loadavg } from "node:os";
import { parseArgs } from "node:util";
import type { Browser, CDPSession, Page } from "playwright-core";
import { makeInvite, makeRoomKey } from "../../gateway/wire/room-key.ts";
import { ensureBuiltPage } from "../../signaling-server/page-build.ts";
import { webCrypto } from "../../web/platform/web-crypto.ts";
import { launchChromium } from "../support/chromium.ts";
import { labels } from "../support/page-labels.ts";
import { startServer } from "../support/server-process.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "9" },
    mbit: { type: "string", default: "1.6" },
    rtt: { type: "string", default: "150" },
    slower: { type: "string", default: "4" },
    /** A page that was built before, to be compared. */
    page: { type: "string" },
    /** How long somebody reads the start screen. */
    reads: { type: "string", default: "3" },
  },
});
const runs = Number(values.runs);
const bytesPerSecond = (Number(values.mbit) * 1e6) / 8;
const waitTimeoutMs = 60_000;
/** Seldom enough to cost the page nothing that would be seen. */
const lookEveryMs = 200;

/**
 * Notes when an element that matches is first there, as of the frame that shows it, and presses it if told to. As text,
 * because tsx adds helpers to functions that pages do not have.
 */
const watch = (name: string, selector: string, text: string, pressesAfterMs?: number): string => `{
  const look = () => {
    const found = [...document.querySelectorAll(${JSON.stringify(selector)})].find((one) => one.textContent.includes(${JSON.stringify(text)}));
    if (found === undefined) return requestAnimationFrame(look);
    requestAnimationFrame(() => performance.mark(${JSON.stringify(name)}));
    ${pressesAfterMs === undefined ? "" : `setTimeout(() => { performance.mark("pressed"); found.click(); }, ${pressesAfterMs});`}
  };
  requestAnimationFrame(look);
}`;

const button = (pressesAfterMs?: number): string => watch("button", "button", labels.createRoom, pressesAfterMs);
const room = watch("room", "input[aria-label='Your name']", "");

interface Traffic {
  bytes: number;
  requests: number;
  readonly urls: string[];
}

const listen = (ofPage: CDPSession): Traffic => {
  const traffic: Traffic = { bytes: 0, requests: 0, urls: [] };
  ofPage.on("Network.requestWillBeSent", ({ request }) => {
    traffic.requests++;
    traffic.urls.push(new URL(request.url).pathname);
  });
  ofPage.on("Network.loadingFinished", ({ encodedDataLength }) => {
    traffic.bytes += encodedDataLength;
  });
  return traffic;
};

const markMs = async (page: Page, name: string): Promise<number> => {
  const giveUpAtMs = performance.now() + waitTimeoutMs;
  while (performance.now() < giveUpAtMs) {
    const ms = await page.evaluate((mark) => performance.getEntriesByName(mark)[0]?.startTime, name);
    if (ms !== undefined) return ms;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
  throw new Error(`the page did not come to its ${name}`);
};

/** A phone that has never been here opens `url`. */
const visit = async <T>(
  browser: Browser,
  url: string,
  scripts: readonly string[],
  look: (page: Page, traffic: Traffic) => Promise<T>,
): Promise<T> => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  try {
    const page = await context.newPage();
    for (const script of scripts) await page.addInitScript(script);
    const ofPage = await context.newCDPSession(page);
    await ofPage.send("Network.enable");
    await ofPage.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: Number(values.rtt),
      downloadThroughput: bytesPerSecond,
      uploadThroughput: bytesPerSecond,
    });
    await ofPage.send("Emulation.setCPUThrottlingRate", { rate: Number(values.slower) });
    const traffic = listen(ofPage);
    await page.goto(url, { timeout: waitTimeoutMs, waitUntil: "commit" });
    return await look(page, traffic);
  } finally {
    await context.close();
  }
};

const median = (numbers: readonly number[]): number => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
};

const measure = async (browser: Browser, origin: string): Promise<Readonly<Record<string, number>>> => {
  const rows: Record<string, number>[] = [];
  for (let run = 0; run < runs; run++) {
    const start = await visit(browser, origin, [button()], async (page, traffic) => {
      const buttonMs = await markMs(page, "button");
      const [bytesToButton, requestsToButton] = [traffic.bytes, traffic.requests];
      await page.waitForLoadState("networkidle");
      if (run === 0) console.error(traffic.urls.join("\n"));
      return { buttonMs, bytesToButton, requestsToButton, bytes: traffic.bytes, requests: traffic.requests };
    });
    const roomMs = await visit(browser, origin, [button(0), room], (page) => markMs(page, "room"));
    const afterReadingMs = await visit(
      browser,
      origin,
      [button(Number(values.reads) * 1000), room],
      async (page) => (await markMs(page, "room")) - (await markMs(page, "pressed")),
    );
    const invite = makeInvite(origin, makeRoomKey(webCrypto.randomBytes));
    const byInviteMs = await visit(browser, invite, [room], (page) => markMs(page, "room"));
    const row = { ...start, roomMs, afterReadingMs, byInviteMs };
    console.error(JSON.stringify(row, (_, value) => (typeof value === "number" ? Math.round(value) : value)));
    rows.push(row);
  }
  const names = Object.keys(rows[0] ?? {});
  return Object.fromEntries(
    names.map((name) => [name, Math.round(median(rows.map((row) => row[name] ?? Number.NaN)))]),
  );
};

const folder = values.page ?? (await ensureBuiltPage(() => console.error("Building the page …")));
const server = await startServer({ args: ["--page", folder] });
let browser: Browser | undefined;
try {
  browser = await launchChromium();
  const medians = await measure(browser, server.origin);
  console.log(
    JSON.stringify({
      conditions: `${values.mbit} Mbit/s, ${values.rtt} ms, ${values.slower} x slower processor`,
      runs,
      ...medians,
      machine: `${cpus().length} cores (${cpus()[0]?.model.trim()}), load ${loadavg()[0]?.toFixed(1)}, Chromium ${browser.version()}`,
    }),
  );
} finally {
  await browser?.close();
  await server.stop();
}

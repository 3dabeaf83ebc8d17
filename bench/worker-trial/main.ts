// Would the page be better off with its channels and the gateway in a worker? Two Chromium pages, the product's codec and demux on either thread, with
// and without a page that is busy drawing. `npm run -s bench:worker-trial`; what came of it is in docs/measurements.md.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { build, preview } from "vite";
import { cpuMs, processTree } from "../meters/os-counters.ts";
import { summaryOf } from "../meters/tally.ts";
import { launchChromium } from "../stage/chromium.ts";
import { clockOf } from "../stage/page-host.ts";
import type { Load, Place, Received, Redraw } from "./page.ts";

const rounds = 1;
/** What a peer with ten probes at 4 Hz sends by the default window, and more gestures than people make, for the sake of the quantiles. */
const load: Load = { seconds: 10, aggregateEveryMs: 205, samples: 8, gestureEveryMs: 250 };
/** Until what is under way has arrived. */
const graceSeconds = 1;
/** A page that draws for a third of every tenth of a second is a bad one, and phones have them. */
const redraw: Redraw = { busyMs: 30, everyMs: 100 };

interface Case {
  readonly peers: number;
  readonly redraw: Redraw | undefined;
  readonly place: Place;
}

interface Run {
  readonly sent: number;
  readonly received: Received;
  readonly cpuPercent: number | undefined;
}

const cases: readonly Case[] = [9, 40].flatMap((peers) =>
  [undefined, redraw].flatMap((itsRedraw) =>
    (["page", "worker"] as const).map((place): Case => ({ peers, redraw: itsRedraw, place })),
  ),
);

const runCase = async (
  browser: Browser,
  browserPid: number,
  url: string,
  { peers, redraw, place }: Case,
): Promise<Run> => {
  const open = async (): Promise<Page> => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(url);
    await page.waitForFunction(() => "workerTrial" in globalThis);
    const { offsetMs } = await clockOf(context, page);
    await page.evaluate((ms) => {
      workerTrial.offsetMs = ms;
    }, offsetMs);
    return page;
  };
  const [sender, receiver] = [await open(), await open()];
  const offers = await sender.evaluate((count) => workerTrial.offers(count), peers);
  const answers = await receiver.evaluate(([given, where]) => workerTrial.answers(given, where), [
    offers,
    place,
  ] as const);
  await sender.evaluate((given) => workerTrial.accept(given), answers);
  const pids = processTree(browserPid);
  const before = cpuMs(pids);
  const [received, sent] = await Promise.all([
    receiver.evaluate(([seconds, given]) => workerTrial.receive(seconds, given), [
      load.seconds + graceSeconds,
      redraw,
    ] as const),
    sender.evaluate((given) => workerTrial.send(given), load),
  ]);
  const after = cpuMs(pids);
  await Promise.all([sender.context().close(), receiver.context().close()]);
  const cpuPercent =
    before === undefined || after === undefined ? undefined : (after - before) / (10 * (load.seconds + graceSeconds));
  return { sent, received, cpuPercent };
};

const ms = (value: number | undefined): string => (value === undefined ? "–" : value.toFixed(1));

const rowOf = ({ peers, redraw, place }: Case, runs: readonly Run[]): string => {
  const delay = summaryOf(runs.map(({ received }) => received.delay));
  const lag = summaryOf(runs.map(({ received }) => received.lag));
  const total = (of: (run: Run) => number): number => runs.reduce((sum, run) => sum + of(run), 0);
  const cells = [
    peers,
    redraw === undefined ? "idle" : `busy ${redraw.busyMs} of ${redraw.everyMs} ms`,
    place,
    `${total(({ received }) => received.gestures)} of ${total(({ sent }) => sent)}`,
    ...[delay?.p50, delay?.p95, delay?.p99, lag?.p50, lag?.p99].map(ms),
    ms(total(({ cpuPercent }) => cpuPercent ?? Number.NaN) / runs.length),
  ];
  return `| ${cells.join(" | ")} |`;
};

const folder = await mkdtemp(join(tmpdir(), "earl-worker-trial-"));
const vite = { configFile: false, logLevel: "error", root: fileURLToPath(new URL(".", import.meta.url)) } as const;
await build({ ...vite, worker: { format: "es" }, build: { outDir: folder, emptyOutDir: true } });
const server = await preview({ ...vite, build: { outDir: folder }, preview: { host: "127.0.0.1", port: 0 } });
const browser = await launchChromium();
try {
  const url = server.resolvedUrls?.local[0] ?? "";
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const browserPid = processInfo.find(({ type }) => type === "browser")?.id ?? 0;
  const runs = new Map<Case, Run[]>(cases.map((given) => [given, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [given, its] of runs) {
      process.stderr.write(
        `round ${round + 1}: ${given.peers} peers, ${given.redraw ? "busy" : "idle"}, ${given.place}\n`,
      );
      its.push(await runCase(browser, browserPid, url, given));
    }
  }
  const heads = [
    "peers",
    "page",
    "channels on",
    "gestures",
    "delay p50 ms",
    "p95",
    "p99",
    "page's lag p50 ms",
    "p99",
    "CPU %",
  ];
  console.log(`| ${heads.join(" | ")} |\n|${" --- |".repeat(heads.length)}`);
  for (const [given, its] of runs) console.log(rowOf(given, its));
} finally {
  await browser.close();
  await server.close();
  await rm(folder, { recursive: true, force: true });
}

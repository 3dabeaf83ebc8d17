// What the figures cost a page: `npm run -s measure:panel`. The built page in Chromium, in a room of eleven with ten
// native phones whose arms move, an hour of history behind it; the figures are opened and closed by turns, and the
// processor time of Chromium's processes is taken from the operating system. Neighbours: hour-of-history.ts, and the
// tests' support. It works on Linux, macOS and Windows.
import { mkdtemp, rm } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Browser, CDPSession, Page } from "playwright-core";
import { build } from "vite";
import { startNativePhone } from "../../bench/stage/native-phone.ts";
import { gestureNames } from "../../firmware-bridge/gestures/gestures.ts";
import { SimulatedArmProbe } from "../../firmware-bridge/simulated/simulated-arm-probe.ts";
import { SimulatedLink } from "../../firmware-bridge/simulated/simulated-link.ts";
import { deriveRoom, parseInvite } from "../../gateway/wire/room-key.ts";
import type { RoomSession } from "../../web/mesh/room-session.ts";
import { now, schedule } from "../../web/platform/timers.ts";
import { webCrypto } from "../../web/platform/web-crypto.ts";
import { launchChromium } from "../support/chromium.ts";
import { openDetails } from "../support/figures-page.ts";
import { RoomPage } from "../support/room-page.ts";
import { startServer } from "../support/server-process.ts";

const projectFolder = fileURLToPath(new URL("../..", import.meta.url));
const phones = 10;
/**
 * Each arm, evenly: two gestures a second in a room of ten, and as many in every span that is measured. Their samples
 * go to nobody, as in a room where nobody looks.
 */
const gestureEveryMs = 5_000;
/** What was just opened or closed has been laid out and drawn. */
const settleMs = 1_500;
const joinTimeoutMs = 60_000;
const viewports = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 800 } } as const;

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "16" },
    seconds: { type: "string", default: "5" },
    viewport: { type: "string", default: "phone" },
    numbers: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
const spanMs = Number(values.seconds) * 1000;
const viewport = values.viewport === "desk" ? viewports.desk : viewports.phone;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

// --- the page ---

/** The product's page with one module in place of another: its history begins an hour ago. */
const buildPage = async (outDir: string): Promise<void> => {
  await build({
    configFile: join(projectFolder, "vite.config.ts"),
    logLevel: "warn",
    build: { outDir, emptyOutDir: true },
    plugins: [
      {
        name: "hour-of-history",
        enforce: "pre",
        resolveId: (source, importer) =>
          source === "./figure-history.ts" && importer?.endsWith("web/figures/figures.ts")
            ? join(projectFolder, "tests/measure/hour-of-history.ts")
            : undefined,
      },
    ],
  });
};

/**
 * A battery that has been seen to step twice: the forecast is drawn, too. As text, because tsx adds helpers to
 * functions that pages do not have.
 */
const drainedBattery = `{
  const battery = Object.assign(new EventTarget(), { level: 0.9, charging: false });
  navigator.getBattery = async () => battery;
  for (const [afterMs, level] of [[1000, 0.89], [9000, 0.88]])
    setTimeout(() => {
      battery.level = level;
      battery.dispatchEvent(new Event("levelchange"));
    }, afterMs);
}`;

const startPhone = async (origin: string, invite: string, n: number): Promise<RoomSession> => {
  const parsed = parseInvite(new URL(invite).hash);
  if (parsed === undefined) throw new Error("the page's address is no invite");
  const session = await startNativePhone({
    origin,
    room: await deriveRoom(webCrypto, parsed.roomKey),
    name: `Phone ${n}`,
  });
  const arm = new SimulatedArmProbe({ now, schedule, random: Math.random, onVibration: () => undefined });
  const name = `Arm ${n}`;
  await session.gateway
    .addProbe(new SimulatedLink({ deviceId: name, name, peripheral: arm, now, schedule }), name)
    ?.open();
  const wave = (): void => {
    arm.move(gestureNames[n % gestureNames.length] ?? gestureNames[0]);
    schedule(gestureEveryMs, wave);
  };
  schedule((gestureEveryMs * n) / phones, wave);
  return session;
};

// --- what it costs ---

interface Work {
  /** Seconds of processor time by the operating system. */
  readonly renderer: number;
  readonly gpu: number;
  readonly others: number;
  /**
   * Seconds of the page's main thread, by Chromium: in all, and of these what ran scripts, and what recalculated styles
   * and laid out.
   */
  readonly mainThread: number;
  readonly script: number;
  readonly layout: number;
}

interface ProcessTimes {
  readonly processInfo: readonly { readonly type: string; readonly cpuTime: number }[];
}

const workSoFar = async (ofBrowser: CDPSession, ofPage: CDPSession): Promise<Work> => {
  const { processInfo }: ProcessTimes = await ofBrowser.send("SystemInfo.getProcessInfo");
  const { metrics } = await ofPage.send("Performance.getMetrics");
  const work = { renderer: 0, gpu: 0, others: 0 };
  for (const { type, cpuTime } of processInfo)
    work[type === "renderer" ? "renderer" : type.toLowerCase() === "gpu" ? "gpu" : "others"] += cpuTime;
  const metric = (name: string): number => metrics.find((one) => one.name === name)?.value ?? Number.NaN;
  return {
    ...work,
    mainThread: metric("TaskDuration"),
    script: metric("ScriptDuration"),
    layout: metric("LayoutDuration") + metric("RecalcStyleDuration"),
  };
};

const parts = ["renderer", "gpu", "others", "mainThread", "script", "layout"] as const;
type Percents = Readonly<Record<(typeof parts)[number] | "drawing", number>>;

/** Percent of one core. */
const measure = async (ofBrowser: CDPSession, ofPage: CDPSession): Promise<Percents> => {
  await pause(settleMs);
  const [before, begunMs] = [await workSoFar(ofBrowser, ofPage), performance.now()];
  await pause(spanMs);
  const [after, endedMs] = [await workSoFar(ofBrowser, ofPage), performance.now()];
  const percent = (part: (typeof parts)[number]): number =>
    ((after[part] - before[part]) * 100_000) / (endedMs - begunMs);
  const [renderer, gpu] = [percent("renderer"), percent("gpu")];
  return {
    renderer,
    gpu,
    drawing: renderer + gpu,
    others: percent("others"),
    mainThread: percent("mainThread"),
    script: percent("script"),
    layout: percent("layout"),
  };
};

const machineWork = (): { readonly busyMs: number; readonly allMs: number } => {
  const times = cpus().map((cpu) => cpu.times);
  const idleMs = times.reduce((sum, { idle }) => sum + idle, 0);
  const allMs = times.reduce((sum, all) => sum + Object.values(all).reduce((a, b) => a + b, 0), 0);
  return { busyMs: allMs - idleMs, allMs };
};

const meanAndSd = (numbers: readonly number[]): string => {
  const mean = numbers.reduce((a, b) => a + b, 0) / numbers.length;
  const variance = numbers.reduce((sum, one) => sum + (one - mean) ** 2, 0) / Math.max(1, numbers.length - 1);
  return `${mean.toFixed(2)} ± ${Math.sqrt(variance).toFixed(2)}`;
};

const setOpen = async (page: Page, isOpen: boolean): Promise<void> => {
  await page.getByRole("button", { name: isOpen ? "Show figures" : "Hide figures" }).press("Enter");
  if (!isOpen) return;
  await openDetails(page);
  await page.locator(".panel canvas").first().waitFor();
  if (values.numbers) await page.getByRole("button", { name: "Numbers" }).press("Enter");
};

const run = async (browser: Browser, origin: string): Promise<void> => {
  const page = await RoomPage.open(browser, "Anna", { moves: true });
  await page.page.setViewportSize(viewport);
  await page.page.addInitScript(drainedBattery);
  const invite = await page.createRoom(origin);
  const sessions = await Promise.all(Array.from({ length: phones }, (_, n) => startPhone(origin, invite, n + 1)));
  try {
    await page.addSimulatedArm();
    const endMs = performance.now() + joinTimeoutMs;
    while ((await page.connectedPeers()) < phones && performance.now() < endMs) await pause(250);
    console.error(`${await page.connectedPeers()} peers; ${rounds} rounds of ${values.seconds} s closed and open`);
    const ofPage = await page.page.context().newCDPSession(page.page);
    await ofPage.send("Performance.enable");
    const ofBrowser = await browser.newBrowserCDPSession();
    const closed: Percents[] = [];
    const open: Percents[] = [];
    const machineBefore = machineWork();
    await setOpen(page.page, true); // Loaded once before it is measured.
    for (let round = 0; round < rounds; round++) {
      // In turns, so that what drifts falls on both alike.
      for (const isOpen of round % 2 === 0 ? [false, true] : [true, false]) {
        const isNow = (await page.page.locator(".panel").count()) > 0;
        if (isNow !== isOpen) await setOpen(page.page, isOpen);
        (isOpen ? open : closed).push(await measure(ofBrowser, ofPage));
      }
      console.error(
        `round ${round + 1}: closed ${closed.at(-1)?.drawing.toFixed(1)} %, open ${open.at(-1)?.drawing.toFixed(1)} %`,
      );
    }
    const machineAfter = machineWork();
    const busy = (machineAfter.busyMs - machineBefore.busyMs) / (machineAfter.allMs - machineBefore.allMs);
    const what = values.numbers ? "numbers" : "charts";
    console.log(
      [
        `${what}, ${viewport.width} x ${viewport.height}, ${await page.connectedPeers()} peers, ${rounds} x ${values.seconds} s; ` +
          `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${(busy * 100).toFixed(0)} % busy over the run, Chromium ${browser.version()}`,
        "percent of one core, mean ± sd of the rounds",
        "                        closed         open           open - closed",
        ...(
          [
            ["renderer", "renderer process"],
            ["gpu", "GPU process"],
            ["drawing", "both"],
            ["others", "all others"],
            ["mainThread", "main thread of the page"],
            ["script", "  of it scripts"],
            ["layout", "  of it styles, layout"],
          ] as const
        ).map(([part, name]) => {
          const differences = open.map((one, i) => one[part] - (closed[i]?.[part] ?? Number.NaN));
          const cells = [closed.map((one) => one[part]), open.map((one) => one[part]), differences].map(meanAndSd);
          return `${name.padEnd(24)}${cells.map((cell) => cell.padEnd(15)).join("")}`.trimEnd();
        }),
      ].join("\n"),
    );
    if (page.problems.length > 0) throw new Error(page.problems.join("\n"));
  } finally {
    await page.close();
    await Promise.all(sessions.map((session) => session.close()));
  }
};

const outDir = await mkdtemp(join(tmpdir(), "earl-mesh-panel-cost-"));
let server: Awaited<ReturnType<typeof startServer>> | undefined;
let browser: Browser | undefined;
try {
  await buildPage(outDir);
  server = await startServer({ args: ["--page", outDir] });
  browser = await launchChromium();
  await run(browser, server.origin);
} finally {
  await browser?.close();
  await server?.stop();
  await rm(outDir, { recursive: true, force: true });
}
process.exit(); // Native WebRTC keeps threads of its own.

// A page under test, seen from the run: one browser context, as one phone has.
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { SliceProgress, SliceResult, SliceSpec } from "../members/slice.ts";
import { type ClockOffset, machineNow, offsetOf } from "../meters/machine-clock.ts";
import type { JoinSpec, RoomPlan } from "../roles/crew.ts";
import type { Host } from "./host.ts";

/** A round trip to the page takes a millisecond or two; the quickest of these is close to the minimum. */
const clockReadings = 40;
/** Chromium's own value for its clock may lie outside of the interval by this, because of rounding. */
const metricToleranceMs = 0.5;

export class PageHost implements Host {
  readonly kind = "page";
  readonly clock: ClockOffset;
  readonly #context: BrowserContext;
  readonly #page: Page;

  private constructor(context: BrowserContext, page: Page, clock: ClockOffset) {
    this.#context = context;
    this.#page = page;
    this.clock = clock;
  }

  static async open(browser: Browser, url: string): Promise<PageHost> {
    const context = await browser.newContext();
    const page = await context.newPage();
    page.on("pageerror", (error) => process.stderr.write(`page under test: ${String(error)}\n`));
    await page.goto(url);
    await page.waitForFunction(() => "benchCrew" in globalThis);
    const clock = await clockOf(context, page);
    await page.evaluate((offsetMs) => {
      benchCrew.offsetMs = offsetMs;
    }, clock.offsetMs);
    return new PageHost(context, page, clock);
  }

  join(spec: JoinSpec): Promise<readonly string[]> {
    return this.#page.evaluate((given) => benchCrew.join(given), spec);
  }

  connected(): Promise<readonly number[]> {
    return this.#page.evaluate(() => benchCrew.connected());
  }

  standBy(plan: RoomPlan): Promise<void> {
    return this.#page.evaluate((given) => benchCrew.standBy(given), plan);
  }

  prepare(spec: SliceSpec): Promise<void> {
    return this.#page.evaluate((given) => benchCrew.prepare(given), spec);
  }

  play(startAtMs: number): Promise<SliceResult> {
    return this.#page.evaluate((given) => benchCrew.play(given), startAtMs);
  }

  progress(): Promise<SliceProgress> {
    return this.#page.evaluate(() => benchCrew.progress());
  }

  cutGrace(): Promise<void> {
    return this.#page.evaluate(() => benchCrew.cutGrace());
  }

  async close(): Promise<void> {
    await this.#page.evaluate(() => benchCrew.close()).catch(() => undefined);
    await this.#context.close();
  }
}

/**
 * Round trips prove an interval for the offset. Chromium also reports the origin of its clock on the machine's clock;
 * if that lies in the interval, it is exact to a few µs.
 */
export const clockOf = async (context: BrowserContext, page: Page): Promise<ClockOffset> => {
  const readings = [];
  for (let i = 0; i < clockReadings; i++) {
    const beforeMs = machineNow();
    const itsMs = await page.evaluate(() => performance.now());
    readings.push({ beforeMs, itsMs, afterMs: machineNow() });
  }
  const proven = offsetOf(readings);
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable");
  const { metrics } = await session.send("Performance.getMetrics");
  await session.detach();
  const originMs = (metrics.find(({ name }) => name === "NavigationStart")?.value ?? Number.NaN) * 1000;
  const isProven = Math.abs(originMs - proven.offsetMs) <= proven.errorMs + metricToleranceMs;
  return isProven ? { offsetMs: originMs, errorMs: 0.01 } : proven;
};

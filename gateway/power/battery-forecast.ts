// How long a battery lasts, from its level in whole percent. Only the moments at which the level steps say something
// exact: between the first and the last of them so many percent were drained, give or take one step for a system that
// rounds or reports late. A step that does not come says something too: since the first step no more was drained than
// has been reported, plus one step. Phones step by 1 %, many bands by 5 or 10: a step is the smallest that was seen.
// How much time passed between two readings is an interval too: a page's own clock may have stood still in a sleep, the
// wall clock may have been set forward, and where they differ nobody knows which it was. So one gives the least time
// that passed, the other the most.
import { clockStepMs } from "../basics/wake-detector.ts";
import type { BatteryForecast, Uncertain } from "./battery-figures.ts";

/** A moment by both clocks of a page. */
export interface ReadingTime {
  /** By the wall clock, which goes on while the phone sleeps, and may be set. */
  readonly atMs: number;
  /** By the page's own clock, which nobody sets, and which may stand still while the phone sleeps. */
  readonly awakeMs: number;
}

export interface BatteryReading extends ReadingTime {
  /** 0–100, in whole percent. */
  readonly levelPercent: number;
  readonly isCharging: boolean;
}

export interface BatteryForecastOptions {
  /** By the wall clock. */
  readonly shiftEndsAtMs: number;
  /** By what the person says; browsers do not know it. */
  readonly capacityWh: number | undefined;
}

const msPerHour = 3_600_000;
/**
 * Where less of the time is certain, the drain is anywhere between two figures of which one is more than twice the
 * other: better to begin anew.
 */
const leastCertainShare = 1 / 2;

export class BatteryForecaster {
  #last: BatteryReading | undefined;
  /** The first and the last reading after a step, since the drain began. */
  #firstStep: BatteryReading | undefined;
  #lastStep: BatteryReading | undefined;
  /** Of this battery, whenever it drained. */
  #smallestStepPercent = Number.POSITIVE_INFINITY;

  /**
   * Readings that change nothing cost nothing: it may be called on every event, and every second. Each says that no
   * step has come until then.
   */
  read(reading: BatteryReading): void {
    if (!Number.isFinite(reading.levelPercent) || reading.levelPercent < 0 || reading.levelPercent > 100) return;
    const last = this.#last;
    this.#last = reading;
    if (last === undefined) return;
    const hasRestarted = reading.isCharging || last.isCharging || reading.levelPercent > last.levelPercent;
    if (hasRestarted || reading.atMs < last.atMs || this.#isTimeVague(reading)) {
      this.#firstStep = undefined;
      this.#lastStep = undefined;
    } else if (reading.levelPercent < last.levelPercent) {
      this.#firstStep ??= reading;
      this.#lastStep = reading;
      this.#smallestStepPercent = Math.min(this.#smallestStepPercent, last.levelPercent - reading.levelPercent);
    }
  }

  /** @param nowMs by the wall clock. */
  forecast(nowMs: number, { shiftEndsAtMs, capacityWh }: BatteryForecastOptions): BatteryForecast {
    const last = this.#last;
    if (last === undefined) return { kind: "unknown", reason: "no-reading" };
    if (last.isCharging) return { kind: "unknown", reason: "charging" };
    const drain = this.#drainPercentPerHour();
    if (drain === undefined) return { kind: "unknown", reason: "too-early" };
    const stepPercent = this.#smallestStepPercent;
    const shiftLeftMs = Math.max(0, shiftEndsAtMs - nowMs);
    // Since the last step some of the percent that is shown has been used up, but never more than it.
    const sinceStepHours = Math.max(0, nowMs - (this.#lastStep?.atMs ?? nowMs)) / msPerHour;
    const leftPercent = Math.max(0, last.levelPercent - Math.min(stepPercent, sinceStepHours * drain.value));
    const timeLeftMs = (percent: number, percentPerHour: number): number =>
      (Math.max(0, percent) / percentPerHour) * msPerHour;
    const slowest = drain.value - drain.plusMinus;
    const leastTimeLeftMs = timeLeftMs(leftPercent - stepPercent, drain.value + drain.plusMinus);
    const mostTimeLeftMs = slowest > 0 ? timeLeftMs(leftPercent + stepPercent, slowest) : undefined;
    return {
      kind: "draining",
      levelPercent: last.levelPercent,
      drainPercentPerHour: drain,
      powerW: capacityWh === undefined ? undefined : scaled(drain, capacityWh / 100),
      timeLeftMs: timeLeftMs(leftPercent, drain.value),
      leastTimeLeftMs,
      mostTimeLeftMs,
      shiftLeftMs,
      lastsShift:
        leastTimeLeftMs >= shiftLeftMs
          ? "yes"
          : (mostTimeLeftMs ?? Number.POSITIVE_INFINITY) < shiftLeftMs
            ? "no"
            : "uncertain",
    };
  }

  /** Too little of the time since the first step is certain. */
  #isTimeVague(reading: BatteryReading): boolean {
    if (this.#firstStep === undefined) return false;
    const { leastMs, mostMs } = passed(this.#firstStep, reading);
    return mostMs - leastMs > clockStepMs && leastMs < leastCertainShare * mostMs;
  }

  #drainPercentPerHour(): Uncertain | undefined {
    const [first, lastStep, last] = [this.#firstStep, this.#lastStep, this.#last];
    if (first === undefined || lastStep === undefined || last === undefined) return undefined;
    const [toStep, toLast] = [passed(first, lastStep), passed(first, last)];
    if (toStep.leastMs <= 0) return undefined;
    const drained = first.levelPercent - lastStep.levelPercent;
    const stepPercent = this.#smallestStepPercent;
    const most = perHour(drained + stepPercent, toLast.leastMs);
    // The second is the less once the steps stay away: the battery drains less than it did, and what it drained on the
    // whole counts.
    const least = Math.min(perHour(drained - stepPercent, toStep.mostMs), perHour(drained, toLast.mostMs));
    return { value: (most + least) / 2, plusMinus: (most - least) / 2 };
  }
}

/** Where the wall clock shows less than the other, it was set back by a little, unnoticed. */
const passed = (from: ReadingTime, to: ReadingTime): { readonly leastMs: number; readonly mostMs: number } => {
  const leastMs = to.awakeMs - from.awakeMs;
  return { leastMs, mostMs: Math.max(leastMs, to.atMs - from.atMs) };
};

const perHour = (percent: number, ms: number): number => (percent / ms) * msPerHour;

const scaled = ({ value, plusMinus }: Uncertain, factor: number): Uncertain => ({
  value: value * factor,
  plusMinus: plusMinus * factor,
});

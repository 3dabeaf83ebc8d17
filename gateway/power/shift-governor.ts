// Makes a battery last a shift: from its level, its drain and the time left it decides at which level of power-plan.ts
// the gateway runs, and says why. Pure: it is asked every few seconds, and the caller carries the plan out. It compares
// what it has measured at the present level, never a model of a phone. Invariants: it acts only when the forecast falls
// short; less battery never makes the next plan a faster one; no two steps within `leastHoldMs`, except back to full
// service.
import type { Uncertain } from "./battery-figures.ts";
import { BatteryForecaster, type BatteryReading, type ReadingTime } from "./battery-forecast.ts";
import { type PowerPlan, powerLevels, powerPlans } from "./power-plan.ts";

/** "full-speed": the person overrules the governor. */
export type PowerMode = "automatic" | "full-speed";
export const powerModes: readonly PowerMode[] = ["automatic", "full-speed"];

export interface GovernorInput extends ReadingTime {
  /** Undefined where it is not known. */
  readonly battery: { readonly levelPercent: number; readonly isCharging: boolean } | undefined;
  /** By the wall clock. */
  readonly shiftEndsAtMs: number;
  readonly mode: PowerMode;
}

/** Whether the battery reaches the end of the shift at the present level; undefined: not measured yet. */
export type Reach = "yes" | "uncertain" | "no" | undefined;

export type PowerReason =
  | { readonly kind: "no-battery" }
  | { readonly kind: "charging" }
  | { readonly kind: "shift-over" }
  | { readonly kind: "overruled"; readonly reach: Reach }
  /** Full service, until it is known what that drains. */
  | { readonly kind: "measuring" }
  /** Full service lasts. */
  | { readonly kind: "lasts" }
  | { readonly kind: "saving"; readonly reach: Reach };

export interface Governing {
  readonly plan: PowerPlan;
  readonly reason: PowerReason;
}

const hourMs = 3_600_000;
/** People notice when things change under their hands: a step at most every few minutes. */
export const leastHoldMs = 5 * 60_000;
/** A faster plan may prove too fast, and then has cost something: it waits for longer. */
export const easingHoldMs = 15 * 60_000;
/** A drain whose error is more than this share of it is no reason to act: up to four steps of 1 % are needed. */
const believedErrorShare = 1 / 4;
/** A faster plan has to reach this much further than the shift, so that it is not taken back soon after. */
const easingMargin = 1.1;
/**
 * Of the time that is needed, what is left at the present drain: below the first two steps at once, below the second
 * all of them.
 */
const shortShare = 0.7;
const farTooShortShare = 0.5;

/** By level; undefined where it has not been measured. */
export type DrainsByLevel = readonly (Uncertain | undefined)[];

/**
 * How much of the shift that drain reaches: at its likely value, and at the worst that is possible. A step of 1 % may
 * be used up already.
 */
const reachOf = (
  leftPercent: number,
  drain: Uncertain,
  leftMs: number,
): { likely: number; least: number; most: number } => {
  const share = (percent: number, percentPerHour: number): number =>
    percentPerHour <= 0 ? Number.POSITIVE_INFINITY : ((Math.max(0, percent) / percentPerHour) * hourMs) / leftMs;
  return {
    likely: share(leftPercent, drain.value),
    least: share(leftPercent - 1, drain.value + drain.plusMinus),
    most: share(leftPercent + 1, drain.value - drain.plusMinus),
  };
};

/**
 * The index in `powerLevels` that is right now, when `present` is the one so far. A drain that may not do calls for the
 * first level only, one that will not for as many as it falls short. Never faster for less `leftPercent`, for more
 * `leftMs`, or for more drain.
 */
export const wantedLevel = (present: number, leftPercent: number, drains: DrainsByLevel, leftMs: number): number => {
  const here = drains[present];
  if (here === undefined) return present;
  const { likely, least } = reachOf(leftPercent, here, leftMs);
  if (likely < farTooShortShare) return powerLevels.length - 1;
  if (likely < 1) return Math.min(powerLevels.length - 1, present + (likely < shortShare ? 2 : 1));
  if (least < 1) return Math.max(present, 1);
  // A level that was jumped over is taken to drain as much as the next faster one that is known.
  const faster = drains.slice(0, present).findLast((drain) => drain !== undefined);
  return faster !== undefined && reachOf(leftPercent, faster, leftMs).least >= easingMargin ? present - 1 : present;
};

export class ShiftGovernor {
  #level = 0;
  #sinceMs: number | undefined;
  #mode: PowerMode = "automatic";
  /** Measures the drain at the present level alone. */
  #forecaster = new BatteryForecaster();
  /** Since the plug was last out. */
  #drains: (Uncertain | undefined)[] = [];

  step({ atMs, awakeMs, battery, shiftEndsAtMs, mode }: GovernorInput): Governing {
    const leftMs = shiftEndsAtMs - atMs;
    const noNeed = noNeedFor(battery, leftMs);
    if (battery === undefined || noNeed !== undefined) {
      this.#forget();
      return { plan: powerPlans.full, reason: noNeed ?? { kind: "no-battery" } };
    }
    // A clock that went back must not hold a step up for long.
    this.#sinceMs = Math.min(this.#sinceMs ?? atMs, atMs);
    if (mode !== this.#mode) this.#overrule(mode, atMs);
    const leftPercent = this.#measure({ atMs, awakeMs, ...battery });
    if (mode === "automatic") this.#adapt(atMs, leftPercent, leftMs);
    return { plan: this.#plan, reason: this.#reason(leftPercent, leftMs) };
  }

  get #plan(): PowerPlan {
    return powerPlans[powerLevels[this.#level] ?? "full"];
  }

  /**
   * What is left of the battery: finer than its steps where the drain is known, so that what is said does not change to
   * and fro with each.
   */
  #measure(reading: BatteryReading): number {
    const { atMs, levelPercent } = reading;
    this.#forecaster.read(reading);
    const forecast = this.#forecaster.forecast(atMs, { shiftEndsAtMs: atMs, capacityWh: undefined });
    if (forecast.kind === "unknown") return levelPercent;
    const { value, plusMinus } = forecast.drainPercentPerHour;
    if (plusMinus <= believedErrorShare * value) this.#drains[this.#level] = forecast.drainPercentPerHour;
    return (forecast.timeLeftMs / hourMs) * value;
  }

  #adapt(atMs: number, leftPercent: number, leftMs: number): void {
    const wanted = wantedLevel(this.#level, leftPercent, this.#drains, leftMs);
    const heldMs = atMs - (this.#sinceMs ?? atMs);
    if (wanted > this.#level && heldMs >= leastHoldMs) this.#goTo(wanted, atMs);
    else if (wanted < this.#level && heldMs >= easingHoldMs) this.#goTo(wanted, atMs);
  }

  #goTo(level: number, atMs: number): void {
    this.#level = level;
    this.#sinceMs = atMs;
    this.#forecaster = new BatteryForecaster();
  }

  /** A person's word counts at once, in both directions; what was measured is remembered. */
  #overrule(mode: PowerMode, atMs: number): void {
    this.#mode = mode;
    if (this.#level !== 0) this.#goTo(0, atMs);
    this.#sinceMs = atMs - leastHoldMs;
  }

  #forget(): void {
    this.#level = 0;
    this.#sinceMs = undefined;
    this.#forecaster = new BatteryForecaster();
    this.#drains = [];
  }

  #reason(leftPercent: number, leftMs: number): PowerReason {
    const drain = this.#drains[this.#level];
    const reach = drain && reachTold(reachOf(leftPercent, drain, leftMs));
    if (this.#mode === "full-speed") return { kind: "overruled", reach };
    if (this.#level > 0) return { kind: "saving", reach };
    return reach === "yes" ? { kind: "lasts" } : { kind: "measuring" };
  }
}

const noNeedFor = (battery: GovernorInput["battery"], leftMs: number): PowerReason | undefined => {
  const isReadable = battery !== undefined && battery.levelPercent >= 0 && battery.levelPercent <= 100;
  if (!isReadable) return { kind: "no-battery" };
  if (battery.isCharging) return { kind: "charging" };
  return leftMs > 0 ? undefined : { kind: "shift-over" };
};

const reachTold = ({ least, most }: { readonly least: number; readonly most: number }): Reach =>
  least >= 1 ? "yes" : most < 1 ? "no" : "uncertain";

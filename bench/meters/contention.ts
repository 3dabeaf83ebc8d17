// Whether the machine gave the bench what it needed, after WoTbench: a sentinel of known service time S runs beside the
// load. R_d = (R − S) / S says how much longer it takes, and so how much the machine was overloaded. Pure.
import type { TallySummary } from "./tally.ts";

/** Two kinds of work: the first shows a processor that is fully used, the second shows late timers. */
export interface SentinelReading {
  readonly cpuMs: number;
  readonly timerMs: number;
}

export interface SentinelTimes {
  /** How long the computing takes on an idle machine. */
  readonly cpuMs: number;
  /** What the timer is set to. */
  readonly timerMs: number;
}

/**
 * Time between messages of the whole run, within the range that a sentinel can measure and may cost: 5 ms four times a
 * second are 2 % of a core.
 */
const cpuRangeMs = { least: 1, most: 5 };
/** Time between messages of one probe; from 10 ms on, a timer's own grain of 1 ms matters little. */
const timerRangeMs = { least: 10, most: 100 };

const within = (value: number, { least, most }: { readonly least: number; readonly most: number }): number =>
  Math.min(most, Math.max(least, value));

/** The service times that suit a load, from its mean rates in messages a second. */
export const sentinelTimesFor = (allPerSecond: number, probePerSecond: number): SentinelTimes => ({
  cpuMs: within(1000 / Math.max(allPerSecond, 1e-3), cpuRangeMs),
  timerMs: within(1000 / Math.max(probePerSecond, 1e-3), timerRangeMs),
});

export interface Contention {
  /** The greater of the two below. */
  readonly rd: number;
  readonly cpuRd: number;
  readonly timerRd: number;
  /** Lag of the workers' event loops. */
  readonly loopLagP99Ms: number;
  /** Actual minus intended, of the messages of the load. */
  readonly lateSendP99Ms: number;
  readonly ok: boolean;
  /** The figures that left their band. */
  readonly causes: readonly string[];
}

/**
 * Computing may take half as long again: on two cores, a sentinel that shares one with a busy thread takes twice as
 * long, so in a run beyond this band more than a quarter of its turns met such a thread. A timer of 100 ms may be late
 * by a tenth, and the bench's own loops by 25 ms, which is below what a gesture is judged by. docs/bench.md says how to
 * calibrate the band.
 */
export const band = { cpuRd: 0.5, timerRd: 0.1, loopLagP99Ms: 25, lateSendP99Ms: 25 } as const;

export interface ContentionInput {
  readonly times: SentinelTimes;
  readonly readings: readonly SentinelReading[];
  readonly loopLag: TallySummary | undefined;
  readonly lateSends: TallySummary | undefined;
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

export const contentionOf = ({ times, readings, loopLag, lateSends }: ContentionInput): Contention => {
  const rd = (actualMs: number, serviceMs: number): number =>
    readings.length === 0 ? 0 : Math.max(0, (actualMs - serviceMs) / serviceMs);
  const figures = {
    cpuRd: rd(meanOf(readings.map(({ cpuMs }) => cpuMs)), times.cpuMs),
    timerRd: rd(meanOf(readings.map(({ timerMs }) => timerMs)), times.timerMs),
    loopLagP99Ms: loopLag?.p99 ?? 0,
    lateSendP99Ms: lateSends?.p99 ?? 0,
  };
  const names = Object.keys(band) as (keyof typeof band)[];
  const causes = names
    .filter((name) => figures[name] > band[name])
    .map((name) => `${name} ${figures[name].toFixed(2)} > ${band[name]}`);
  // Without a reading nothing is known.
  if (readings.length === 0) causes.push("the sentinel did not report");
  return { rd: Math.max(figures.cpuRd, figures.timerRd), ...figures, ok: causes.length === 0, causes };
};

/** All slices together: each figure at its worst. */
export const worstOf = (contentions: readonly Contention[]): Contention => {
  const worst = (pick: (contention: Contention) => number): number => Math.max(0, ...contentions.map(pick));
  return {
    rd: worst(({ rd }) => rd),
    cpuRd: worst(({ cpuRd }) => cpuRd),
    timerRd: worst(({ timerRd }) => timerRd),
    loopLagP99Ms: worst(({ loopLagP99Ms }) => loopLagP99Ms),
    lateSendP99Ms: worst(({ lateSendP99Ms }) => lateSendP99Ms),
    ok: contentions.length > 0 && contentions.every(({ ok }) => ok),
    causes: [...new Set(contentions.flatMap(({ causes }) => causes))],
  };
};

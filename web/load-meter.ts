// How loaded this page is, over the last minute: how late its tasks begin, which share of the time it works for its gateway, and what the
// system says of the processor. Neighbours: busy-time.ts counts the work. A page that is hidden or slept says nothing about load: its beats
// are let go of.
import type { Cancel, Now, Schedule } from "../gateway/runtime.ts";
import type { PageFigures } from "../gateway/statistics-types.ts";
import type { BusyTime } from "./busy-time.ts";

/** Four timers a second cost a phone next to nothing, and make a minute's p99 more than its maximum. */
const beatMs = 250;
const windowBeats = 240;
/** The system says when its state changes; asked no oftener than it means anything. */
const pressureIntervalMs = 1_000;
/** No task of ours or of the browser takes as long: the page was frozen, or the phone slept. */
const sleepMs = 5_000;

/** Compute Pressure, which TypeScript's library does not describe: https://www.w3.org/TR/compute-pressure/ */
export type PressureState = "nominal" | "fair" | "serious" | "critical";
export interface PressureObserverFace {
  observe(source: "cpu", options: { readonly sampleInterval: number }): Promise<void>;
  disconnect(): void;
}
export type PressureObserverClass = new (
  onRecords: (records: readonly { readonly state: PressureState }[]) => void,
) => PressureObserverFace;

declare global {
  var PressureObserver: PressureObserverClass | undefined;
}

export type PressureReading =
  | { readonly kind: "known"; readonly state: PressureState }
  | { readonly kind: "unknown"; readonly why: string };

/** Of the last minute; undefined before its first beat. */
export type LoadFigures = Pick<PageFigures, "eventLoopLagP50Ms" | "eventLoopLagP99Ms" | "busyPercent">;

export interface LoadMeterOptions {
  readonly now: Now;
  readonly schedule: Schedule;
  readonly busy: BusyTime;
  readonly isHidden: () => boolean;
  /** `globalThis.PressureObserver`; undefined where the browser has none. */
  readonly PressureObserver: PressureObserverClass | undefined;
}

interface Beat {
  readonly lastedMs: number;
  readonly busyMs: number;
  readonly lagMs: number;
}

const noPressureApi = "this browser does not tell pages about the processor; Chrome and Edge on computers do";
const pressureRefused = "the system tells the browser nothing about the processor";
const noPressureYet = "the system has not told yet";

export class LoadMeter {
  readonly #options: LoadMeterOptions;
  readonly #pressureObserver: PressureObserverFace | undefined;
  #beats: readonly Beat[] = [];
  #pressure: PressureReading = { kind: "unknown", why: noPressureYet };
  #cancelBeat: Cancel;

  constructor(options: LoadMeterOptions) {
    this.#options = options;
    this.#pressureObserver = this.#observePressure();
    this.#cancelBeat = this.#scheduleBeat();
  }

  get pressure(): PressureReading {
    return this.#pressure;
  }

  figures(): LoadFigures {
    const lagsMs = this.#beats.map(({ lagMs }) => lagMs).sort((a, b) => a - b);
    let lastedMs = 0;
    let busyMs = 0;
    for (const beat of this.#beats) {
      lastedMs += beat.lastedMs;
      busyMs += beat.busyMs;
    }
    return {
      busyPercent: lastedMs === 0 ? undefined : (100 * busyMs) / lastedMs,
      eventLoopLagP50Ms: quantile(lagsMs, 0.5),
      eventLoopLagP99Ms: quantile(lagsMs, 0.99),
    };
  }

  close(): void {
    this.#cancelBeat();
    this.#pressureObserver?.disconnect();
  }

  #scheduleBeat(): Cancel {
    const { now, schedule, busy, isHidden } = this.#options;
    const begunMs = now();
    const busyBeforeMs = busy.totalMs;
    const wasHidden = isHidden();
    return schedule(beatMs, () => {
      const lastedMs = now() - begunMs;
      const lagMs = Math.max(0, lastedMs - beatMs);
      // Hidden pages' timers are slowed down on purpose, which is no load.
      if (!wasHidden && !isHidden() && lagMs < sleepMs) {
        const beat = { lastedMs, busyMs: busy.totalMs - busyBeforeMs, lagMs };
        this.#beats = [...this.#beats.slice(1 - windowBeats), beat];
      }
      this.#cancelBeat = this.#scheduleBeat();
    });
  }

  #observePressure(): PressureObserverFace | undefined {
    const { PressureObserver } = this.#options;
    if (PressureObserver === undefined) {
      this.#pressure = { kind: "unknown", why: noPressureApi };
      return undefined;
    }
    const observer = new PressureObserver((records) => {
      const newest = records.at(-1);
      if (newest !== undefined) this.#pressure = { kind: "known", state: newest.state };
    });
    observer.observe("cpu", { sampleInterval: pressureIntervalMs }).catch(() => {
      this.#pressure = { kind: "unknown", why: pressureRefused };
    });
    return observer;
  }
}

/** The nearest-rank quantile; undefined of nothing. */
const quantile = (sorted: readonly number[], share: number): number | undefined =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];

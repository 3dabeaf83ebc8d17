// How loaded this page is, over the last minute: how late its tasks begin, which share of the time it works for its
// gateway, and what the system says of the processor.
// Neighbours: busy-time.ts counts the work. A page that is hidden says nothing of lateness, one that slept nothing at
// all.
// Invariant: every figure is of the last minute, or undefined.
import type { Cancel, Now, Schedule } from "../../gateway/basics/runtime.ts";
import type { PageFigures } from "../../gateway/statistics/statistics-types.ts";
import type { PressureReading, PressureState } from "../panel/panel-model.ts";
import type { BusyTime } from "../platform/busy-time.ts";

/** Four timers a second cost a phone next to nothing, and make a minute's p99 more than its maximum. */
const beatMs = 250;
const windowMs = 60_000;
const windowBeats = windowMs / beatMs;
/** The system says when its state changes; asking more often shows nothing new. */
const pressureIntervalMs = 1_000;
/** No task of ours or of the browser takes as long: the page was frozen, or the phone slept. */
const sleepMs = 5_000;

/** Compute Pressure, which TypeScript's library does not describe: https://www.w3.org/TR/compute-pressure/ */
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

/** Figures of the last minute; one is undefined where no beat in that minute measured it. */
export type LoadFigures = Pick<PageFigures, "eventLoopLagP50Ms" | "eventLoopLagP99Ms" | "busyPercent">;

export interface LoadMeterOptions {
  readonly now: Now;
  readonly schedule: Schedule;
  readonly busy: Pick<BusyTime, "totalMs">;
  readonly isHidden: () => boolean;
  /** `globalThis.PressureObserver`; undefined where the browser has none. */
  readonly PressureObserver: PressureObserverClass | undefined;
}

interface Beat {
  /** Its end. */
  readonly atMs: number;
  readonly lastedMs: number;
  readonly busyMs: number;
  /** Undefined: the page was hidden, and timers of such pages are slowed down on purpose. */
  readonly lagMs: number | undefined;
}

const noPressureApi = "this browser does not tell pages about the processor; Chrome and Edge on computers do";
const pressureRefused = "the system reports nothing about the processor to the browser";
const noPressureYet = "the system has not reported it yet";
const noPressureHidden = "the browser reports it only to a page that is in front";

export class LoadMeter {
  readonly #options: LoadMeterOptions;
  #beats: readonly Beat[] = [];
  /** Undefined while the page is hidden, and where there is none. */
  #pressureObserver: PressureObserverFace | undefined;
  #pressure: PressureReading = { kind: "unknown", why: noPressureApi };
  #cancelBeat: Cancel;

  constructor(options: LoadMeterOptions) {
    this.#options = options;
    this.#followPressure();
    this.#cancelBeat = this.#scheduleBeat();
  }

  get pressure(): PressureReading {
    const isOutOfSight = this.#options.PressureObserver !== undefined && this.#options.isHidden();
    return isOutOfSight ? { kind: "unknown", why: noPressureHidden } : this.#pressure;
  }

  figures(): LoadFigures {
    const recent = this.#recentBeats();
    const lagsMs = recent.flatMap(({ lagMs }) => lagMs ?? []).sort((a, b) => a - b);
    let lastedMs = 0;
    let busyMs = 0;
    for (const beat of recent) {
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

  #recentBeats(): readonly Beat[] {
    const fromMs = this.#options.now() - windowMs;
    return this.#beats.filter(({ atMs }) => atMs > fromMs);
  }

  #scheduleBeat(): Cancel {
    const { now, schedule, busy, isHidden } = this.#options;
    const begunMs = now();
    const busyBeforeMs = busy.totalMs;
    const wasHidden = isHidden();
    return schedule(beatMs, () => {
      const atMs = now();
      const lastedMs = atMs - begunMs;
      const lateMs = Math.max(0, lastedMs - beatMs);
      if (lateMs < sleepMs) {
        const lagMs = wasHidden || isHidden() ? undefined : lateMs;
        const beat = { atMs, lastedMs, busyMs: busy.totalMs - busyBeforeMs, lagMs };
        this.#beats = [...this.#recentBeats().slice(1 - windowBeats), beat];
      }
      this.#followPressure();
      this.#cancelBeat = this.#scheduleBeat();
    });
  }

  /**
   * A browser reports only changes, and none to a hidden page. So the state is unknown afterwards; a new observer gets
   * it at once.
   */
  #followPressure(): void {
    const { PressureObserver, isHidden } = this.#options;
    if (PressureObserver === undefined) return;
    if (isHidden()) {
      this.#pressureObserver?.disconnect();
      this.#pressureObserver = undefined;
    } else this.#pressureObserver ??= this.#observePressure(PressureObserver);
  }

  #observePressure(PressureObserver: PressureObserverClass): PressureObserverFace {
    this.#pressure = { kind: "unknown", why: noPressureYet };
    const observer = new PressureObserver((records) => {
      const newest = records.at(-1);
      if (newest !== undefined) this.#pressure = { kind: "known", state: newest.state };
    });
    observer.observe("cpu", { sampleInterval: pressureIntervalMs }).catch(() => {
      // It says so too when it was ended before it got any report.
      if (observer === this.#pressureObserver) this.#pressure = { kind: "unknown", why: pressureRefused };
    });
    return observer;
  }
}

/** The nearest-rank quantile; undefined of nothing. */
const quantile = (sorted: readonly number[], share: number): number | undefined =>
  sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];

// What has been measured of the way to one peer, or to all: histograms and counts, filled by peer-statistics.ts and
// read as plain data.

import type { Now } from "../basics/runtime.ts";
import type { DoneOutcome } from "../wire/frame-types.ts";
import { RollingDelay } from "./delay-histogram.ts";
import type { DelayClass, OneWayDelay, PathFigures, TransferTotals, Unmeasured } from "./statistics-types.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** What is not this object's to know. */
export type PathSupplement = Pick<PathFigures, "totals" | "rates"> & {
  readonly jitterMs: (delayClass: DelayClass) => number | undefined;
};

/** What is only counted: so little that it is kept for longer than the histograms. */
export class PathCounts {
  readonly unmeasured: Mutable<Unmeasured> = { clockUnknown: 0, fromTheFuture: 0, absurdlyOld: 0, unknownRecord: 0 };
  readonly doneOutcomes: Record<DoneOutcome, number> = { written: 0, superseded: 0, expired: 0, failed: 0 };
  /** Records are counted by the ledgers. */
  readonly transfer: Mutable<Omit<TransferTotals, "recordsIn" | "recordsOut">> = {
    messagesIn: 0,
    messagesOut: 0,
    bytesIn: 0,
    bytesOut: 0,
  };
  reconnects = 0;
  clockSteps = 0;
}

export class PathStatistics {
  readonly roundTrip: RollingDelay;
  readonly probeToProbe: RollingDelay;
  readonly demuxProcessing: RollingDelay;
  readonly counts: PathCounts;
  readonly unmeasured: PathCounts["unmeasured"];
  readonly doneOutcomes: PathCounts["doneOutcomes"];
  readonly transfer: PathCounts["transfer"];
  readonly #oneWay: Readonly<Record<DelayClass, RollingDelay>>;

  /** @param counts go on from what they are. */
  constructor(now: Now, counts: PathCounts) {
    this.counts = counts;
    this.unmeasured = counts.unmeasured;
    this.doneOutcomes = counts.doneOutcomes;
    this.transfer = counts.transfer;
    this.roundTrip = new RollingDelay(now);
    this.probeToProbe = new RollingDelay(now);
    this.demuxProcessing = new RollingDelay(now);
    this.#oneWay = byDelayClass(() => new RollingDelay(now));
  }

  oneWay(delayClass: DelayClass, delayMs: number, boundMs: number, atMs: number): void {
    this.#oneWay[delayClass].record(delayMs, boundMs, atMs);
  }

  /** A delay of that class has been measured in the last minute. */
  isRecent(delayClass: DelayClass, atMs?: number): boolean {
    return this.#oneWay[delayClass].isRecent(atMs);
  }

  figures({ jitterMs, totals, rates }: PathSupplement): PathFigures {
    return {
      oneWay: byDelayClass(
        (delayClass): OneWayDelay => ({ ...this.#oneWay[delayClass].clockedSpans(), jitterMs: jitterMs(delayClass) }),
      ),
      roundTrip: this.roundTrip.spans(),
      probeToProbe: this.probeToProbe.clockedSpans(),
      doneOutcomes: { ...this.doneOutcomes },
      unmeasured: { ...this.unmeasured },
      demuxProcessing: this.demuxProcessing.spans(),
      totals,
      rates,
      reconnects: this.counts.reconnects,
      clockSteps: this.counts.clockSteps,
    };
  }
}

export const byDelayClass = <T>(make: (delayClass: DelayClass) => T): Record<DelayClass, T> => ({
  urgent: make("urgent"),
  command: make("command"),
  sample: make("sample"),
  status: make("status"),
  ping: make("ping"),
  prompt: make("prompt"),
});

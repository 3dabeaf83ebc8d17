// Measures the mux as its observer: why aggregates leave, how full they are, how long records waited for them.

import type { Now } from "../basics/runtime.ts";
import type { Flush, MuxObserver } from "../records/mux.ts";
import type { FlushReason } from "../records/send-queue.ts";
import { RollingDelay } from "./delay-histogram.ts";
import { eachSpan, RollingHistogram } from "./rolling-histogram.ts";
import type { MuxFigures } from "./statistics-types.ts";

export class MuxStatistics implements MuxObserver {
  readonly #now: Now;
  readonly #wait: RollingDelay;
  readonly #processing: RollingDelay;
  readonly #recordsPerAggregate: RollingHistogram;
  readonly #bytesPerRecord: RollingHistogram;
  readonly #flushes: Record<FlushReason, number> = {
    urgent: 0,
    window: 0,
    full: 0,
    directed: 0,
    drained: 0,
    changed: 0,
  };

  constructor(now: Now) {
    this.#now = now;
    this.#wait = new RollingDelay(now);
    this.#processing = new RollingDelay(now);
    this.#recordsPerAggregate = new RollingHistogram(now);
    this.#bytesPerRecord = new RollingHistogram(now);
  }

  onFlush({ reason, records, bytes, processingMs }: Flush): void {
    const nowMs = this.#now();
    this.#flushes[reason]++;
    this.#processing.record(processingMs);
    this.#recordsPerAggregate.record(records.length);
    this.#bytesPerRecord.record(bytes / records.length);
    for (const { timeUs } of records) this.#wait.record(nowMs - timeUs / 1000);
  }

  figures(): Omit<MuxFigures, "windowMs"> {
    return {
      wait: this.#wait.spans(),
      processing: this.#processing.spans(),
      flushes: { ...this.#flushes },
      recordsPerAggregate: eachSpan(this.#recordsPerAggregate.spans(), ({ summary }) => summary),
      bytesPerRecord: eachSpan(this.#bytesPerRecord.spans(), ({ summary }) => summary),
    };
  }
}

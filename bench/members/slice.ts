// A slice: one mode, or none, for some seconds on a mesh that stays up. All hosts begin it at the same moment of the
// machine's clock and play the same seeded load. This file has what they get and what they measure, as plain data.

import type { Load } from "../load/workload.ts";
import { OutgoingMeter } from "../meters/processing-meter.ts";
import { Tally, type TallySnapshot } from "../meters/tally.ts";
import type { Arrival } from "../modes/mode.ts";
import type { ModeName } from "../modes/modes.ts";

export interface SliceSpec {
  /** From 1, below 65536; every message of the slice carries it. */
  readonly id: number;
  readonly mode: ModeName | "idle";
  readonly windowMs: number;
  readonly seconds: number;
  /** What is under way at the end still counts if it arrives within this. */
  readonly graceMs: number;
  readonly load: Load;
  /** Members of the whole room. */
  readonly members: number;
}

/** Messages that were not delivered, by cause. */
export type Accounts = Readonly<Record<string, number>>;

export interface SliceProgress {
  /** Everything has been sent; the slice waits for what is under way. */
  readonly isSaid: boolean;
  readonly expected: number;
  /** Delivered, or dropped by the product with a cause. */
  readonly settled: number;
}

export interface SliceResult {
  /** Messages that members should receive, as their senders count them. */
  readonly expected: number;
  readonly delivered: number;
  /** Not delivered, and why: counted by the product itself. */
  readonly accounted: Accounts;
  readonly gesture: TallySnapshot;
  readonly sample: TallySnapshot;
  readonly processing: TallySnapshot;
  readonly work: TallySnapshot;
  /** How much later than intended the load itself left. */
  readonly lateSends: TallySnapshot;
  readonly loopLag: TallySnapshot;
  /** All members of the host together. */
  readonly bursts: number;
  readonly messages: number;
  readonly members: number;
}

export class SliceLog {
  readonly spec: SliceSpec;
  readonly outgoing: OutgoingMeter;
  /** For messages that have an effect on a device here: from their arrival until the radio has the write. */
  readonly incoming = new Tally();
  readonly lateSends = new Tally();
  readonly #accounted = new Map<string, number>();
  readonly #accounts: (() => Accounts)[] = [];
  readonly #machineNow: () => number;
  readonly #gesture = new Tally();
  readonly #sample = new Tally();
  #startAtMs = Number.POSITIVE_INFINITY;
  #expected = 0;
  #delivered = 0;

  constructor(spec: SliceSpec, machineNow: () => number) {
    this.spec = spec;
    this.#machineNow = machineNow;
    this.outgoing = new OutgoingMeter(machineNow);
  }

  /** On the machine's clock; not known while some hosts do not listen yet. */
  get startAtMs(): number {
    return this.#startAtMs;
  }

  start(atMs: number): void {
    this.#startAtMs = atMs;
  }

  expect(count: number): void {
    this.#expected += count;
  }

  /** A message of another slice: nothing is counted. */
  arrived({ kind, dueMs, slice, count }: Pick<Arrival, "kind" | "dueMs" | "slice" | "count">): void {
    if (slice !== this.spec.id) return;
    this.#delivered += count;
    (kind === "gesture" ? this.#gesture : this.#sample).record(this.#machineNow() - dueMs, count);
  }

  account(cause: string, count = 1): void {
    this.#accounted.set(cause, (this.#accounted.get(cause) ?? 0) + count);
  }

  /** @param read what a gateway itself has counted since the slice began */
  accountFrom(read: () => Accounts): void {
    this.#accounts.push(read);
  }

  /** Whether that moment of the machine's clock is one at which a message of this slice was due. */
  covers(dueMs: number): boolean {
    const startAtMs = this.#startAtMs;
    return dueMs >= startAtMs - 1 && dueMs <= startAtMs + this.spec.seconds * 1000 + 1;
  }

  get progress(): Omit<SliceProgress, "isSaid"> {
    const accounted = Object.values(this.#accountedByCause()).reduce((sum, count) => sum + count, 0);
    return { expected: this.#expected, settled: this.#delivered + accounted };
  }

  result(rest: Pick<SliceResult, "loopLag" | "bursts" | "messages" | "members">): SliceResult {
    const processing = new Tally();
    const work = new Tally();
    processing.add(this.outgoing.processing.snapshot());
    processing.add(this.incoming.snapshot());
    work.add(this.outgoing.work.snapshot());
    work.add(this.incoming.snapshot());
    return {
      expected: this.#expected,
      delivered: this.#delivered,
      accounted: this.#accountedByCause(),
      gesture: this.#gesture.snapshot(),
      sample: this.#sample.snapshot(),
      processing: processing.snapshot(),
      work: work.snapshot(),
      lateSends: this.lateSends.snapshot(),
      ...rest,
    };
  }

  #accountedByCause(): Accounts {
    const sums = new Map(this.#accounted);
    for (const read of this.#accounts) {
      for (const [cause, count] of Object.entries(read()))
        if (count > 0) sums.set(cause, (sums.get(cause) ?? 0) + count);
    }
    return Object.fromEntries(sums);
  }
}

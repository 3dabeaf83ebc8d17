// What became of the writes that peers' records caused, on its way back to them. Nobody waits for it, so those of one
// moment share a message, and where there are many, those of one second: reported one by one they cost a gateway with
// many busy bands more packets than all that it receives.

import type { Cancel, Schedule } from "../basics/runtime.ts";
import { type DoneWrite, maxDoneWrites } from "../wire/frame-types.ts";

/** Counted from the first that waits, after a pause. A write over Bluetooth takes as long. */
export const doneWaitMs = 50;
/** Between two rounds of messages. A page that shows the figure redraws it every two seconds. */
export const doneSpacingMs = 1_000;

export interface DoneOutboxOptions {
  readonly schedule: Schedule;
  /** Between one and `maxDoneWrites` of them, in the order of their ends. */
  readonly send: (gatewayId: string, writes: readonly DoneWrite[]) => void;
}

export class DoneOutbox {
  readonly #options: DoneOutboxOptions;
  /** By the gateway that caused the writes. */
  readonly #waiting = new Map<string, DoneWrite[]>();
  /** Of the next round; undefined after a second in which nothing came. */
  #cancelTimer: Cancel | undefined;
  #isClosed = false;

  constructor(options: DoneOutboxOptions) {
    this.#options = options;
  }

  /** After the close it goes nowhere: its gateway has said goodbye. */
  add(gatewayId: string, write: DoneWrite): void {
    if (this.#isClosed) return;
    const writes = this.#waiting.get(gatewayId) ?? [];
    writes.push(write);
    if (writes.length === maxDoneWrites) {
      this.#waiting.delete(gatewayId);
      this.#options.send(gatewayId, writes);
      return;
    }
    this.#waiting.set(gatewayId, writes);
    this.#cancelTimer ??= this.#options.schedule(doneWaitMs, () => this.#round());
  }

  /** Sends what waits. */
  close(): void {
    this.#isClosed = true;
    this.#cancelTimer?.();
    this.#sendAll();
  }

  #round(): void {
    this.#cancelTimer = this.#waiting.size > 0 ? this.#options.schedule(doneSpacingMs, () => this.#round()) : undefined;
    this.#sendAll();
  }

  #sendAll(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const [gatewayId, writes] of waiting) this.#options.send(gatewayId, writes);
  }
}

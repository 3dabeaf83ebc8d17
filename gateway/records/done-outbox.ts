// What became of the writes that peers' records caused, on its way back to them. Nobody waits for it, so those of one moment share a message:
// told one by one they cost a gateway with many busy bands more packets than everything that it receives.

import type { Cancel, Schedule } from "../basics/runtime.ts";
import { type Done, type GatewayFrame, maxFrames } from "../wire/frame-types.ts";

/** Counted from the first that waits. A write over Bluetooth takes as long, and whoever shows the figure redraws it every two seconds. */
export const doneWaitMs = 50;

export interface DoneOutboxOptions {
  readonly schedule: Schedule;
  /** Between one and `maxFrames` of them, in the order of their writes. */
  readonly send: (gatewayId: string, frames: readonly GatewayFrame[]) => void;
}

export class DoneOutbox {
  readonly #options: DoneOutboxOptions;
  /** By the gateway that is to be told. */
  readonly #waiting = new Map<string, GatewayFrame[]>();
  #cancelTimer: Cancel | undefined;
  #isClosed = false;

  constructor(options: DoneOutboxOptions) {
    this.#options = options;
  }

  /** After the close it goes nowhere: its gateway has said goodbye. */
  add(gatewayId: string, done: Done): void {
    if (this.#isClosed) return;
    const frames = this.#waiting.get(gatewayId) ?? [];
    frames.push({ type: "done", ...done });
    if (frames.length === maxFrames) {
      this.#waiting.delete(gatewayId);
      this.#options.send(gatewayId, frames);
      return;
    }
    this.#waiting.set(gatewayId, frames);
    this.#cancelTimer ??= this.#options.schedule(doneWaitMs, () => this.#flush());
  }

  /** Sends what waits. */
  close(): void {
    this.#isClosed = true;
    this.#flush();
  }

  #flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const [gatewayId, frames] of waiting) this.#options.send(gatewayId, frames);
  }
}

// How long a gateway works on a message on its way out: from the notification until the channel has it. The time for
// which it is held back on purpose does not count; the lateness of a timer does.
import type { Now } from "../../gateway/basics/runtime.ts";
import type { ProcessingMeter } from "../modes/mode.ts";
import { Tally } from "./tally.ts";

interface Entry {
  readonly begunMs: number;
  /** Undefined while it is being taken in. */
  tookMs: number | undefined;
}

/** More messages than wait in any window; a mode that loses messages must not fill the memory. */
const maxWaiting = 10_000;

export class OutgoingMeter implements ProcessingMeter {
  /** From the notification until the channel has the message. */
  readonly processing = new Tally();
  /** The same without the lateness of timers. */
  readonly work = new Tally();
  readonly #now: Now;
  readonly #waiting: Entry[] = [];

  constructor(now: Now) {
    this.#now = now;
  }

  /** Takes in one message. `task` is what the gateway does until the message waits, or has left. */
  takeIn(task: () => void): void {
    const entry: Entry = { begunMs: this.#now(), tookMs: undefined };
    this.#waiting.push(entry);
    if (this.#waiting.length > maxWaiting) this.#waiting.shift();
    task();
    entry.tookMs = this.#now() - entry.begunMs;
  }

  /** How long the first message that waits has been here. */
  waitedMs(): number {
    const first = this.#waiting[0];
    return first === undefined ? 0 : this.#now() - first.begunMs;
  }

  left(count: number, lateMs: number, workMs: number): void {
    for (let i = 0; i < count; i++) {
      const entry = this.#waiting.shift();
      if (entry !== undefined && entry.tookMs === undefined) {
        const tookMs = this.#now() - entry.begunMs; // It leaves while it is taken in, so this is all of it.
        this.processing.record(tookMs);
        this.work.record(tookMs);
      } else {
        const tookMs = entry?.tookMs ?? 0;
        this.processing.record(tookMs + lateMs);
        this.work.record(tookMs + workMs);
      }
    }
  }
}

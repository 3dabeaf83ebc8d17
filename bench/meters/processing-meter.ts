// How long a gateway works on a message on its way out: taken in when it is notified, left when the channel has it. How
// long it is held back in between on purpose does not count; a timer that comes late does.
import type { Now } from "../../gateway/basics/runtime.ts";
import type { ProcessingMeter } from "../modes/mode.ts";
import { Tally } from "./tally.ts";

interface Entry {
  readonly begunMs: number;
  /** Undefined while it is being taken in. */
  tookMs: number | undefined;
}

/** More than waits in any window; a mode that loses messages must not fill the memory. */
const maxWaiting = 10_000;

export class OutgoingMeter implements ProcessingMeter {
  /** From notification to hand-over. */
  readonly processing = new Tally();
  /** The same without the lateness of timers. */
  readonly work = new Tally();
  readonly #now: Now;
  readonly #waiting: Entry[] = [];

  constructor(now: Now) {
    this.#now = now;
  }

  /** Takes in one message: what it does until it waits, or has left. */
  takeIn(task: () => void): void {
    const entry: Entry = { begunMs: this.#now(), tookMs: undefined };
    this.#waiting.push(entry);
    if (this.#waiting.length > maxWaiting) this.#waiting.shift();
    task();
    entry.tookMs = this.#now() - entry.begunMs;
  }

  /** How long the first of those that wait has been here. */
  waitedMs(): number {
    const first = this.#waiting[0];
    return first === undefined ? 0 : this.#now() - first.begunMs;
  }

  left(count: number, lateMs: number, workMs: number): void {
    for (let i = 0; i < count; i++) {
      const entry = this.#waiting.shift();
      if (entry !== undefined && entry.tookMs === undefined) {
        const tookMs = this.#now() - entry.begunMs; // It leaves while it is taken in: all of it is in this.
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

// Messages that wait for a fixed window, which the first of them begins, and leave together.
import type { Cancel } from "../../gateway/basics/runtime.ts";
import type { OutgoingContext } from "./mode.ts";

export interface WindowBatchOptions<T> extends Pick<OutgoingContext, "now" | "schedule" | "windowMs" | "meter"> {
  /** `dueMs`: when the window ended. */
  readonly send: (waiting: readonly T[], dueMs: number) => void;
}

export class WindowBatch<T> {
  readonly #options: WindowBatchOptions<T>;
  #waiting: T[] = [];
  #dueMs = 0;
  #cancel: Cancel | undefined;

  constructor(options: WindowBatchOptions<T>) {
    this.#options = options;
  }

  add(item: T): void {
    const { now, schedule, windowMs } = this.#options;
    this.#waiting.push(item);
    if (this.#cancel !== undefined) return;
    this.#dueMs = now() + windowMs;
    this.#cancel = schedule(windowMs, () => this.#flush());
  }

  /** Times a send that does not wait. */
  timed(count: number, send: () => void): void {
    const { now, meter } = this.#options;
    const startedMs = now();
    send();
    const tookMs = now() - startedMs;
    meter.left(count, tookMs, tookMs);
  }

  /** Sends at once what waits. */
  stop(): void {
    this.#cancel?.();
    if (this.#waiting.length > 0) this.#flush();
  }

  #flush(): void {
    const { now, send, meter } = this.#options;
    this.#cancel = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    const startedMs = now();
    const dueMs = Math.min(this.#dueMs, startedMs);
    send(waiting, dueMs);
    const leftMs = now();
    meter.left(waiting.length, leftMs - dueMs, leftMs - startedMs);
  }
}

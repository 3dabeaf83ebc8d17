// A clock and a scheduler that only move when a test says so; they are handed in where the product gets `Now` and
// `Schedule`. Tasks run in the order of their times; after each one everything that it set in motion, promises too,
// comes to rest first.
import type { Cancel, Now, Schedule } from "../../gateway/basics/runtime.ts";

interface Task {
  readonly atMs: number;
  /** In the order of scheduling. */
  readonly nth: number;
  readonly run: () => void;
}

const isBefore = (a: Task, b: Task): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.nth < b.nth);

/**
 * One turn of the event loop: every chain of promises has come to its end, work on other threads (WebCrypto) perhaps
 * not.
 */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class FakeTime {
  #nowMs: number;
  #scheduled = 0;
  readonly #tasks = new Set<Task>();
  /** A heap, because a simulated day has millions of tasks. What was cancelled stays until its time. */
  readonly #heap: Task[] = [];

  constructor(startMs = 0) {
    this.#nowMs = startMs;
  }

  readonly now: Now = () => this.#nowMs;

  readonly schedule: Schedule = (delayMs, run): Cancel => {
    const task = { atMs: this.#nowMs + Math.max(0, delayMs), nth: this.#scheduled++, run };
    this.#tasks.add(task);
    this.#push(task);
    return () => void this.#tasks.delete(task);
  };

  /** Timers that are armed; 0 when everything has been cleaned up. */
  get pendingTasks(): number {
    return this.#tasks.size;
  }

  /** Lets `ms` pass, with every task that falls due on the way. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settle();
    for (let task = this.#nextBy(endMs); task !== undefined; task = this.#nextBy(endMs)) {
      this.#tasks.delete(task);
      this.#nowMs = task.atMs;
      task.run();
      await settle();
    }
    this.#nowMs = endMs;
  }

  /**
   * Lets time pass until `promise` is settled, for what waits for work on other threads (WebCrypto): 1 ms of this clock
   * for at least 1 ms of the real one, so that a busy machine does not make timeouts of this clock run out.
   */
  async until<T>(promise: Promise<T>, limitMs = 60_000): Promise<T> {
    let isSettled = false;
    const settled = () => {
      isSettled = true;
    };
    promise.then(settled, settled);
    await this.untilTrue(() => isSettled, limitMs);
    return promise;
  }

  /** The same for a condition. */
  async untilTrue(holds: () => boolean, limitMs = 60_000): Promise<void> {
    for (let passedMs = 0; !holds(); passedMs++) {
      if (passedMs >= limitMs) throw new Error(`still waiting after ${limitMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, 1));
      await this.advance(1);
    }
  }

  /** The earliest task due by then; of two at the same time the one that was scheduled first. */
  #nextBy(endMs: number): Task | undefined {
    for (let first = this.#heap[0]; first !== undefined && first.atMs <= endMs; first = this.#heap[0]) {
      this.#pop();
      if (this.#tasks.has(first)) return first;
    }
    return undefined;
  }

  #push(task: Task): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(task, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = task;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      if (left === undefined) break;
      const isRight = right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (!isBefore(child, last)) break;
      heap[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    heap[at] = last;
  }
}

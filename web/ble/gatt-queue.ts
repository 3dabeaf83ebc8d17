// One GATT operation at a time on one connection: Chromium refuses a second with "GATT operation already in progress".
// Neighbours: gatt-session.ts adds operations, bluetooth-errors.ts names what went wrong.
// Invariant: every operation resolves, at the latest when the queue is ended; one rejects only for a bug in its `run`.
import type { LinkFailure } from "../../firmware-bridge/devices/device-link.ts";
import type { Cancel, Now, Schedule } from "../../gateway/basics/runtime.ts";
import { linkFailureOf } from "./bluetooth-errors.ts";

/**
 * A promise of the platform may never be settled, so each call has a limit: above the 5 s of silence after which
 * Android declares a link dead (`BTM_BLE_CONN_TIMEOUT_DEF` of its Bluetooth stack, 500 × 10 ms), so that a probe out of
 * range counts as lost rather than stuck, and far below the 30 s of ATT (Core Specification, Vol 3 Part F §3.3.3).
 */
export const gattTimeoutMs = 6_000;

/**
 * An operation of another page, or one that was just given up, keeps the device busy for a connection interval or two
 * (7.5–50 ms each).
 */
export const busyPauseMs = 60;
export const maxBusyRetries = 4;

/**
 * A newer command replaces an older one of its kind, and a session asks for few things: more than this is a bug of the
 * caller.
 */
export const maxWaitingOperations = 32;

export type GattOutcome<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "superseded" }
  | { readonly kind: "expired" }
  | { readonly kind: "failed"; readonly failure: LinkFailure };

type Stop = Exclude<GattOutcome<never>, { kind: "done" }>;

/**
 * Makes one call to the platform under the queue's rules. A rejection ends the operation and must not be caught in
 * `run`.
 */
export type Attempt = <T>(call: () => Promise<T>) => Promise<T>;

export interface GattOperation<T> {
  /** Called when its turn has come. It makes every call to the device through `attempt`. */
  run(attempt: Attempt): Promise<T>;
  /** Of two waiting operations with the same key only the newer is carried out, in the place of the older. */
  readonly key?: number;
  /** No call to the device is made after this. */
  readonly expiresAtMs?: number;
}

export interface GattQueueOptions {
  readonly now: Now;
  readonly schedule: Schedule;
  /** A call was not answered in time. The queue has ended: only a new connection frees the device from that call. */
  onStuck(): void;
}

interface Entry {
  readonly key: number | undefined;
  perform(): Promise<void>;
  stop(stop: Stop): void;
}

/** Thrown inside an operation's `run` to end it with this outcome. */
class Interruption extends Error {
  readonly stop: Stop;

  constructor(stop: Stop) {
    super(stop.kind);
    this.stop = stop;
  }
}

export class GattQueue {
  readonly #options: GattQueueOptions;
  readonly #waiting: Entry[] = [];
  #running: Entry | undefined;
  #ended: LinkFailure | undefined;
  /** When the call began that the device has not answered yet; undefined while there is none. */
  #askedAtMs: number | undefined;
  #cancelWatch: Cancel | undefined;

  constructor(options: GattQueueOptions) {
    this.#options = options;
  }

  add<T>(operation: GattOperation<T>): Promise<GattOutcome<T>> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return resolve({ kind: "failed", failure: this.#ended });
      this.#enqueue({
        key: operation.key,
        perform: () => this.#perform(operation).then(resolve, reject),
        stop: resolve,
      });
      if (this.#running === undefined) void this.#work();
    });
  }

  /** Drops the commands that wait. What a connection needs has no key, and stays. */
  expireWaiting(): void {
    for (const entry of this.#waiting.filter(({ key }) => key !== undefined)) {
      this.#waiting.splice(this.#waiting.indexOf(entry), 1);
      entry.stop({ kind: "expired" });
    }
  }

  /** Resolves everything, the running operation too, as failed; for good. Calling it again does nothing. */
  end(failure: LinkFailure): void {
    if (this.#ended !== undefined) return;
    this.#ended = failure;
    this.#cancelWatch?.();
    for (const entry of [this.#running, ...this.#waiting.splice(0)]) entry?.stop({ kind: "failed", failure });
  }

  #enqueue(entry: Entry): void {
    const older = entry.key === undefined ? -1 : this.#waiting.findIndex((waiting) => waiting.key === entry.key);
    if (older >= 0) this.#waiting.splice(older, 1, entry)[0]?.stop({ kind: "superseded" });
    else if (this.#waiting.length < maxWaitingOperations) this.#waiting.push(entry);
    else entry.stop({ kind: "failed", failure: "link-busy" });
  }

  async #work(): Promise<void> {
    for (let entry = this.#waiting.shift(); entry !== undefined; entry = this.#waiting.shift()) {
      this.#running = entry;
      await entry.perform();
    }
    this.#running = undefined;
  }

  async #perform<T>(operation: GattOperation<T>): Promise<GattOutcome<T>> {
    try {
      return { kind: "done", value: await operation.run((call) => this.#attempt(call, operation.expiresAtMs)) };
    } catch (error) {
      if (error instanceof Interruption) return error.stop;
      throw error;
    }
  }

  async #attempt<T>(call: () => Promise<T>, expiresAtMs = Number.POSITIVE_INFINITY): Promise<T> {
    for (let retries = 0; ; retries++) {
      if (this.#ended !== undefined) throw new Interruption({ kind: "failed", failure: this.#ended });
      const nowMs = this.#options.now();
      if (nowMs > expiresAtMs) throw new Interruption({ kind: "expired" });
      const answer = await this.#answerOf(call, nowMs);
      if ("value" in answer) return answer.value;
      const { failure } = answer;
      if (failure !== "link-busy" || retries === maxBusyRetries) throw new Interruption({ kind: "failed", failure });
      await new Promise<void>((resolve) => this.#options.schedule(busyPauseMs, resolve));
    }
  }

  /** Never settled when the device never answers: then the watch ends the queue, and nobody waits for this any more. */
  async #answerOf<T>(
    call: () => Promise<T>,
    nowMs: number,
  ): Promise<{ readonly value: T } | { readonly failure: LinkFailure }> {
    this.#askedAtMs = nowMs;
    if (this.#cancelWatch === undefined) this.#watchFrom(nowMs, gattTimeoutMs);
    try {
      return { value: await call() };
    } catch (error) {
      return { failure: linkFailureOf(error) };
    } finally {
      this.#askedAtMs = undefined;
    }
  }

  /**
   * One timer watches all calls, one after the other: to set and cancel a timer for each would cost more than the write
   * itself.
   */
  #watchFrom(nowMs: number, delayMs: number): void {
    this.#cancelWatch = this.#options.schedule(delayMs, () => this.#watch(nowMs + delayMs));
  }

  #watch(dueMs: number): void {
    this.#cancelWatch = undefined;
    if (this.#askedAtMs === undefined) return;
    const nowMs = this.#options.now();
    // A timer that is late was held up by the page, or stood still while the phone slept: that is not the device's
    // silence.
    const leftMs = Math.min(gattTimeoutMs, this.#askedAtMs + gattTimeoutMs - Math.min(nowMs, dueMs));
    if (leftMs > 0) return this.#watchFrom(nowMs, leftMs);
    this.end("link-timeout");
    this.#options.onStuck();
  }
}

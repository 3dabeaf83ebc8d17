// Connections that an opener is opening, dialled by either end. Invariants: each attempt ends exactly once, as a
// channel or as a failure, within `dialTimeoutMs`; an attempt that fails closes its connection.

import type { Schedule } from "../../gateway/basics/runtime.ts";
import type { Channel } from "../../gateway/wire/channel.ts";
import { type DialFailure, dialTimeoutMs } from "./opener.ts";

export interface Attempt {
  readonly sessionId: string;
  readonly dialedBy: "us" | "them";
}

export interface OpenAttempt {
  readonly outcome: Promise<Channel | DialFailure>;
  readonly isPending: () => boolean;
  /** Only the first call has an effect. */
  readonly settle: (outcome: Channel | DialFailure) => void;
}

export class Attempts<T extends Attempt> {
  readonly #schedule: Schedule;
  readonly #pending = new Map<T, OpenAttempt>();

  constructor(schedule: Schedule) {
    this.#schedule = schedule;
  }

  /** @param release called when the attempt fails. */
  begin(attempt: T, release: () => void): OpenAttempt {
    let resolve: (outcome: Channel | DialFailure) => void = () => undefined;
    const outcome = new Promise<Channel | DialFailure>((settled) => {
      resolve = settled;
    });
    const open: OpenAttempt = {
      outcome,
      isPending: () => this.#pending.has(attempt),
      settle: (result) => {
        if (!this.#pending.delete(attempt)) return;
        cancelLimit();
        if ("failed" in result) release();
        resolve(result);
      },
    };
    const cancelLimit = this.#schedule(dialTimeoutMs, () => open.settle({ failed: "timed-out" }));
    this.#pending.set(attempt, open);
    return open;
  }

  pending(isMeant: (attempt: T) => boolean): readonly T[] {
    return [...this.#pending.keys()].filter(isMeant);
  }

  settle(isMeant: (attempt: T) => boolean, outcome: DialFailure): void {
    for (const attempt of this.pending(isMeant)) this.#pending.get(attempt)?.settle(outcome);
  }
}

export const isDialedBy =
  (dialedBy: Attempt["dialedBy"], sessionId?: string) =>
  (attempt: Attempt): boolean =>
    attempt.dialedBy === dialedBy && (sessionId === undefined || attempt.sessionId === sessionId);

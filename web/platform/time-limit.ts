// A time limit for promises of the platform, because some are never settled.
import type { Schedule } from "../../gateway/basics/runtime.ts";

export const timedOut = Symbol("timed out");

/** Settles as `promise` does, or with `timedOut` after `limitMs`; what `promise` does after that is ignored. */
export const withTimeLimit = <T>(
  promise: Promise<T>,
  limitMs: number,
  schedule: Schedule,
): Promise<T | typeof timedOut> =>
  new Promise((resolve, reject) => {
    const cancel = schedule(limitMs, () => resolve(timedOut));
    promise.then(resolve, reject).finally(cancel);
  });

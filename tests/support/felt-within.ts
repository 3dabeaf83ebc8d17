// A buzz may be lost on its way, and on a busy machine it may come too late to be given: its channel promises nothing. Whoever wants to be felt asks again.
import { setTimeout as pause } from "node:timers/promises";
import { effectLifetimeMs } from "../../gateway/record.ts";

/** By then a buzz has been given or never will be. */
const buzzAgainAfterMs = 2 * effectLifetimeMs;
const lookEveryMs = 50;

/**
 * Asks for a buzz until `isFelt`, each time only when the one before can no more be felt.
 * @throws when none was felt within `timeout` (ms)
 */
export const feltWithin = async (
  { timeout }: { readonly timeout: number },
  ask: () => unknown,
  isFelt: () => Promise<boolean>,
): Promise<void> => {
  const endMs = performance.now() + timeout;
  while (performance.now() < endMs) {
    await ask();
    const againAtMs = performance.now() + buzzAgainAfterMs;
    while (performance.now() < againAtMs) {
      if (await isFelt()) return;
      await pause(lookEveryMs);
    }
  }
  throw new Error(`no buzz was felt within ${timeout} ms`);
};

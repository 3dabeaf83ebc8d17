// On a busy machine a buzz may come too late to be given. A test that wants to be felt asks again then, and only then:
// one that vanishes fails its test.
import { setTimeout as pause } from "node:timers/promises";
import { patienceMs } from "./patience.ts";

/** What the receiver has counted. */
export interface Felt {
  readonly felt: number;
  readonly late: number;
}

const lookEveryMs = 50;

/**
 * Asks for a buzz until one more is felt, again only when the receiver has counted the one before as late.
 * @throws when none was felt within the patience of a test
 */
export const untilFelt = async (ask: () => unknown, look: () => Promise<Felt>): Promise<void> => {
  const endMs = performance.now() + patienceMs;
  const first = await look();
  let { late } = first;
  await ask();
  while (performance.now() < endMs) {
    const now = await look();
    if (now.felt > first.felt) return;
    if (now.late > late) {
      late = now.late;
      await ask();
    }
    await pause(lookEveryMs);
  }
  throw new Error(`no buzz was felt within ${patienceMs} ms, and of those asked for ${late - first.late} came late`);
};

// How long to wait after something has failed a number of times in a row: the one rule for everything that tries again.
import type { RandomUnit } from "./runtime.ts";

export interface BackoffRange {
  readonly firstMs: number;
  readonly longestMs: number;
}

/**
 * Doubles with every failure, from 1; between half of it and all, so that those who failed together do not come back
 * together and none waits longer than is stated.
 */
export const backoffMs = (failures: number, { firstMs, longestMs }: BackoffRange, random: RandomUnit): number =>
  jittered(Math.min(firstMs * 2 ** (failures - 1), longestMs), random);

export const jittered = (delayMs: number, random: RandomUnit): number => delayMs * (0.5 + 0.5 * random());

// Chance that repeats itself: the same seed gives the same run of a simulation.
import type { RandomUnit } from "../../gateway/basics/runtime.ts";

/** Mulberry32 by Tommy Ettinger (public domain). */
export const seededRandom = (seed: number): RandomUnit => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

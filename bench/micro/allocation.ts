// What each case allocates, as JSON on stdout. To be run with --expose-gc and a young generation that is larger than
// all of it: then nothing is collected while it is measured, and the growth of the heap is what was allocated.
import { microBenches } from "./cases.ts";

/** Until the compiler has settled. */
const warmUpRuns = 5_000;
const measuredRuns = 2_000;
/**
 * Buffers of what was there before are given back by another thread, now and then in the midst of a round: the median
 * is of rounds without.
 */
const rounds = 9;

const { gc } = globalThis;
if (gc === undefined) throw new Error("needs --expose-gc");

const bytesPerRecord: Record<string, number> = {};
for (const { name, records, run } of microBenches()) {
  for (let i = 0; i < warmUpRuns; i++) run();
  const grown = Array.from({ length: rounds }, () => {
    gc();
    const before = process.memoryUsage();
    for (let i = 0; i < measuredRuns; i++) run();
    const after = process.memoryUsage();
    return after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  });
  const median = grown.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
  bytesPerRecord[name] = median / (measuredRuns * records);
}
process.stdout.write(JSON.stringify(bytesPerRecord));

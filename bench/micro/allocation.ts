// What each case allocates, as JSON on stdout. Run it with --expose-gc and a young generation that is larger than all
// of it: then nothing is collected while it measures, and the growth of the heap is what was allocated.
import { microBenches } from "./cases.ts";

/** After so many calls the compiler does not change the code any more. */
const warmUpRuns = 5_000;
const measuredRuns = 2_000;
/**
 * Another thread frees buffers of earlier rounds, now and then in the middle of a round. The median comes from rounds
 * in which that did not happen.
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

// What each case allocates, as JSON on stdout. To be run with --expose-gc and a young generation that is larger than all of it: then nothing is
// collected while it is measured, and the growth of the heap is what was allocated.
import { microBenches } from "./cases.ts";

/** Until the compiler has settled. */
const warmUpRuns = 5_000;
const measuredRuns = 2_000;

const { gc } = globalThis;
if (gc === undefined) throw new Error("needs --expose-gc");

const bytesPerRecord: Record<string, number> = {};
for (const { name, records, run } of microBenches()) {
  for (let i = 0; i < warmUpRuns; i++) run();
  gc();
  const before = process.memoryUsage();
  for (let i = 0; i < measuredRuns; i++) run();
  const after = process.memoryUsage();
  const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  bytesPerRecord[name] = grown / (measuredRuns * records);
}
process.stdout.write(JSON.stringify(bytesPerRecord));

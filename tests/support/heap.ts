// How much the process holds once everything that nobody needs has been collected: what a memory leak shows in.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

export const heldHeapMb = (): number => {
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

// How much memory the process has once all garbage has been collected: a memory leak shows in it.
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

export const heldHeapMb = (): number => {
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

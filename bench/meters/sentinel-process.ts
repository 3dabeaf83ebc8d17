// The sentinel: a process of its own that does the same two small things four times a second and measures how long they
// take. It calibrates its computing when it starts, while the machine has nothing else to do.
import type { SentinelReading, SentinelTimes } from "./contention.ts";

const intervalMs = 250;
const calibrations = 50;
/** Long enough for a calibration that the clock's grain does not spoil. */
const calibrationRounds = 200_000;

const compute = (rounds: number): number => {
  let mixed = 1;
  for (let i = 0; i < rounds; i++) mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d) + i;
  return mixed;
};

const timed = (task: () => unknown): number => {
  const startedMs = performance.now();
  task();
  return performance.now() - startedMs;
};

/** The quickest of many: the time that it takes when nothing else runs. */
const roundsPerMs = (): number => {
  const quickestMs = Math.min(...Array.from({ length: calibrations }, () => timed(() => compute(calibrationRounds))));
  return calibrationRounds / quickestMs;
};

const run = ({ cpuMs, timerMs }: SentinelTimes): void => {
  const rounds = Math.round(roundsPerMs() * cpuMs);
  let readings: SentinelReading[] = [];
  const beat = (): void => {
    const tookMs = timed(() => compute(rounds));
    const setAtMs = performance.now();
    setTimeout(() => {
      const timerTookMs = performance.now() - setAtMs;
      readings.push({ cpuMs: tookMs, timerMs: timerTookMs });
      setTimeout(beat, Math.max(0, intervalMs - timerTookMs));
    }, timerMs);
  };
  process.on("message", () => {
    process.send?.(readings);
    readings = [];
  });
  process.send?.("ready");
  beat();
};

process.once("message", (times: SentinelTimes) => run(times));
process.on("SIGINT", () => undefined);
process.on("disconnect", () => process.exit());

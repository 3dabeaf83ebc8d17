// How long a simulated device takes for what it does: waiting on its sensor costs no processor, computing does.
import type { RandomUnit, Schedule } from "../../gateway/basics/runtime.ts";
import { exponential } from "./workload.ts";

export interface ServiceTime {
  readonly distribution: "constant" | "exponential";
  readonly meanMs: number;
  /** Sleep: the device waits on its sensor. Busy: it keeps a processor of this machine busy. */
  readonly by: "sleep" | "busy";
}

export const noServiceTime: ServiceTime = { distribution: "constant", meanMs: 0, by: "sleep" };

export interface ServiceOptions {
  readonly service: ServiceTime;
  readonly now: () => number;
  readonly schedule: Schedule;
  readonly random: RandomUnit;
}

/** Runs `task` once the device has done its part; at once if that takes no time. */
export const afterService = ({ service, now, schedule, random }: ServiceOptions, task: () => void): void => {
  const { distribution, meanMs, by } = service;
  if (meanMs === 0) return task();
  const durationMs = distribution === "constant" ? meanMs : exponential(meanMs, random);
  if (by === "sleep") return void schedule(durationMs, task);
  const endMs = now() + durationMs;
  while (now() < endMs);
  task();
};

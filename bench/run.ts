// One run: the modes take turns on a mesh that stays up, in an order that rotates, with a silent slice in every round.
// The results are kept slice by slice, so that a run that is stopped can report what it has measured.

import { meanRate } from "./load/workload.ts";
import type { SliceResult } from "./members/slice.ts";
import { contentionOf, sentinelTimesFor } from "./meters/contention.ts";
import { machineNow } from "./meters/machine-clock.ts";
import { cpuMs, peakResidentMb, residentMb, wireCounters } from "./meters/os-counters.ts";
import { Sentinel } from "./meters/sentinel.ts";
import { summaryOf } from "./meters/tally.ts";
import { thesisWindowMs } from "./modes/thesis.ts";
import type { BenchArguments, ModeRun } from "./options/arguments.ts";
import { newcomers } from "./options/scenarios.ts";
import { type MeasuredSlice, type RunReport, reportOf } from "./report/report.ts";
import type { Host } from "./stage/host.ts";
import { Stage } from "./stage/stage.ts";

/**
 * Until then the command has reached every process. In a process that gets it later, messages that were due in the
 * meantime leave late, and count as late.
 */
const leadMs = 400;
/** The first windows fill in this time, so the system's counters do not count it. */
const countFromMs = 500;
const idleSeconds = 5;
const settlePollMs = 100;

export interface RunOptions {
  readonly args: BenchArguments;
  readonly phones: number;
  /** What the run is doing, and how many seconds are left; undefined: not known yet. */
  readonly onProgress: (what: string, secondsLeft: number | undefined) => void;
  /** Resolves when the person stops the run. */
  readonly stopped: Promise<void>;
}

interface PlannedSlice {
  readonly mode: ModeRun | undefined;
  readonly seconds: number;
  readonly phase: string | undefined;
}

/** @throws StageFailure when the members do not come together. */
export const run = async ({ args, phones, onProgress, stopped }: RunOptions): Promise<RunReport> => {
  const startedAt = new Date();
  const allPerSecond = meanRate(args.load, phones, args.probes);
  const stage = new Stage({ args, phones, onProgress: (what) => onProgress(what, undefined) });
  let isStopped = false;
  const stop = stopped.then(() => {
    isStopped = true;
    return "stopped" as const;
  });
  const slices: MeasuredSlice[] = [];
  let sentinel: Sentinel | undefined;
  let isOpen = false;
  let opening: Promise<void> = Promise.resolve();
  try {
    sentinel = await Sentinel.start(sentinelTimesFor(allPerSecond, Math.max(args.load.hz, 1)));
    opening = stage.open();
    isOpen = (await Promise.race([opening, stop])) !== "stopped";
    const plan = planOf(args);
    const beganMs = machineNow();
    for (const [i, planned] of plan.entries()) {
      if (isStopped) break;
      const left = plan
        .slice(i)
        .reduce((total, { seconds }) => total + seconds + (leadMs + args.graceMs) / 1000 + 0.5, 0);
      onProgress(`${planned.mode?.label ?? "silence"}${planned.phase === undefined ? "" : ` ${planned.phase}`}`, left);
      const measured = await Promise.race([measure(stage, args, planned, i + 1, sentinel, beganMs), stop]);
      if (measured === "stopped") break;
      slices.push(measured);
    }
  } finally {
    onProgress("closing", undefined);
    stage.giveUp();
    await opening.catch(() => undefined); // The caller gets the failure.
    await stage.close();
    await sentinel?.close();
  }
  return reportOf({
    args,
    phones,
    startedAt,
    chromium: stage.browserVersion,
    setupMs: isOpen ? stage.setupMs : undefined,
    slices,
    isPartial: isStopped,
  });
};

const planOf = ({ scenario, modes, seconds, sliceSeconds }: BenchArguments): readonly PlannedSlice[] => {
  const idle: PlannedSlice = { mode: undefined, seconds: Math.min(idleSeconds, sliceSeconds), phase: undefined };
  const rounds = Math.max(1, Math.round(seconds / sliceSeconds));
  const plan: PlannedSlice[] = [];
  for (let round = 0; round < rounds; round++) {
    plan.push(idle);
    for (let i = 0; i < modes.length; i++) {
      const mode = modes[(i + round) % modes.length];
      const phases = scenario === "join" ? ["before", "while five join", "after"] : [undefined];
      for (const phase of phases) plan.push({ mode, seconds: seconds / rounds, phase });
    }
  }
  return plan;
};

const measure = async (
  stage: Stage,
  args: BenchArguments,
  { mode, seconds, phase }: PlannedSlice,
  id: number,
  sentinel: Sentinel,
  beganMs: number,
): Promise<MeasuredSlice> => {
  const windowMs = mode?.windowMs ?? 0;
  const spec = {
    id,
    mode: mode?.name ?? ("idle" as const),
    windowMs,
    seconds,
    graceMs: mode === undefined ? 0 : Math.max(windowMs, thesisWindowMs) + args.graceMs,
    load: args.load,
    members: stage.members,
  };
  await Promise.all(stage.hosts.map((host) => host.prepare(spec)));
  await sentinel.take(); // Throws away what it measured before this slice.
  const startAtMs = machineNow() + leadMs;
  const playing = Promise.all(
    stage.hosts.map(async (host: Host) => ({
      isUnderTest: stage.hostsUnderTest.includes(host),
      result: await host.play(startAtMs),
    })),
  );
  playing.catch(() => undefined); // It is awaited below, after the counters.
  const joining = phase?.startsWith("while") ? stage.addNewcomers(newcomers) : undefined;
  joining?.catch(() => undefined);
  const [pids, allPids] = [stage.pidsUnderTest(), stage.pids()];
  await until(startAtMs + Math.min(countFromMs, seconds * 250));
  const before = countersOf(pids, allPids);
  await until(startAtMs + seconds * 1000);
  const after = countersOf(pids, allPids);
  await untilSettled(stage.hosts, startAtMs + seconds * 1000 + spec.graceMs);
  const results = await playing;
  const readings = await sentinel.take();
  const newcomersHost = await joining;
  await newcomersHost?.close();
  const tallyOf = (pick: (result: SliceResult) => SliceResult["loopLag"], isWanted: (host: Host) => boolean) =>
    summaryOf(results.filter((_, i) => isWanted(stage.hosts[i] as Host)).map(({ result }) => pick(result)));
  return {
    mode,
    phase,
    results,
    seconds,
    countedSeconds: (after.atMs - before.atMs) / 1000,
    cpuMs: difference(after.cpuMs, before.cpuMs),
    cpuAllMs: difference(after.cpuAllMs, before.cpuAllMs),
    wire: after.wire &&
      before.wire && { packets: after.wire.packets - before.wire.packets, bytes: after.wire.bytes - before.wire.bytes },
    peakRssMb: peakResidentMb(pids),
    rssMb: residentMb(pids),
    atSeconds: (machineNow() - beganMs) / 1000,
    contention: contentionOf({
      times: sentinel.times,
      readings,
      loopLag: tallyOf(
        ({ loopLag }) => loopLag,
        ({ kind }) => kind === "worker",
      ),
      lateSends: tallyOf(
        ({ lateSends }) => lateSends,
        () => true,
      ),
    }),
  };
};

/** Cuts the grace short when everything that was sent has arrived. */
const untilSettled = async (hosts: readonly Host[], untilMs: number): Promise<void> => {
  while (machineNow() < untilMs) {
    const progress = await Promise.all(hosts.map((host) => host.progress()));
    const sum = (pick: "expected" | "settled"): number => progress.reduce((total, one) => total + one[pick], 0);
    if (progress.every(({ isSaid }) => isSaid) && sum("settled") >= sum("expected")) break;
    await until(machineNow() + settlePollMs);
  }
  await Promise.all(hosts.map((host) => host.cutGrace()));
};

interface Counters {
  readonly atMs: number;
  readonly cpuMs: number | undefined;
  readonly cpuAllMs: number | undefined;
  readonly wire: ReturnType<typeof wireCounters>;
}

const countersOf = (pids: readonly number[], allPids: readonly number[]): Counters => ({
  atMs: machineNow(),
  cpuMs: cpuMs(pids),
  cpuAllMs: cpuMs(allPids),
  wire: wireCounters(),
});

const difference = (after: number | undefined, before: number | undefined): number | undefined =>
  after === undefined || before === undefined ? undefined : after - before;

const until = (atMs: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.max(0, atMs - machineNow())));

// The goals that the bench was built for, each as a question to the reports: what was reached, and whether that is
// enough. If the experiment of a goal was not run, or its run cannot be trusted, the answer says so.

import type { MicroReport } from "./micro-report.ts";
import type { ModeReport, RampReport, RunReport } from "./report.ts";

export interface GoalAnswer {
  readonly goal: string;
  readonly reached: string;
  readonly verdict: "reached" | "not reached" | "not run";
  readonly isTrustworthy: boolean;
}

export interface Reports {
  readonly byName: ReadonlyMap<string, RunReport | RampReport>;
  readonly micro: MicroReport | undefined;
}

interface Found {
  readonly reached: string;
  readonly isReached: boolean;
  readonly run?: RunReport;
}

const at = (report: RunReport | RampReport | undefined, phones: number): RunReport | undefined => {
  if (report === undefined) return undefined;
  return "steps" in report ? report.steps.find((step) => step.phones === phones) : report;
};

const modeOf = (run: RunReport | undefined, name: string): ModeReport | undefined =>
  run?.modes.find(({ mode }) => mode === name);

const text = (value: number): string => Number(value.toPrecision(3)).toString();

const processingGoal = (run: RunReport | undefined, limitMs: number): Found | undefined => {
  const mean = modeOf(run, "earl-mesh")?.processingMs?.mean;
  if (run === undefined || mean === undefined) return undefined;
  return { reached: `${text(mean)} ms`, isReached: mean <= limitMs, run };
};

const forwardGoal = (run: RunReport | undefined): Found | undefined => {
  const own = modeOf(run, "earl-mesh")?.oneWayMs.gesture;
  const floor = modeOf(run, "floor")?.oneWayMs.gesture;
  if (run === undefined || !own || !floor) return undefined;
  return {
    reached: `p50 ${text(own.p50)} ms (floor ${text(floor.p50)}), p99 ${text(own.p99)} ms`,
    isReached: own.p50 <= floor.p50 * 1.15 + 1 && own.p99 <= 50,
    run,
  };
};

const meshGoal = (run: RunReport | undefined): Found | undefined => {
  const own = modeOf(run, "earl-mesh");
  const rival = modeOf(run, "per-message");
  const floor = modeOf(run, "floor");
  if (run === undefined || own === undefined || rival === undefined) return undefined;
  const ratio = (pick: (mode: ModeReport) => number | null): number =>
    (pick(own) ?? Number.NaN) / (pick(rival) ?? Number.NaN);
  const cpu = ratio(({ cpuUsPerRecord }) => cpuUsPerRecord);
  const floorCpu = (floor?.cpuUsPerRecord ?? Number.NaN) / (rival.cpuUsPerRecord ?? Number.NaN);
  const packets = ratio(({ packetsPerSecond }) => packetsPerSecond);
  const bytes = ratio(({ bytesPerRecord }) => bytesPerRecord);
  const lag = (own.oneWayMs.gesture?.p50 ?? Number.NaN) - (floor?.oneWayMs.gesture?.p50 ?? Number.NaN);
  return {
    reached: `CPU ${text(cpu)} (the floor: ${text(floorCpu)}), packets ${text(packets)}, bytes ${text(bytes)} of per-message; gestures p50 floor + ${text(lag)} ms`,
    isReached: cpu <= 1 / 5 && packets <= 1 / 6 && bytes <= 0.45 && lag <= 2,
    run,
  };
};

/** Memory may grow by this much from the second slice to the last, because garbage is collected late. */
const flatFactor = 1.1;

const fiftyGoal = (run: RunReport | undefined): Found | undefined => {
  const own = run?.modes.find(({ mode }) => mode.startsWith("earl-mesh"));
  if (run === undefined || own === undefined) return undefined;
  const isTrusted = run.contention.ok;
  const accounted = Object.values(own.accounted).reduce((sum, count) => sum + count, 0);
  const p99 = own.oneWayMs.gesture?.p99 ?? Number.NaN;
  const [, early] = run.rss;
  const last = run.rss.at(-1);
  const isFlat = early !== undefined && last !== undefined && last.mb <= early.mb * flatFactor;
  return {
    reached: `${own.delivered} of ${own.expected} delivered and ${accounted} accounted for at a window of ${own.windowMs} ms, gestures p99 ${text(p99)} ms, memory ${early?.mb ?? "?"} → ${last?.mb ?? "?"} MB`,
    isReached: own.delivered + accounted >= own.expected && p99 < 500 && isFlat && own.windowMs <= 500 && isTrusted,
    run,
  };
};

const setupGoal = (run: RunReport | undefined): Found | undefined =>
  run === undefined || run.setupSeconds === null
    ? undefined
    : { reached: `${text(run.setupSeconds)} s`, isReached: run.setupSeconds <= 20, run };

const microGoal = (micro: MicroReport | undefined): Found | undefined => {
  if (micro === undefined) return undefined;
  return {
    reached: micro.cases
      .map(
        ({ name, usPerRecord, bytesPerRecord }) => `${name} ${text(usPerRecord)} µs, ${Math.round(bytesPerRecord)} B`,
      )
      .join("; "),
    isReached: micro.cases.every(({ usPerRecord }) => usPerRecord <= 2),
  };
};

export const goalsOf = ({ byName, micro }: Reports): readonly GoalAnswer[] => {
  const answer = (goal: string, found: Found | undefined): GoalAnswer =>
    found === undefined
      ? { goal, reached: "–", verdict: "not run", isTrustworthy: true }
      : {
          goal,
          reached: found.reached,
          verdict: found.isReached ? "reached" : "not reached",
          isTrustworthy: found.run?.contention.ok ?? true,
        };
  return [
    answer("1. mux at 49 phones: mean processing delay ≤ 0.5 ms", processingGoal(at(byName.get("mux"), 49), 0.5)),
    answer("1. demux at 40 phones: mean processing delay ≤ 0.3 ms", processingGoal(at(byName.get("demux"), 40), 0.3)),
    answer(
      "2. forward at 25 phones: p50 ≤ floor × 1.15 + 1 ms, p99 ≤ 50 ms",
      forwardGoal(at(byName.get("forward"), 25)),
    ),
    answer(
      "3. mesh of ten pages: CPU ≤ 1/5, packets ≤ 1/6, bytes ≤ 0.45 of per-message; gestures p50 ≤ floor + 2 ms",
      meshGoal(at(byName.get("mesh-pages"), 10)),
    ),
    answer("3. the same, nine native phones and a page", meshGoal(at(byName.get("mesh-native"), 10))),
    answer(
      "4. fifty phones, ten minutes: all delivered or accounted for, gestures p99 < 500 ms, memory flat, window ≤ 500 ms, and trustworthy",
      fiftyGoal(at(byName.get("mesh-50"), 50)),
    ),
    answer("5. fifty phones join in ≤ 20 s", setupGoal(at(byName.get("mesh-50"), 50))),
    answer("6. codec, mux and demux: ≤ 2 µs of JavaScript a record", microGoal(micro)),
  ];
};

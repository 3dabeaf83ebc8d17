// The report of a run, as docs/bench.md describes it: plain data, the same for JSON, Markdown and plots. A figure that
// was not measured is null.
import { cpus, type as osType, release, totalmem } from "node:os";
import type { SliceResult } from "../members/slice.ts";
import { type Contention, worstOf } from "../meters/contention.ts";
import { summaryOf, type TallySnapshot, type TallySummary } from "../meters/tally.ts";
import type { BenchArguments, ModeRun } from "../options/arguments.ts";

export interface DelayFigures {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  readonly count: number;
}

export interface ProcessingFigures {
  readonly mean: number;
  readonly sd: number;
  readonly median: number;
  readonly p99: number;
}

export interface OneWayFigures {
  readonly gesture: DelayFigures | null;
  readonly sample: DelayFigures | null;
}

export interface ModeReport {
  readonly mode: string;
  readonly windowMs: number;
  readonly delivered: number;
  readonly expected: number;
  readonly accounted: Readonly<Record<string, number>>;
  readonly oneWayMs: OneWayFigures;
  /** Delays of what reached the gateways under test; null if all gateways are under test. */
  readonly oneWayMsUnderTest: OneWayFigures | null;
  readonly processingMs: ProcessingFigures | null;
  readonly workMs: ProcessingFigures | null;
  readonly cpuUsPerRecord: number | null;
  readonly cpuUsPerRecordAll: number | null;
  readonly cpuPercent: number | null;
  readonly idleCpuPercent: number | null;
  readonly packetsPerSecond: number | null;
  readonly bytesPerSecond: number | null;
  readonly bytesPerRecord: number | null;
  readonly burstsPerSecond: number;
  readonly messagesPerSecond: number;
  readonly peakRssMb: number | null;
  readonly contention: { readonly rd: number; readonly ok: boolean };
  /** In the scenario `join`: before, while newcomers came, and after. */
  readonly phases?: readonly { readonly name: string; readonly oneWayMs: OneWayFigures }[];
}

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMb: number;
  readonly os: string;
  readonly node: string;
  readonly chromium: string | null;
}

export interface RunReport {
  readonly scenario: string;
  readonly phones: number;
  readonly probes: number;
  readonly hz: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly seed: number;
  readonly distribution: string;
  readonly phase: string;
  readonly gesturesPerMinute: number;
  readonly service: string;
  readonly browsers: string;
  readonly figures: boolean;
  /** Since 1970, when it began. */
  readonly startedAt: string;
  readonly machine: Machine;
  /** Until every member was connected to every other. */
  readonly setupSeconds: number | null;
  readonly contention: Contention;
  /** The run was stopped before its end; the report has what was measured until then. */
  readonly isPartial: boolean;
  /** The mesh without load. */
  readonly idle: { readonly packetsPerSecond: number; readonly bytesPerSecond: number } | null;
  /** Resident memory of the processes under test, MB, at the end of each slice. */
  readonly rss: readonly { readonly atSeconds: number; readonly mb: number }[];
  readonly modes: readonly ModeReport[];
}

export interface RampReport {
  readonly scenario: string;
  readonly steps: readonly RunReport[];
  /**
   * From this step on the bench was the limit, not the product: neither this step nor a greater one can be trusted.
   * Null: the last step can be trusted.
   */
  readonly benchLimitAtPhones: number | null;
}

/** One slice as the run saw it. */
export interface MeasuredSlice {
  readonly mode: ModeRun | undefined;
  readonly phase: string | undefined;
  readonly results: readonly { readonly isUnderTest: boolean; readonly result: SliceResult }[];
  readonly seconds: number;
  /** Over `countedSeconds` in the middle of the slice. */
  readonly countedSeconds: number;
  readonly cpuMs: number | undefined;
  readonly cpuAllMs: number | undefined;
  readonly wire: { readonly packets: number; readonly bytes: number } | undefined;
  readonly peakRssMb: number | undefined;
  readonly rssMb: number | undefined;
  readonly atSeconds: number;
  readonly contention: Contention;
}

export interface ReportInput {
  readonly args: BenchArguments;
  readonly phones: number;
  readonly startedAt: Date;
  readonly chromium: string | undefined;
  readonly setupMs: number | undefined;
  readonly slices: readonly MeasuredSlice[];
  readonly isPartial: boolean;
}

export const reportOf = (input: ReportInput): RunReport => {
  const { args, phones, startedAt, chromium, setupMs, slices, isPartial } = input;
  const { load } = args;
  const idle = slices.filter(({ mode }) => mode === undefined);
  const loud = slices.filter(({ mode }) => mode !== undefined);
  const idleSeconds = sum(idle, ({ countedSeconds }) => countedSeconds);
  const perIdleSecond = (pick: (slice: MeasuredSlice) => number | undefined): number | null =>
    idleSeconds === 0 ? null : perSecond(idle, pick);
  const idlePackets = perIdleSecond(({ wire }) => wire?.packets);
  const idleBytes = perIdleSecond(({ wire }) => wire?.bytes);
  const idleCpu = { own: perIdleSecond(({ cpuMs }) => cpuMs), all: perIdleSecond(({ cpuAllMs }) => cpuAllMs) };
  return {
    scenario: args.scenario,
    phones,
    probes: args.probes,
    hz: load.hz,
    bytes: load.bytes,
    seconds: args.seconds,
    seed: load.seed,
    distribution: load.trace === undefined ? load.distribution : "trace",
    phase: load.phase,
    gesturesPerMinute: load.gesturesPerMinute,
    service:
      args.service.meanMs === 0 ? "none" : `${args.service.distribution}:${args.service.meanMs}:${args.service.by}`,
    browsers: args.browsers,
    figures: args.hasFigures,
    startedAt: startedAt.toISOString(),
    machine: machineOf(chromium),
    setupSeconds: setupMs === undefined ? null : rounded(setupMs / 1000),
    contention: roundedContention(worstOf(loud.map(({ contention }) => contention))),
    isPartial,
    idle:
      idlePackets === null || idleBytes === null
        ? null
        : { packetsPerSecond: rounded(idlePackets), bytesPerSecond: rounded(idleBytes) },
    rss: slices.flatMap(({ atSeconds, rssMb }) =>
      rssMb === undefined ? [] : { atSeconds: rounded(atSeconds), mb: rssMb },
    ),
    modes: args.modes.flatMap((mode) => {
      const own = loud.filter((slice) => slice.mode === mode);
      return own.length === 0 ? [] : modeReport(mode, own, idleCpu);
    }),
  };
};

const modeReport = (
  mode: ModeRun,
  slices: readonly MeasuredSlice[],
  idleCpu: { readonly own: number | null; readonly all: number | null },
): ModeReport => {
  const all = slices.flatMap(({ results }) => results.map(({ result }) => result));
  const underTest = slices.flatMap(({ results }) =>
    results.filter(({ isUnderTest }) => isUnderTest).map(({ result }) => result),
  );
  const seconds = sum(slices, (slice) => slice.seconds);
  const countedSeconds = sum(slices, (slice) => slice.countedSeconds);
  const delivered = sum(all, (result) => result.delivered);
  const deliveredUnderTest = sum(underTest, (result) => result.delivered);
  /** If nothing is delivered to the gateway under test, it passes records on. */
  const handled = deliveredUnderTest > 0 ? deliveredUnderTest : delivered;
  const cpuPercent = perSecondOrNull(slices, ({ cpuMs }) => cpuMs);
  const cpuAll = perSecondOrNull(slices, ({ cpuAllMs }) => cpuAllMs);
  const packets = perSecondOrNull(slices, ({ wire }) => wire?.packets);
  const bytes = perSecondOrNull(slices, ({ wire }) => wire?.bytes);
  const usPerRecord = (perSecondMs: number | null, idleMs: number | null, records: number): number | null =>
    perSecondMs === null || idleMs === null || records === 0
      ? null
      : rounded(((perSecondMs - idleMs) * 1000 * seconds) / records);
  const members = sum(underTest, (result) => result.members) / slices.length;
  const accounted = new Map<string, number>();
  for (const result of all) {
    for (const [cause, count] of Object.entries(result.accounted))
      accounted.set(cause, (accounted.get(cause) ?? 0) + count);
  }
  const phases = [...new Set(slices.flatMap(({ phase }) => phase ?? []))];
  return {
    mode: mode.label,
    windowMs: mode.windowMs,
    delivered,
    expected: sum(all, (result) => result.expected),
    accounted: Object.fromEntries(accounted),
    oneWayMs: oneWayOf(all),
    oneWayMsUnderTest: deliveredUnderTest > 0 && underTest.length < all.length ? oneWayOf(underTest) : null,
    processingMs: processingOf(underTest.map(({ processing }) => processing)),
    workMs: processingOf(underTest.map(({ work }) => work)),
    cpuUsPerRecord: usPerRecord(cpuPercent, idleCpu.own, handled),
    cpuUsPerRecordAll: usPerRecord(cpuAll, idleCpu.all, delivered),
    cpuPercent: cpuPercent === null ? null : rounded(cpuPercent / 10),
    idleCpuPercent: idleCpu.own === null ? null : rounded(idleCpu.own / 10),
    packetsPerSecond: packets === null ? null : rounded(packets),
    bytesPerSecond: bytes === null ? null : rounded(bytes),
    bytesPerRecord: bytes === null || delivered === 0 ? null : rounded((bytes * seconds) / delivered),
    burstsPerSecond: rounded(sum(underTest, ({ bursts }) => bursts) / Math.max(1, members) / seconds),
    messagesPerSecond: rounded(sum(underTest, ({ messages }) => messages) / Math.max(1, members) / seconds),
    peakRssMb: slices.at(-1)?.peakRssMb ?? null,
    contention: (({ rd, ok }) => ({ rd: rounded(rd), ok }))(worstOf(slices.map(({ contention }) => contention))),
    ...(phases.length > 0 && {
      phases: phases.map((name) => ({
        name,
        oneWayMs: oneWayOf(
          slices.filter(({ phase }) => phase === name).flatMap(({ results }) => results.map(({ result }) => result)),
        ),
      })),
    }),
  };

  function perSecondOrNull(
    of: readonly MeasuredSlice[],
    pick: (slice: MeasuredSlice) => number | undefined,
  ): number | null {
    return countedSeconds === 0 || of.some((slice) => pick(slice) === undefined) ? null : perSecond(of, pick);
  }
};

export const rampReportOf = (scenario: string, steps: readonly RunReport[]): RampReport => ({
  scenario,
  steps,
  benchLimitAtPhones: steps[steps.findLastIndex(({ contention }) => contention.ok) + 1]?.phones ?? null,
});

const sum = <T>(items: readonly T[], pick: (item: T) => number): number =>
  items.reduce((total, item) => total + pick(item), 0);

const perSecond = (slices: readonly MeasuredSlice[], pick: (slice: MeasuredSlice) => number | undefined): number =>
  sum(slices, (slice) => pick(slice) ?? 0) / sum(slices, ({ countedSeconds }) => countedSeconds);

/** Thousandths are finer than any of the figures is exact. */
export const rounded = (value: number): number => Math.round(value * 1000) / 1000;

const roundedContention = (contention: Contention): Contention => ({
  ...contention,
  rd: rounded(contention.rd),
  cpuRd: rounded(contention.cpuRd),
  timerRd: rounded(contention.timerRd),
  loopLagP99Ms: rounded(contention.loopLagP99Ms),
  lateSendP99Ms: rounded(contention.lateSendP99Ms),
});

const delayOf = (summary: TallySummary | undefined): DelayFigures | null =>
  summary === undefined
    ? null
    : {
        p50: rounded(summary.p50),
        p95: rounded(summary.p95),
        p99: rounded(summary.p99),
        max: rounded(summary.max),
        count: summary.count,
      };

const oneWayOf = (results: readonly SliceResult[]): OneWayFigures => ({
  gesture: delayOf(summaryOf(results.map(({ gesture }) => gesture))),
  sample: delayOf(summaryOf(results.map(({ sample }) => sample))),
});

const processingOf = (snapshots: readonly TallySnapshot[]): ProcessingFigures | null => {
  const summary = summaryOf(snapshots);
  return summary === undefined
    ? null
    : { mean: rounded(summary.mean), sd: rounded(summary.sd), median: rounded(summary.p50), p99: rounded(summary.p99) };
};

const machineOf = (chromium: string | undefined): Machine => ({
  cpu: cpus()[0]?.model ?? "unknown",
  cores: cpus().length,
  memoryMb: Math.round(totalmem() / 2 ** 20),
  os: `${osType()} ${release()}`,
  node: process.version,
  chromium: chromium ?? null,
});

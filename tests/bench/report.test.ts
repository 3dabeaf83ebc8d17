// From what was counted to the report, and from reports to charts and the document.
import { describe, expect, it } from "vitest";
import type { SliceResult } from "../../bench/members/slice.ts";
import { contentionOf } from "../../bench/meters/contention.ts";
import { emptyTally, Tally } from "../../bench/meters/tally.ts";
import { type BenchArguments, readArguments } from "../../bench/options/arguments.ts";
import { experiments } from "../../bench/report/experiments.ts";
import { goalsOf } from "../../bench/report/goals.ts";
import { markdownOf, textOf } from "../../bench/report/markdown.ts";
import { renderMeasurements } from "../../bench/report/measurements-page.ts";
import { plotOf, stepFor } from "../../bench/report/plot.ts";
import { durationOf } from "../../bench/report/progress.ts";
import { type MeasuredSlice, type RunReport, rampReportOf, reportOf } from "../../bench/report/report.ts";
import { windowPlotsOf } from "../../bench/report/window-sweep.ts";

const argsOf = (line: string): BenchArguments => {
  const args = readArguments(line.split(" "));
  if (args === undefined) throw new Error("help was not asked for");
  return args;
};

const tallyOf = (...durationsMs: readonly number[]) => {
  const tally = new Tally();
  for (const durationMs of durationsMs) tally.record(durationMs);
  return tally.snapshot();
};

const result = (change: Partial<SliceResult> = {}): SliceResult => ({
  expected: 1000,
  delivered: 1000,
  accounted: {},
  gesture: tallyOf(2, 4),
  sample: tallyOf(100, 200),
  processing: tallyOf(0.2, 0.4),
  work: tallyOf(0.1, 0.3),
  lateSends: emptyTally,
  loopLag: emptyTally,
  bursts: 40,
  messages: 400,
  members: 1,
  ...change,
});

const trusted = contentionOf({
  times: { cpuMs: 2, timerMs: 50 },
  readings: [{ cpuMs: 2.2, timerMs: 50 }],
  loopLag: undefined,
  lateSends: undefined,
});

const slice = (change: Partial<MeasuredSlice>): MeasuredSlice => ({
  mode: undefined,
  phase: undefined,
  results: [{ isUnderTest: true, result: result() }],
  seconds: 10,
  countedSeconds: 9,
  cpuMs: 90,
  cpuAllMs: 180,
  wire: { packets: 27, bytes: 2700 },
  peakRssMb: 120,
  rssMb: 100,
  atSeconds: 10,
  contention: trusted,
  ...change,
});

const run = (line: string, change: Partial<MeasuredSlice> = {}): RunReport => {
  const args = argsOf(line);
  const loud = args.modes.map((mode) =>
    slice({ mode, cpuMs: 990, cpuAllMs: 1980, wire: { packets: 900, bytes: 90_000 }, ...change }),
  );
  return reportOf({
    args,
    phones: args.phones[0] ?? 0,
    startedAt: new Date(0),
    chromium: "156.0",
    setupMs: 1234,
    slices: [slice({}), ...loud],
    isPartial: false,
  });
};

describe("a report", () => {
  it("should scale the system's counters to the slice, and take idle from the processor's", () => {
    expect(run("mesh --modes earl-mesh --seconds 10").modes).toMatchObject([
      {
        mode: "earl-mesh",
        delivered: 1000,
        expected: 1000,
        oneWayMs: { gesture: { p50: expect.closeTo(2, 2), max: 4 }, sample: { max: 200 } },
        processingMs: { mean: 0.3, sd: 0.1 },
        // 110 ms a second less 10 ms idle, over ten seconds, for a thousand records.
        cpuUsPerRecord: 1000,
        cpuUsPerRecordAll: 2000,
        cpuPercent: 11,
        idleCpuPercent: 1,
        packetsPerSecond: 100,
        bytesPerSecond: 10_000,
        bytesPerRecord: 100,
        burstsPerSecond: 4,
        messagesPerSecond: 40,
        peakRssMb: 120,
      },
    ]);
  });

  it("should have null, not zero, for what was not measured", () => {
    const nothing = result({ gesture: emptyTally, processing: emptyTally });
    const silent = { cpuMs: undefined, cpuAllMs: undefined, wire: undefined, peakRssMb: undefined };
    const report = run("mesh --modes floor", { ...silent, results: [{ isUnderTest: true, result: nothing }] });
    expect(report.modes[0]).toMatchObject({
      oneWayMs: { gesture: null },
      processingMs: null,
      cpuUsPerRecord: null,
      packetsPerSecond: null,
      bytesPerRecord: null,
      peakRssMb: null,
    });
    expect(JSON.stringify(report)).not.toContain("NaN");
  });

  it("should separate what reached the gateways under test", () => {
    const page = result({ delivered: 100, expected: 200, gesture: tallyOf(9) });
    const results = [
      { isUnderTest: true, result: page },
      { isUnderTest: false, result: result() },
    ];
    const [mode] = run("mesh --modes earl-mesh", { results }).modes;
    expect(mode).toMatchObject({ delivered: 1100, expected: 1200, oneWayMsUnderTest: { gesture: { max: 9 } } });
    expect(mode?.cpuUsPerRecord).toBe(10_000);
  });

  it("should leave out modes that were not reached, and be valid without any", () => {
    const args = argsOf("mesh");
    const stopped = reportOf({
      args,
      phones: 10,
      startedAt: new Date(0),
      chromium: undefined,
      setupMs: undefined,
      slices: [],
      isPartial: true,
    });
    expect(stopped).toMatchObject({
      modes: [],
      isPartial: true,
      setupSeconds: null,
      idle: null,
      contention: { ok: false },
    });
    expect(textOf(stopped)).toContain("stopped before its end");
    expect(plotOf(stopped)).toMatch(/^<svg/);
  });

  it("should say at which step of a ramp the bench was the limit", () => {
    const doubtful = { contention: { ...trusted, ok: false, causes: ["cpuRd 2.00 > 0.5"] } };
    const steps = [run("mux --phones 5"), run("mux --phones 10", doubtful), run("mux --phones 15", doubtful)];
    const ramp = rampReportOf("mux", steps);
    expect(ramp.benchLimitAtPhones).toBe(10);
    expect(markdownOf(ramp)).toContain("from 10 phones on the bench, not the product, is the limit");
    expect(markdownOf(ramp)).toContain("not trustworthy: cpuRd 2.00 > 0.5");
    expect(rampReportOf("mux", steps.slice(0, 1)).benchLimitAtPhones).toBeNull();
    expect(rampReportOf("mux", [...steps, run("mux --phones 20")]).benchLimitAtPhones).toBeNull();
  });

  it("should be a table whose rows have as many cells as its header", () => {
    const lines = markdownOf(run("mesh"))
      .split("\n")
      .filter((line) => line.startsWith("|"));
    expect(lines).toHaveLength(2 + 4);
    expect(new Set(lines.map((line) => line.split("|").length)).size).toBe(1);
  });
});

describe("a chart", () => {
  it("should be well-formed, with a title and the values in words", () => {
    const chart = plotOf(run("mesh"));
    expect(chart).toContain("<title>mesh, 10 phones: one-way delay of gestures</title>");
    expect(chart).toContain("earl-mesh: 2.00, 4.00, 4.00");
    expect(chart).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("should draw a ramp and a sweep as lines", () => {
    const ramp = plotOf(rampReportOf("mux", [run("mux --phones 5"), run("mux --phones 10")]));
    expect(ramp.match(/<polyline/g)).toHaveLength(4);
    const sweep = Object.values(windowPlotsOf(run("mesh --modes earl-mesh@50,earl-mesh@500")));
    expect(sweep).toHaveLength(3);
    for (const chart of sweep) expect(chart).toMatch(/<polyline points="\d[^"]+ \d[^"]+"/);
  });

  it.each([
    [1, 0.2],
    [9, 2],
    [26, 10],
    [0.04, 0.01],
  ])("should step to %d by %d", (most, step) => {
    expect(stepFor(most)).toBeCloseTo(step, 9);
  });
});

describe("the document of measurements", () => {
  const thesis = {
    source: "the thesis",
    setup: "phones",
    tables: { "3.7": { title: "multiplexing", rows: [{ peers: 49, mean: 7.76, meanSd: 5.71, median: 5.92 }] } },
  };
  const measuredBy = (reports: Readonly<Record<string, RunReport>>) =>
    experiments.map((experiment) => ({ experiment, report: reports[experiment.name] }));

  it("should say of everything that was not run that it was not", () => {
    const page = renderMeasurements({ measured: measuredBy({}), thesis, micro: undefined });
    expect(page.match(/^Not run\.$/gm)).toHaveLength(experiments.length + 1); // The microbenchmark.
    expect(page.match(/not run/g)).toHaveLength(8);
    for (const { command } of experiments) expect(page).toContain(command);
  });

  it("should put ours beside the thesis's", () => {
    const page = renderMeasurements({
      measured: measuredBy({ mux: run("mux --phones 49") }),
      thesis,
      micro: undefined,
    });
    expect(page).toContain(
      "| 49 | 7.76 ± 5.71 (5.92) | 0.30 ± 0.10 (0.20) | 0.30 ± 0.10 (0.20) | 0.30 ± 0.10 (0.20) |",
    );
  });

  it("should only name commands that the bench takes", () => {
    for (const { command } of experiments) expect(() => readArguments(command.split(" "))).not.toThrow();
  });

  it("should judge each goal by its run, and say when that is not to be trusted", () => {
    const answersOf = (...named: readonly (readonly [string, RunReport])[]) =>
      goalsOf({ byName: new Map(named), micro: undefined }).filter(({ verdict }) => verdict !== "not run");
    expect(answersOf(["mux", run("mux --phones 49")])).toMatchObject([{ verdict: "reached", isTrustworthy: true }]);
    const slow = { results: [{ isUnderTest: true, result: result({ processing: tallyOf(0.6) }) }] };
    expect(answersOf(["mux", run("mux --phones 49", slow)])).toMatchObject([{ verdict: "not reached" }]);
    const doubtful = { contention: { ...trusted, ok: false } };
    expect(answersOf(["mux", run("mux --phones 49", doubtful)])).toMatchObject([{ isTrustworthy: false }]);
    // One mode as dear as the other is no fifth.
    expect(answersOf(["mesh-pages", run("mesh")])).toMatchObject([{ verdict: "not reached" }]);
  });
});

it("should say in words how much time is left", () => {
  expect([durationOf(0.2), durationOf(59), durationOf(61), durationOf(3600)]).toEqual([
    "1 s",
    "59 s",
    "1 min 1 s",
    "60 min 0 s",
  ]);
});

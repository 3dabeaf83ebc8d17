// Every scenario once, small and short: the report has its shape and everything arrives. How fast is not asked here.
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ModeReport, RampReport, RunReport } from "../../bench/report/report.ts";
import { type FinishedBench, runBench } from "../support/bench-process.ts";

/** A busy machine may be late by more than what is usual; nobody waits for what has arrived. */
const short = ["--seconds", "0.5", "--slice", "0.5", "--grace", "20000", "--workers", "1"];

const reportOf = <T = RunReport>({ stdout, stderr, exitCode }: FinishedBench, code = 0): T => {
  expect(exitCode, stderr).toBe(code);
  return JSON.parse(stdout) as T;
};

const figures = { p50: expect.any(Number), p95: expect.any(Number), p99: expect.any(Number), max: expect.any(Number) };
const numberOrNull = expect.toSatisfy((value: unknown) => value === null || typeof value === "number");

const expectShape = (report: RunReport): void => {
  expect(report).toMatchObject({
    phones: expect.any(Number),
    probes: expect.any(Number),
    hz: expect.any(Number),
    seconds: expect.any(Number),
    seed: 1,
    machine: { cores: expect.any(Number), node: process.version },
    contention: { rd: expect.any(Number), ok: expect.any(Boolean) },
  });
  for (const mode of report.modes) expectModeShape(mode);
};

const expectModeShape = (mode: ModeReport): void => {
  expect(mode).toMatchObject({
    mode: expect.any(String),
    cpuUsPerRecord: numberOrNull,
    idleCpuPercent: numberOrNull,
    packetsPerSecond: numberOrNull,
    bytesPerRecord: numberOrNull,
    burstsPerSecond: expect.any(Number),
    peakRssMb: numberOrNull,
  });
  const { gesture, sample } = mode.oneWayMs;
  for (const delay of [gesture, sample]) if (delay !== null) expect(delay).toMatchObject(figures);
  expect(gesture ?? sample).not.toBeNull();
  if (mode.processingMs !== null) {
    expect(mode.processingMs).toMatchObject({
      mean: expect.any(Number),
      sd: expect.any(Number),
      median: expect.any(Number),
      p99: expect.any(Number),
    });
  }
};

const expectAllDelivered = ({ modes }: RunReport): void => {
  for (const { mode, delivered, expected, accounted } of modes) {
    const accountedFor = Object.values(accounted).reduce((sum, count) => sum + count, 0);
    expect.soft({ mode, accountedFor: delivered + accountedFor }).toEqual({ mode, accountedFor: expected });
    expect(delivered).toBeGreaterThan(0);
  }
};

describe("the bench", () => {
  it.each([
    {
      scenario: "mesh",
      options: ["--phones", "3", "--probes", "2"],
      modes: ["floor", "per-message", "thesis", "earl-mesh"],
    },
    { scenario: "mux", options: ["--phones", "3"], modes: ["floor", "per-message", "earl-mesh"] },
    { scenario: "demux", options: ["--phones", "2"], modes: ["floor", "thesis", "earl-mesh"] },
    { scenario: "forward", options: ["--phones", "2"], modes: ["per-message", "earl-mesh"] },
    { scenario: "both", options: ["--phones", "2"], modes: ["thesis", "earl-mesh"] },
    { scenario: "join", options: ["--phones", "2", "--browsers", "none"], modes: ["earl-mesh"] },
    { scenario: "soak", options: ["--phones", "2", "--browsers", "none"], modes: ["earl-mesh"] },
  ])("should run $scenario to its end, deliver everything and report it", async ({ scenario, options, modes }) => {
    const report = reportOf(await runBench([scenario, ...options, "--modes", modes.join(","), ...short, "--json"]));
    expect(report).toMatchObject({ scenario, isPartial: false });
    expect(report.modes.map(({ mode }) => mode)).toEqual(modes);
    expectShape(report);
    expectAllDelivered(report);
  });

  it("should leave a valid report of what it has measured when it is stopped", async () => {
    const line = ["mesh", "--phones", "2", "--modes", "earl-mesh,floor", "--seconds", "60", "--slice", "1", "--json"];
    const stopped = await runBench(line, (stderr) => /^floor, /m.test(stderr));
    const report = reportOf(stopped, 130);
    expect(report.isPartial).toBe(true);
    expect(report.modes.map(({ mode }) => mode)).toEqual(["earl-mesh"]);
    for (const mode of report.modes) expectModeShape(mode);
  });

  it("should leave a valid report, too, when it is stopped before anything was measured", async () => {
    const stopped = await runBench(["mesh", "--phones", "2", "--browsers", "none", "--json"], (stderr) =>
      stderr.includes("starting"),
    );
    expect(reportOf(stopped, 130)).toMatchObject({ isPartial: true, modes: [] });
  });

  it("should run a ramp, and draw it", async () => {
    const plot = join(tmpdir(), `earl-bench-${process.pid}.svg`);
    onTestFinished(() => rmSync(plot, { force: true }));
    const line = ["floor", "--ramp", "2..3..1", "--browsers", "none", ...short, "--json", "--plot", plot];
    const report = reportOf<RampReport>(await runBench(line));
    expect(report.steps.map(({ phones }) => phones)).toEqual([2, 3]);
    for (const step of report.steps) expectAllDelivered(step);
    expect(readFileSync(plot, "utf8")).toMatch(/^<svg [\s\S]*<polyline[\s\S]*<\/svg>\n$/);
  });

  it.each([["mesh", "--phones", "none"], ["party"], ["mesh", "--ramp", "9..3..1"]])(
    "should refuse %s %s with one line and an exit code",
    async (...args) => {
      const { exitCode, stdout, stderr } = await runBench(args);
      expect(exitCode).toBe(2);
      expect(stdout).toBe("");
      expect(stderr).toMatch(/^bench: [^\n]+\n$/);
    },
  );
});

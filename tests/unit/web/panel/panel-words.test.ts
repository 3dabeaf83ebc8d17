import { describe, expect, it } from "vitest";
import type { BatteryForecast } from "../../../../gateway/power/battery-figures.ts";
import type { PageFigures } from "../../../../gateway/statistics/statistics-types.ts";
import { FigureHistory, firstIntervalMs, maxPoints } from "../../../../web/figures/figure-history.ts";
import { batteryLines, delayLines } from "../../../../web/panel/panel-lines.ts";
import {
  batterySentence,
  boundFigure,
  buzzesTexts,
  clockJumpText,
  delaySentence,
  figure,
  noFigure,
  peersAlternative,
  powerText,
} from "../../../../web/panel/panel-words.ts";
import { timeTicks } from "../../../../web/panel/time-axis.ts";
import { allFigures } from "../../../support/made-up-figures.ts";

const hourMs = 3_600_000;

const page: PageFigures = {
  eventLoopLagP50Ms: undefined,
  eventLoopLagP99Ms: undefined,
  busyPercent: undefined,
  cpuPressure: undefined,
  batteryPercent: 87,
  isCharging: false,
};

const snapshotAt = (atMs: number) => ({ atMs, elapsedMs: atMs, peers: [], all: allFigures(), probes: [], bands: [] });

const draining: BatteryForecast = {
  kind: "draining",
  levelPercent: 50,
  drainPercentPerHour: { value: 10, plusMinus: 1.11 },
  powerW: undefined,
  timeLeftMs: 5 * hourMs,
  leastTimeLeftMs: 4 * hourMs,
  mostTimeLeftMs: undefined,
  shiftLeftMs: 4.5 * hourMs,
  lastsShift: "uncertain",
};

describe("figures in words", () => {
  it("should say that there is none in place of a number", () => {
    expect(figure(undefined)).toBe(noFigure);
    expect(delaySentence(undefined)).toMatch(/^Nothing measured/);
  });

  it("should round a bound up, so that it stays one", () => {
    expect([1.01, 3.2, 9.99, 42.1].map((boundMs) => boundFigure(boundMs))).toEqual(["1.1", "3.2", "10.0", "43"]);
  });

  it("should cover with a bound what rounding took from the figures beside it", () => {
    const within = (value: number, boundMs: number) => `${figure(value)} ± ${boundFigure(boundMs, value)}`;
    expect(within(84.49, 2.95)).toBe("84 ± 3.5");
    expect(within(84.65, 2.5)).toBe("85 ± 2.9");
    expect(within(4.26, 0.31)).toBe("4.3 ± 0.4");
    expect(within(4.25, 42)).toMatch(/^4\.[23] ± 43$/);
    const summary = { count: 9, p50Ms: 12, p95Ms: 20.4, p99Ms: 84.49, maxMs: 90, boundMs: 2.95 };
    expect(delaySentence(summary)).toMatch(/half within 12 ms, 95 % within 20, 99 % within 84; each ± 3\.5 ms\.$/);
  });

  it("should say by how much the clock jumped while it recorded, and nothing where it did not", () => {
    expect(clockJumpText(0)).toBeUndefined();
    expect(clockJumpText(300)).toMatch(/^The clock jumped forward by 0\.3 s /);
    expect(clockJumpText(42_000)).toMatch(/ by 42 s /);
    expect(clockJumpText(9 * hourMs)).toMatch(/ by 9 h 0 min .* slept, or its clock was set/);
  });

  it("should say what became of the buzzes on a band, and nothing of what did not happen", () => {
    expect(buzzesTexts({})).toEqual(["0 written", undefined]);
    expect(buzzesTexts({ written: 12, expired: 0, "rate-limited": 2, muted: 1 })).toEqual([
      "12 written",
      "2 rate limited, 1 muted",
    ]);
  });

  it("should show power with its error, and only if the capacity is known", () => {
    expect(powerText(draining)).toBe(noFigure);
    expect(powerText({ ...draining, powerW: { value: 1.52, plusMinus: 0.19 } })).toBe("1.5 ± 0.3 W");
  });

  it("should say each peer's p99 with its bound for people who cannot see the bars", () => {
    const bars = [
      { name: "Mira", endsMs: [4, 9, 48.2], boundMs: 2.31 },
      { name: "Ines", endsMs: undefined, boundMs: undefined },
    ] as const;
    expect(peersAlternative(bars)).toBe("99 % within: Mira 48 ± 2.6, Ines not measured.");
    expect(peersAlternative([])).toBe("");
  });

  it("should say why the battery is not known, and whether it lasts where it is", () => {
    expect(batterySentence({ kind: "unknown", why: "no API" }, draining)).toBe("Not available here: no API.");
    const known = { kind: "known", percent: 50, isCharging: false } as const;
    expect(batterySentence(known, { kind: "unknown", reason: "too-early" })).toMatch(/two steps/);
    expect(batterySentence(known, draining)).toBe(
      "50 %. Drains 10 ± 1.2 % an hour. About 5 h 0 min left, at least 4 h 0 min. Whether it lasts the shift is not known yet, of which 4 h 30 min are left.",
    );
  });
});

describe("figure history", () => {
  it("should cover a whole day in a bounded number of points, as evenly as before", () => {
    const history = new FigureHistory();
    for (let atMs = 0; atMs < 24 * hourMs; atMs += firstIntervalMs) {
      if (history.isDue(atMs)) history.add(snapshotAt(atMs), page);
      expect(history.points.length).toBeLessThan(maxPoints);
    }
    const times = history.points.map(({ atMs }) => atMs);
    expect(times[0]).toBe(0);
    expect(times.length).toBeGreaterThan(maxPoints / 3);
    const steps = new Set(times.slice(1).map((atMs, i) => atMs - (times[i] ?? 0)));
    expect(steps.size).toBe(1);
    expect(Math.max(...steps)).toBeLessThan(history.gapMs);
  });
});

describe("lines of the charts", () => {
  const history = new FigureHistory();
  for (const atMs of [0, 5_000, 10_000, 100_000]) history.add(snapshotAt(atMs), page);
  const view = { points: history.points, gapMs: history.gapMs, wallOffsetMs: 0 };

  it("should not bridge a time of which nothing is known", () => {
    const level = batteryLines(view, { kind: "unknown", reason: "too-early" }).lines[0]?.points ?? [];
    expect(level.map(({ value }) => value)).toEqual([87, 87, 87, undefined, 87]);
  });

  it("should never contain a value that is no number", () => {
    const values = [...delayLines(view).lines, ...batteryLines(view, draining).lines].flatMap(({ points }) =>
      points.flatMap(({ value }) => (value === undefined ? [] : [value])),
    );
    expect(values.every(Number.isFinite)).toBe(true);
  });

  it("should let the forecast fall to nothing and stay there, and go on to the end of the shift", () => {
    const { lines, toMs } = batteryLines(view, draining);
    const worst = lines.find(({ label }) => label === "at the worst")?.points.map(({ value }) => value);
    expect(worst).toEqual([50, 0, 0]);
    const best = lines.find(({ label }) => label === "at the best")?.points.map(({ value }) => value);
    expect(best).toEqual([50, 50]);
    expect(toMs).toBe(100_000 + draining.shiftLeftMs);
  });

  it("should mark whole steps of the wall clock, and few of them", () => {
    const wallOffsetMs = new Date(2026, 4, 4, 6, 7).getTime();
    const ticks = timeTicks(0, 8 * hourMs, wallOffsetMs, 5);
    expect(ticks.length).toBeLessThanOrEqual(6);
    for (const atMs of ticks) expect(new Date(atMs + wallOffsetMs).getMinutes()).toBe(0);
    expect(timeTicks(0, 400 * hourMs, wallOffsetMs, 5).length).toBeLessThanOrEqual(6);
  });
});

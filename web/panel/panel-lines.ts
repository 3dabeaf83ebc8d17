// From the figures' history to the lines of the charts. Pure.
import type { BatteryForecast } from "../../gateway/power/battery-figures.ts";
import type { HistoryPoint, HistoryView } from "./panel-model.ts";
import type { TimeChartData, TimeLine, TimePoint } from "./time-chart.ts";

/** What an axis of time spans at least, so that the first points do not fill a screen. */
const leastSpanMs = 10 * 60_000;

type Read = (point: HistoryPoint) => number | undefined;

/** With a point of nothing wherever points are missing, so that no line bridges what nobody knows. */
const pointsOf = ({ points, gapMs }: HistoryView, read: Read): readonly TimePoint[] =>
  points.flatMap((point, i) => {
    const before = points[i - 1];
    const here = { atMs: point.atMs, value: read(point) };
    return before !== undefined && point.atMs - before.atMs > gapMs
      ? [{ atMs: before.atMs, value: undefined }, here]
      : [here];
  });

const overTime = (history: HistoryView, unit: string, leastTop: number, lines: readonly TimeLine[]): TimeChartData => {
  const toMs = history.points.at(-1)?.atMs ?? 0;
  const firstMs = history.points[0]?.atMs ?? toMs;
  const fromMs = Math.min(firstMs, toMs - leastSpanMs);
  return { lines, unit, fromMs, toMs, leastTop, wallOffsetMs: history.wallOffsetMs };
};

const withBound =
  (sign: 1 | -1): Read =>
  ({ oneWayP50Ms, oneWayBoundMs }) =>
    oneWayP50Ms === undefined || oneWayBoundMs === undefined
      ? undefined
      : Math.max(0, oneWayP50Ms + sign * oneWayBoundMs);

export const delayLines = (history: HistoryView): TimeChartData =>
  overTime(history, "ms", 20, [
    { label: "p50", look: "bold", points: pointsOf(history, (point) => point.oneWayP50Ms) },
    { label: "p95", look: "plain", points: pointsOf(history, (point) => point.oneWayP95Ms) },
    { label: "p99", look: "dashed", points: pointsOf(history, (point) => point.oneWayP99Ms) },
    { label: "least", look: "edge", points: pointsOf(history, withBound(-1)) },
    { label: "most", look: "band", points: pointsOf(history, withBound(1)) },
  ]);

export const throughputLines = (history: HistoryView): TimeChartData =>
  overTime(history, "/s", 5, [
    { label: "in", look: "bold", points: pointsOf(history, (point) => point.recordsInPerSecond) },
    { label: "out", look: "dashed", points: pointsOf(history, (point) => point.recordsOutPerSecond) },
  ]);

export const busyLines = (history: HistoryView): TimeChartData =>
  overTime(history, "%", 5, [
    { label: "gateway", look: "bold", points: pointsOf(history, ({ page }) => page.busyPercent) },
  ]);

export const lagLines = (history: HistoryView): TimeChartData =>
  overTime(history, "ms", 20, [
    { label: "p50", look: "bold", points: pointsOf(history, ({ page }) => page.eventLoopLagP50Ms) },
    { label: "p99", look: "dashed", points: pointsOf(history, ({ page }) => page.eventLoopLagP99Ms) },
  ]);

/** The level so far, and where it goes until the shift ends: as forecast, at the worst and at the best. */
export const batteryLines = (history: HistoryView, forecast: BatteryForecast): TimeChartData => {
  const level: TimeLine = {
    label: "level",
    look: "bold",
    points: pointsOf(history, ({ page }) => page.batteryPercent),
  };
  const past = overTime(history, "%", 100, [level]);
  if (forecast.kind === "unknown") return past;
  const { levelPercent, timeLeftMs, leastTimeLeftMs, mostTimeLeftMs, shiftLeftMs } = forecast;
  const nowMs = past.toMs;
  const falling = (emptyInMs: number): readonly TimePoint[] => {
    const endsInMs = Math.min(emptyInMs, shiftLeftMs);
    const leftPercent = levelPercent * (1 - endsInMs / emptyInMs);
    return [
      { atMs: nowMs, value: levelPercent },
      { atMs: nowMs + endsInMs, value: leftPercent },
      ...(endsInMs < shiftLeftMs ? [{ atMs: nowMs + shiftLeftMs, value: 0 }] : []),
    ];
  };
  return {
    ...past,
    toMs: nowMs + shiftLeftMs,
    lines: [
      level,
      { label: "forecast", look: "dashed", points: falling(Math.max(1, timeLeftMs)) },
      { label: "at the worst", look: "edge", points: falling(Math.max(1, leastTimeLeftMs)) },
      { label: "at the best", look: "band", points: falling(mostTimeLeftMs ?? Number.POSITIVE_INFINITY) },
    ],
  };
};

// The figures in sentences: what stands beside each chart, for people who cannot see it or only glance at it. Pure.
import type { BatteryForecast, Uncertain } from "../../gateway/power/battery-figures.ts";
import type { LatencyTestResult } from "../../gateway/statistics/latency-test.ts";
import type {
  ClockedDelaySummary,
  DelayClass,
  PageFigures,
  PeerFigures,
  ProbeFigures,
  StatisticsSnapshot,
} from "../../gateway/statistics/statistics-types.ts";
import { durationText } from "../../gateway/statistics/verdict.ts";
import type { BatteryState } from "../platform/battery.ts";
import { nameText, roundedUp } from "../ui/words.ts";
import type { PeerBar, PressureReading, RecordingProblem } from "./panel-model.ts";

/** What stands where a figure would be that does not exist. */
export const noFigure = "–";

export type Span = "lastMinute" | "sinceStart";

export const spanTexts: Readonly<Record<Span, string>> = { lastMinute: "last minute", sinceStart: "since start" };

export const classTexts: Readonly<Record<DelayClass, string>> = {
  prompt: "all that leaves at once",
  urgent: "gestures and buttons",
  command: "commands",
  sample: "samples",
  status: "status",
  ping: "pings",
};

export const delayClasses = Object.keys(classTexts) as readonly DelayClass[];

/** Three digits that say something: 4.2, 42, 420. */
export const figure = (value: number | undefined): string =>
  value === undefined ? noFigure : value.toFixed(value < 10 ? 1 : 0);

/**
 * A bound is rounded up, and covers what `figure` took from each of the values that it stands beside, so that it stays
 * one.
 */
export const boundFigure = (bound: number, ...values: readonly number[]): string => {
  const taken = Math.max(0, ...values.map((value) => Math.abs(value - Number(figure(value)))));
  const decimals = bound + taken < 10 ? 1 : 0;
  return roundedUp(bound + taken, decimals).toFixed(decimals);
};

/** "84 ± 3.5" */
export const withBound = (value: number, bound: number): string => `${figure(value)} ± ${boundFigure(bound, value)}`;

export const bytesText = (bytes: number): string => {
  if (bytes < 1000) return `${Math.round(bytes)} B`;
  return bytes < 1_000_000 ? `${figure(bytes / 1000)} kB` : `${figure(bytes / 1_000_000)} MB`;
};

export const delaySentence = (delay: ClockedDelaySummary | undefined): string => {
  if (delay === undefined) return "Nothing measured: nobody else is here, or the clocks have not been compared yet.";
  const told = [delay.p50Ms, delay.p95Ms, delay.p99Ms];
  const [p50, p95, p99] = told.map(figure);
  return `Over the last minute: half within ${p50} ms, 95 % within ${p95}, 99 % within ${p99}; each ± ${boundFigure(delay.boundMs, ...told)} ms.`;
};

export const peersSentence = (peers: readonly PeerFigures[], span: Span): string => {
  const measured = peers.flatMap(({ name, oneWay }) => {
    const delay = oneWay.prompt[span];
    return delay === undefined ? [] : [{ name, delay }];
  });
  const slowest = measured.sort((a, b) => b.delay.p99Ms - a.delay.p99Ms)[0];
  if (slowest === undefined) return "Nobody has been measured yet.";
  const { name, delay } = slowest;
  return `${measured.length} of ${peers.length} measured, ${spanTexts[span]}. Slowest: ${nameText(name)}, 99 % within ${withBound(delay.p99Ms, delay.boundMs)} ms.`;
};

/** What the bars show, for people who cannot see them. */
export const peersAlternative = (bars: readonly PeerBar[]): string => {
  const texts = bars.map(({ name, endsMs, boundMs }) =>
    endsMs === undefined || boundMs === undefined ? `${name} not measured` : `${name} ${withBound(endsMs[2], boundMs)}`,
  );
  return bars.length === 0 ? "" : `99 % within: ${texts.join(", ")}.`;
};

/**
 * What became of buzzes on a band of mine: how many were written, and what kept the others from it; undefined where
 * nothing did.
 */
export const buzzesTexts = ({
  written = 0,
  ...others
}: ProbeFigures["buzzes"]): readonly [string, string | undefined] => {
  const kept = Object.entries(others).filter(([, count]) => count > 0);
  const why = kept.map(([outcome, count]) => `${count} ${outcome.replaceAll("-", " ")}`).join(", ");
  return [`${written} written`, why === "" ? undefined : why];
};

export const throughputSentence = ({ all: { rates } }: StatisticsSnapshot): string =>
  `${figure(rates.recordsInPerSecond)} records a second in, ${figure(rates.recordsOutPerSecond)} out; ` +
  `${bytesText(rates.bytesInPerSecond)} a second in, ${bytesText(rates.bytesOutPerSecond)} out.`;

export const busySentence = ({ busyPercent }: PageFigures, pressure: PressureReading): string => {
  const share =
    busyPercent === undefined
      ? "The gateway's share of the last minute is not known."
      : `The gateway's own work took ${figure(busyPercent)} % of one core.`;
  return pressure.kind === "known"
    ? `${share} Processor, by the system: ${pressure.state}.`
    : `${share} The processor's load is not available here: ${pressure.why}.`;
};

export const lagSentence = ({ eventLoopLagP50Ms, eventLoopLagP99Ms }: PageFigures): string =>
  eventLoopLagP99Ms === undefined
    ? "Nothing measured in the last minute: it is measured while the page is in front."
    : `The page's tasks begin ${figure(eventLoopLagP50Ms)} ms late at the median, ${figure(eventLoopLagP99Ms)} ms at p99.`;

const plusMinus = ({ value, plusMinus: error }: Uncertain): string => withBound(value, error);

const lastsTexts = {
  yes: "It lasts the shift",
  no: "It does not last the shift",
  uncertain: "Whether it lasts the shift is not known yet",
} as const;

const unknownForecastTexts = {
  "no-reading": "No reading yet.",
  charging: "Charging: a forecast begins when it is unplugged.",
  "too-early": "A forecast needs the level to fall by two steps of 1 %.",
} as const;

/** For a cell of a table. */
export const lastsWords = (forecast: BatteryForecast): string =>
  forecast.kind === "draining" ? { yes: "yes", no: "no", uncertain: "not sure" }[forecast.lastsShift] : noFigure;

export const unknownForecastWords = {
  "no-reading": "not known",
  charging: "charging",
  "too-early": "too early",
} as const;

export const drainText = (forecast: BatteryForecast): string =>
  forecast.kind === "draining" ? plusMinus(forecast.drainPercentPerHour) : noFigure;

export const powerText = (forecast: BatteryForecast): string =>
  forecast.kind === "draining" && forecast.powerW !== undefined ? `${plusMinus(forecast.powerW)} W` : noFigure;

/** "5 h 10 min"; why there is no forecast where there is none. */
export const timeLeftText = (forecast: BatteryForecast): string =>
  forecast.kind === "unknown" ? unknownForecastWords[forecast.reason] : durationText(forecast.timeLeftMs);

/** "4 h 40 min to 6 h 2 min"; undefined where there is no forecast. */
export const timeLeftRangeText = (forecast: BatteryForecast): string | undefined => {
  if (forecast.kind === "unknown") return undefined;
  const { leastTimeLeftMs, mostTimeLeftMs } = forecast;
  return mostTimeLeftMs === undefined
    ? `at least ${durationText(leastTimeLeftMs)}`
    : `${durationText(leastTimeLeftMs)} to ${durationText(mostTimeLeftMs)}`;
};

export const batterySentence = (reading: BatteryState, forecast: BatteryForecast): string => {
  if (reading.kind === "unknown") return `Not available here: ${reading.why}.`;
  const level = `${reading.percent} %.`;
  if (forecast.kind === "unknown") return `${level} ${unknownForecastTexts[forecast.reason]}`;
  const { drainPercentPerHour, powerW, timeLeftMs, leastTimeLeftMs, shiftLeftMs, lastsShift } = forecast;
  const power = powerW === undefined ? "" : `, about ${plusMinus(powerW)} W`;
  return (
    `${level} Drains ${plusMinus(drainPercentPerHour)} % an hour${power}. About ${durationText(timeLeftMs)} left, at least ` +
    `${durationText(leastTimeLeftMs)}. ${lastsTexts[lastsShift]}, of which ${durationText(shiftLeftMs)} are left.`
  );
};

export const recordingProblemTexts: Readonly<Record<RecordingProblem, string>> = {
  "storage-unavailable":
    "This browser keeps nothing for this page: export the recording before you close or reload it.",
  "too-many-tabs":
    "This page is open in too many tabs, so this one keeps nothing: export the recording before you close or reload it.",
  "storage-full":
    "The browser has no more room: what was recorded is kept, the rest is in memory only. Export it before you close the page.",
  "storage-lost":
    "The browser keeps no more of this recording: what comes now is in memory only. Export the recording before you close or reload the page.",
  "memory-full":
    "Stopped: the browser keeps no more, and memory for it is used up. Export the recording before you close or reload the page.",
  "too-long": "Stopped: a recording is as long as it may be. Export it, and start another.",
  "storage-evicted":
    "The browser has deleted what was recorded until then, perhaps because this device is short of room. What came since is kept: the exported file says which part is missing.",
  "part-missing":
    "A part of the recording is missing: the browser did not give it back. The exported file has the rest, and says which part.",
};

const minuteMs = 60_000;

/** A sleep and a clock that was set look alike to a page. Undefined: nothing to say. */
export const clockJumpText = (jumpedMs: number): string | undefined => {
  if (jumpedMs === 0) return undefined;
  const jumped = jumpedMs < minuteMs ? `${figure(jumpedMs / 1000)} s` : durationText(jumpedMs);
  return `The clock jumped forward by ${jumped} in all, which does not count here: the device slept, or its clock was set. The exported file says where.`;
};

export const latencySentence = ({ pingsSent, pongsReceived, roundTrip }: LatencyTestResult): string =>
  roundTrip === undefined
    ? `${pongsReceived} of ${pingsSent} answered.`
    : `${pongsReceived} of ${pingsSent} answered; round trip: half within ${figure(roundTrip.p50Ms)} ms, 99 % within ${figure(roundTrip.p99Ms)}, longest ${figure(roundTrip.maxMs)}.`;

// Made-up figures: an hour of ten peers, a room where nothing has been measured yet, and all that can be wrong. Nothing
// here is random.
import { signal } from "@preact/signals";
import type { BandForecast, BatteryForecast } from "../../../gateway/power/battery-figures.ts";
import type { LatencyTestResult } from "../../../gateway/statistics/latency-test.ts";
import type {
  ClockedDelaySummary,
  DelayClass,
  DelaySummary,
  MeshFigures,
  OneWayDelay,
  PageFigures,
  PathFigures,
  PeerFigures,
  ProbeFigures,
  Spans,
  StatisticsSnapshot,
} from "../../../gateway/statistics/statistics-types.ts";
import { firstIntervalMs, maxPoints } from "../../../web/figures/figure-history.ts";
import { defaultFigureSettings, type FigureSettings } from "../../../web/panel/figure-settings.ts";
import type {
  ExportView,
  FiguresView,
  HistoryPoint,
  HistoryView,
  LatencyTestView,
  RecordingView,
} from "../../../web/panel/panel-model.ts";

const hourMs = 3_600_000;
const endMs = hourMs + 240_000;
/** The hour ends at half past nine in the morning, in every time zone. */
const wallOffsetMs = new Date(2026, 4, 4, 9, 30).getTime() - endMs;

/** A wave that depends on the place alone: figures that change over the hour and are the same in every picture. */
const wave = (at: number, phase: number): number =>
  0.5 + 0.28 * Math.sin(at / 23 + phase) + 0.22 * Math.sin(at / 7.3 + 2 * phase);

const none = { sinceStart: undefined, lastMinute: undefined };

const delay = (p50Ms: number, count: number): DelaySummary => ({
  count,
  p50Ms,
  p95Ms: p50Ms * 2.4,
  p99Ms: p50Ms * 4.1,
  maxMs: p50Ms * 9.3,
});

const delays = (p50Ms: number, count: number): Spans<DelaySummary> => ({
  lastMinute: delay(p50Ms, count),
  sinceStart: delay(p50Ms * 1.1, count * 60),
});

const clocked = (p50Ms: number, count: number, boundMs: number): Spans<ClockedDelaySummary> => ({
  lastMinute: { ...delay(p50Ms, count), boundMs },
  sinceStart: { ...delay(p50Ms * 1.1, count * 60), boundMs: boundMs * 1.3 },
});

const oneWayOf = (p50Ms: number | undefined, boundMs: number): Readonly<Record<DelayClass, OneWayDelay>> => {
  const measured = (factor: number, count: number): OneWayDelay =>
    p50Ms === undefined
      ? { ...none, jitterMs: undefined }
      : { ...clocked(p50Ms * factor, count, boundMs), jitterMs: p50Ms * 0.3 };
  return {
    urgent: measured(1, 12),
    command: measured(1, 3),
    sample: measured(8, 220),
    status: measured(8, 1),
    ping: measured(1, 9),
    prompt: measured(1, 24),
  };
};

const exchange = (p50Ms: number | undefined, boundMs: number, perSecond: number): PathFigures => ({
  oneWay: oneWayOf(p50Ms, boundMs),
  roundTrip: p50Ms === undefined ? none : delays(p50Ms * 2, 9),
  probeToProbe: p50Ms === undefined ? none : clocked(p50Ms + 24, 7, boundMs),
  doneOutcomes: { written: 412, superseded: 3, expired: 1, failed: 0 },
  unmeasured: { clockUnknown: 2, fromTheFuture: 0, absurdlyOld: 0, unknownRecord: 1 },
  demuxProcessing: p50Ms === undefined ? none : delays(0.06, 240),
  totals: {
    messagesIn: Math.round(perSecond * 1800),
    messagesOut: Math.round(perSecond * 1500),
    recordsIn: Math.round(perSecond * 3600),
    recordsOut: Math.round(perSecond * 3100),
    bytesIn: Math.round(perSecond * 82_000),
    bytesOut: Math.round(perSecond * 71_000),
  },
  rates: {
    messagesInPerSecond: perSecond * 0.5,
    messagesOutPerSecond: perSecond * 0.45,
    recordsInPerSecond: perSecond,
    recordsOutPerSecond: perSecond * 0.86,
    bytesInPerSecond: perSecond * 23,
    bytesOutPerSecond: perSecond * 20,
  },
  reconnects: 1,
  clockSteps: 0,
});

const peer = (n: number, name: string, p50Ms: number | undefined, more: Partial<PeerFigures> = {}): PeerFigures => ({
  ...exchange(p50Ms, 1.4 + (n % 4), 3 + n / 3),
  gatewayId: n.toString(16).padStart(32, "0"),
  epoch: 1,
  name,
  state: { kind: "connected" },
  clockBoundMs: 1.4 + (n % 4),
  ledger: {
    addressed: 3100,
    queued: 0,
    sent: 3096,
    droppedBeforeSend: { expired: 1, superseded: 3, "backlog-full": 0, "channel-closed": 0 },
    lost: n % 3,
    received: 3600,
    held: 0,
    delivered: 3590,
    duplicate: 0,
    late: n,
    dropped: { rate: 0, "no-roster": 0, "unknown-probe": 0, malformed: 0 },
    remote: undefined,
  },
  recentOutcomes: { written: 30, superseded: 2, expired: 0, failed: 0 },
  ...more,
});

const all = (p50Ms: number | undefined, perSecond: number): MeshFigures => ({
  ...exchange(p50Ms, 3.2, perSecond),
  traffic: {
    sent: 31_040,
    droppedBeforeSend: { expired: 11, superseded: 30, "backlog-full": 0, "channel-closed": 0 },
    lost: 9,
    received: 36_000,
    delivered: 35_901,
    duplicate: 0,
    late: 55,
    dropped: { rate: 0, "no-roster": 0, "unknown-probe": 0, malformed: 0 },
  },
  mux: {
    windowMs: 180,
    wait: p50Ms === undefined ? none : delays(92, 300),
    processing: p50Ms === undefined ? none : delays(0.09, 300),
    flushes: { urgent: 412, window: 9_204, full: 3, directed: 36, drained: 0, changed: 12 },
    recordsPerAggregate:
      p50Ms === undefined
        ? none
        : { lastMinute: { count: 300, p50: 2, p95: 5, p99: 9, max: 14 }, sinceStart: undefined },
    bytesPerRecord:
      p50Ms === undefined
        ? none
        : { lastMinute: { count: 300, p50: 21, p95: 27, p99: 31, max: 44 }, sinceStart: undefined },
  },
});

const probe: ProbeFigures = {
  index: 1,
  name: "Left arm",
  link: { kind: "connected" },
  messagesIn: 71_204,
  messagesInPerSecond: 19.8,
  writeLatency: delays(31, 7),
  writesPending: 0,
  mostWritesPending: 2,
  reconnects: 1,
  buzzes: { written: 412, superseded: 3, muted: 17, "rate-limited": 2, expired: 0 },
};

const snapshot = (peers: readonly PeerFigures[], together: MeshFigures): StatisticsSnapshot => ({
  atMs: endMs,
  elapsedMs: hourMs,
  peers,
  all: together,
  probes: peers.length === 0 ? [] : [probe],
  bands: [],
});

const page = (at: number): PageFigures => ({
  eventLoopLagP50Ms: 0.4 + 0.5 * wave(at, 1),
  eventLoopLagP99Ms: 6 + 22 * wave(at, 2) ** 3,
  busyPercent: 0.6 + 1.1 * wave(at, 3),
  cpuPressure: "nominal",
  batteryPercent: Math.round(93 - (6.4 * at) / maxPoints),
  isCharging: false,
});

/** An hour in which the phone slept for three minutes. */
const hour: readonly HistoryPoint[] = Array.from({ length: maxPoints }, (_, i) => {
  const p50 = 9 + 7 * wave(i, 0) + (i > 430 && i < 452 ? 38 : 0);
  return {
    atMs: endMs - (maxPoints - 1 - i) * firstIntervalMs,
    oneWayP50Ms: p50,
    oneWayP95Ms: p50 * (1.7 + 0.9 * wave(i, 4)),
    oneWayP99Ms: p50 * (2.6 + 2.4 * wave(i, 5) ** 2),
    oneWayBoundMs: 2.4 + 1.2 * wave(i, 6),
    recordsInPerSecond: 30 + 22 * wave(i, 7),
    recordsOutPerSecond: 24 + 14 * wave(i, 8),
    page: page(i),
  };
}).filter((_, i) => i < 250 || i > 286);

const tenPeers: readonly PeerFigures[] = [
  peer(1, "Mira", 11.6),
  peer(2, "Jonas", 4.2),
  peer(3, "Aylin", 23.4),
  peer(4, "Per-Olof", undefined, { state: { kind: "asleep", sinceMs: endMs - 41_000 } }),
  peer(5, "Kwame", 7.8),
  peer(6, "Station 6", 5.1),
  peer(7, "Lucía Fernández", 15.9),
  peer(8, "Noor", 8.3),
  peer(9, "Tomasz", 9.1),
  peer(10, "Ines", undefined, {
    state: { kind: "gone", sinceMs: endMs - 130_000, reason: "left" },
    clockBoundMs: undefined,
  }),
];

type Draining = Extract<BatteryForecast, { kind: "draining" }>;

const draining: Draining = {
  kind: "draining",
  levelPercent: 87,
  drainPercentPerHour: { value: 9.4, plusMinus: 1.2 },
  powerW: { value: 1.45, plusMinus: 0.19 },
  timeLeftMs: 9.25 * hourMs,
  leastTimeLeftMs: 8.2 * hourMs,
  mostTimeLeftMs: 10.6 * hourMs,
  shiftLeftMs: 6.93 * hourMs,
  lastsShift: "yes",
};

const lasting = (percent: number, percentPerHour: number, plusMinus: number): Draining => {
  const leftMs = (left: number, drain: number): number => (left / drain) * hourMs;
  const leastTimeLeftMs = leftMs(percent - 1, percentPerHour + plusMinus);
  return {
    ...draining,
    levelPercent: percent,
    drainPercentPerHour: { value: percentPerHour, plusMinus },
    powerW: undefined,
    timeLeftMs: leftMs(percent, percentPerHour),
    leastTimeLeftMs,
    mostTimeLeftMs: leftMs(percent + 1, percentPerHour - plusMinus),
    lastsShift: leastTimeLeftMs >= draining.shiftLeftMs ? "yes" : "no",
  };
};

const band = (wearer: PeerFigures | undefined, name: string, percent: number, forecast: BatteryForecast) => ({
  id: `${wearer?.gatewayId} ${name}`,
  wearer,
  name,
  isConnected: wearer?.state.kind !== "gone",
  battery: { percent, isCharging: forecast.kind === "unknown" && forecast.reason === "charging" },
  forecast,
});

const tenBands: readonly BandForecast[] = [
  band(undefined, "Left arm", 82, lasting(82, 8.1, 1.1)),
  { ...band(undefined, "Ankle", 0, { kind: "unknown", reason: "no-reading" }), battery: undefined },
  ...tenPeers.map((wearer, n) =>
    band(
      wearer,
      "Right arm",
      93 - 4 * n,
      n % 4 === 3
        ? { kind: "unknown", reason: n === 3 ? "charging" : "too-early" }
        : lasting(93 - 4 * n, 7.4 + 0.6 * n, 1.2),
    ),
  ),
];

const bins = (p50Ms: number) =>
  Array.from({ length: 16 }, (_, i) => ({
    fromMs: (i * p50Ms) / 4,
    toMs: ((i + 1) * p50Ms) / 4,
    count: Math.round(60 * Math.exp(-(((i - 4) / 2.4) ** 2)) + (i > 8 ? 2 : 0)),
  }));

const latencyOf = ({ gatewayId, name }: PeerFigures, p50Ms: number): LatencyTestResult & { name: string } => ({
  gatewayId,
  name,
  pingsSent: 50,
  pongsReceived: 49,
  roundTrip: delay(p50Ms, 49),
  toPeer: { ...delay(p50Ms * 0.55, 49), boundMs: 2.1 },
  fromPeer: { ...delay(p50Ms * 0.45, 49), boundMs: 2.1 },
  roundTripBins: bins(p50Ms),
});

export interface PanelState {
  readonly figures: FiguresView;
  readonly history: HistoryView;
  readonly recording: RecordingView;
  readonly exporting?: ExportView;
  readonly latencyTest: LatencyTestView;
  readonly settings: FigureSettings;
}

export const nothingYet: PanelState = {
  figures: {
    snapshot: snapshot([], all(undefined, 0)),
    page: {
      eventLoopLagP50Ms: undefined,
      eventLoopLagP99Ms: undefined,
      busyPercent: undefined,
      cpuPressure: undefined,
      batteryPercent: undefined,
      isCharging: undefined,
    },
    pressure: { kind: "unknown", why: "this browser does not tell pages about the processor" },
    battery: { kind: "unknown", why: "this browser does not tell pages about the battery; Chrome and Edge do" },
    forecast: { kind: "unknown", reason: "no-reading" },
    bands: [],
    verdict: { text: "nobody else is here; this battery: not told by this browser", outcome: "unknown" },
  },
  history: { points: [], gapMs: 3 * firstIntervalMs, wallOffsetMs },
  recording: { kind: "none", deletedStartedAtMs: undefined },
  latencyTest: { isRunning: false, results: [] },
  settings: defaultFigureSettings,
};

export const hourOfTen: PanelState = {
  figures: {
    snapshot: snapshot(tenPeers, all(10.9, 42)),
    page: page(maxPoints),
    pressure: { kind: "known", state: "nominal" },
    battery: { kind: "known", percent: 87, isCharging: false },
    forecast: draining,
    bands: tenBands,
    verdict: {
      text: "8 of 9 peers under 500 ms (1 asleep); p99 143 ms ± 4; Tomasz's Right arm lasts 5 h 0 min, the shift 6 h 55 min; batteries of bands: 1 not told, 1 too early to tell",
      outcome: "bad",
    },
  },
  history: { points: hour, gapMs: 3 * firstIntervalMs, wallOffsetMs },
  recording: {
    kind: "running",
    startedAtMs: wallOffsetMs + endMs - 52 * 60_000,
    lastedMs: 52 * 60_000,
    clockJumpedMs: 0,
    rows: 34_320,
    problem: undefined,
    mayBeDeleted: true,
  },
  latencyTest: {
    isRunning: false,
    results: tenPeers.flatMap((one) => {
      const p50Ms = one.roundTrip.lastMinute?.p50Ms;
      return p50Ms === undefined ? [] : [latencyOf(one, p50Ms)];
    }),
  },
  settings: { shiftHours: 8, capacityWh: 15.4 },
};

export const allAmiss: PanelState = {
  ...nothingYet,
  figures: {
    ...nothingYet.figures,
    snapshot: snapshot(
      [
        peer(1, '<img src=x onerror="globalThis.wasInjected=true">', 1840),
        peer(2, `\u202e${"Donaudampfschifffahrtsgesellschaft".repeat(2)}`, undefined),
      ],
      all(1840, 4),
    ),
    verdict: {
      text: "0 of 2 peers under 500 ms (1 slow, 1 not yet measured); p99 7642 ms ± 4; lasts 1 h 0 min, the shift 6 h 55 min",
      outcome: "bad",
    },
    battery: { kind: "known", percent: 14, isCharging: false },
    bands: [
      band(
        peer(2, `\u202e${"Donaudampfschifffahrtsgesellschaft".repeat(2)}`, undefined),
        '<img src=x onerror="1">',
        3,
        {
          ...lasting(3, 90, 20),
          mostTimeLeftMs: undefined,
        },
      ),
    ],
    forecast: { ...draining, levelPercent: 14, lastsShift: "no", timeLeftMs: hourMs, leastTimeLeftMs: 0.8 * hourMs },
  },
  history: { ...hourOfTen.history, points: hour.slice(0, 1) },
  recording: {
    kind: "stopped",
    startedAtMs: endMs,
    lastedMs: 3000,
    clockJumpedMs: 9 * hourMs,
    rows: 6,
    problem: "storage-full",
    mayBeDeleted: false,
  },
};

/** Signals that a scene and its actions may write. */
export const panelModel = (state: PanelState) => ({
  now: () => endMs,
  figures: signal(state.figures),
  history: signal(state.history),
  recording: signal(state.recording),
  exporting: signal<ExportView>(state.exporting ?? { kind: "idle" }),
  latencyTest: signal(state.latencyTest),
  settings: signal(state.settings),
});

// Figures of statistics-types.ts as tests need them: what a test does not speak of was never measured.
import type { RecordedPage } from "../../gateway/recording/recording.ts";
import type { RecordingSession } from "../../gateway/recording/recording-context.ts";
import { Ledger } from "../../gateway/records/ledger.ts";
import { noTraffic } from "../../gateway/records/traffic.ts";
import { byDelayClass } from "../../gateway/statistics/path-statistics.ts";
import type { MeshFigures, PathFigures, PeerFigures } from "../../gateway/statistics/statistics-types.ts";

const never = { sinceStart: undefined, lastMinute: undefined };

export const noPath: PathFigures = {
  oneWay: byDelayClass(() => ({ ...never, jitterMs: undefined })),
  roundTrip: never,
  probeToProbe: never,
  doneOutcomes: { written: 0, superseded: 0, expired: 0, failed: 0 },
  unmeasured: { clockUnknown: 0, fromTheFuture: 0, absurdlyOld: 0, unknownRecord: 0 },
  demuxProcessing: never,
  totals: { messagesIn: 0, messagesOut: 0, recordsIn: 0, recordsOut: 0, bytesIn: 0, bytesOut: 0 },
  rates: {
    messagesInPerSecond: 0,
    messagesOutPerSecond: 0,
    recordsInPerSecond: 0,
    recordsOutPerSecond: 0,
    bytesInPerSecond: 0,
    bytesOutPerSecond: 0,
  },
  reconnects: 0,
  clockSteps: 0,
};

export const peerFigures = (fields: Partial<PeerFigures> = {}): PeerFigures => ({
  ...noPath,
  gatewayId: "00112233445566778899aabbccddeeff",
  epoch: 1,
  name: "Ada",
  state: { kind: "connected" },
  clockBoundMs: undefined,
  ledger: new Ledger().snapshot(),
  recentOutcomes: noPath.doneOutcomes,
  ...fields,
});

export const allFigures = (fields: Partial<MeshFigures> = {}): MeshFigures => ({
  ...noPath,
  traffic: noTraffic,
  mux: {
    windowMs: 180,
    wait: never,
    processing: never,
    flushes: { urgent: 0, window: 0, full: 0, directed: 0, drained: 0, changed: 0 },
    recordsPerAggregate: never,
    bytesPerRecord: never,
  },
  ...fields,
});

/**
 * What a recording knows beside the statistics: of Anna's page, in front, with nothing to tell of its battery's drain.
 */
export const recordedPage: RecordedPage = {
  gatewayId: "ab".repeat(16),
  epoch: 1,
  isHidden: false,
  clockJumpedMs: 0,
  figures: {
    eventLoopLagP50Ms: 0.5,
    eventLoopLagP99Ms: 4,
    busyPercent: 1,
    cpuPressure: undefined,
    batteryPercent: 80,
    isCharging: false,
  },
  forecast: { kind: "unknown", reason: "too-early" },
  probes: new Map(),
};

export const recordingSession: RecordingSession = {
  gatewayId: recordedPage.gatewayId,
  epoch: recordedPage.epoch,
  gatewayName: "Anna",
  browser: "a browser",
  isCrossOriginIsolated: true,
  windowMs: 180,
};

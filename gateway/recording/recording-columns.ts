// The columns of a recording, in the order in which they are written: those of every row first, those of few rows last.
// docs/statistics.md says what each one means. recording.ts fills them; whatever counts by cause has a column for each,
// by which the compiler finds a cause that is missing.
import type { BuzzOutcome } from "../probes/downlink.ts";
import type { ReceiveDrop, SendDrop } from "../records/ledger.ts";
import type { FlushReason } from "../records/send-queue.ts";
import type { Unmeasured } from "../statistics/statistics-types.ts";
import type { DoneOutcome } from "../wire/frame-types.ts";

export const sendDropColumns = {
  expired: "droppedBeforeSendExpiredTotal",
  superseded: "droppedBeforeSendSupersededTotal",
  "backlog-full": "droppedBeforeSendBacklogFullTotal",
  "channel-closed": "droppedBeforeSendChannelClosedTotal",
} as const satisfies Readonly<Record<SendDrop, string>>;

export const receiveDropColumns = {
  rate: "droppedRateTotal",
  "no-roster": "droppedNoRosterTotal",
  "unknown-probe": "droppedUnknownProbeTotal",
  malformed: "droppedMalformedTotal",
} as const satisfies Readonly<Record<ReceiveDrop, string>>;

export const unmeasuredColumns = {
  clockUnknown: "unmeasuredClockUnknownTotal",
  fromTheFuture: "unmeasuredFromTheFutureTotal",
  absurdlyOld: "unmeasuredAbsurdlyOldTotal",
  unknownRecord: "unmeasuredUnknownRecordTotal",
} as const satisfies Readonly<Record<keyof Unmeasured, string>>;

export const doneColumns = {
  written: "doneWrittenTotal",
  superseded: "doneSupersededTotal",
  expired: "doneExpiredTotal",
  failed: "doneFailedTotal",
} as const satisfies Readonly<Record<DoneOutcome, string>>;

export const remoteColumns = {
  delivered: "remoteDeliveredTotal",
  duplicate: "remoteDuplicateTotal",
  late: "remoteLateTotal",
  dropped: "remoteDroppedTotal",
} as const;

export const flushColumns = {
  urgent: "flushUrgentTotal",
  window: "flushWindowTotal",
  full: "flushFullTotal",
  directed: "flushDirectedTotal",
  drained: "flushDrainedTotal",
  changed: "flushChangedTotal",
} as const satisfies Readonly<Record<FlushReason, string>>;

export const buzzColumns = {
  written: "buzzWrittenTotal",
  muted: "buzzMutedTotal",
  "rate-limited": "buzzRateLimitedTotal",
  "cannot-vibrate": "buzzCannotVibrateTotal",
  expired: "buzzExpiredTotal",
  superseded: "buzzSupersededTotal",
  failed: "buzzFailedTotal",
} as const satisfies Readonly<Record<BuzzOutcome, string>>;

/** Columns of a delay on one clock, in the order of `DelaySummary`; `Count` is how many values the others rest on. */
const delay = <Name extends string>(name: Name) =>
  [`${name}Count`, `${name}P50Ms`, `${name}P95Ms`, `${name}P99Ms`, `${name}MaxMs`] as const;

/** Columns of a delay between two clocks. */
const clockedDelay = <Name extends string>(name: Name) => [...delay(name), `${name}BoundMs`] as const;

/** Over a span so long that the greatest value may be known less well than the percentiles. */
const longDelay = <Name extends string>(name: Name) => [...clockedDelay(name), `${name}MaxBoundMs`] as const;

export const delayColumns = {
  roundTrip: delay("roundTrip"),
  demuxProcessing: delay("demuxProcessing"),
  muxWait: delay("muxWait"),
  muxProcessing: delay("muxProcessing"),
  write: delay("write"),
  writeSinceStart: delay("writeSinceStart"),
} as const;

export const clockedDelayColumns = {
  oneWay: clockedDelay("oneWay"),
  urgent: clockedDelay("urgent"),
  command: clockedDelay("command"),
  sample: clockedDelay("sample"),
  status: clockedDelay("status"),
  ping: clockedDelay("ping"),
  probeToProbe: clockedDelay("probeToProbe"),
  oneWaySinceStart: longDelay("oneWaySinceStart"),
  probeToProbeSinceStart: longDelay("probeToProbeSinceStart"),
} as const;

const sharedColumns = [
  "rowKind",
  "elapsedMs",
  "gatewayId",
  "epoch",
  "name",
  "state",
  "messagesInTotal",
  "reconnectsTotal",
  "bandBatteryPercent",
] as const;

/** Columns of all peers together, or of one. */
const pathColumns = [
  ...clockedDelayColumns.oneWay,
  ...clockedDelayColumns.urgent,
  ...clockedDelayColumns.command,
  ...clockedDelayColumns.sample,
  ...clockedDelayColumns.status,
  ...clockedDelayColumns.ping,
  "jitterMs",
  ...delayColumns.roundTrip,
  ...clockedDelayColumns.probeToProbe,
  ...clockedDelayColumns.oneWaySinceStart,
  ...clockedDelayColumns.probeToProbeSinceStart,
  ...delayColumns.demuxProcessing,
  "messagesOutTotal",
  "recordsInTotal",
  "recordsOutTotal",
  "bytesInTotal",
  "bytesOutTotal",
  "deliveredTotal",
  "duplicateTotal",
  "lateTotal",
  "lostTotal",
  "droppedTotal",
  ...Object.values(receiveDropColumns),
  "droppedBeforeSendTotal",
  ...Object.values(sendDropColumns),
  "unmeasuredTotal",
  ...Object.values(unmeasuredColumns),
  ...Object.values(doneColumns),
  "clockStepsTotal",
] as const;

const peerColumns = ["clockBoundMs", ...Object.values(remoteColumns)] as const;

/** Of this page, and of its mux. */
const pageColumns = [
  "windowMs",
  ...delayColumns.muxWait,
  ...delayColumns.muxProcessing,
  ...Object.values(flushColumns),
  "aggregateP50Records",
  "aggregateP99Records",
  "aggregateMaxRecords",
  "recordP50Bytes",
  "recordP99Bytes",
  "recordMaxBytes",
  "eventLoopLagP50Ms",
  "eventLoopLagP99Ms",
  "busyPercent",
  "cpuPressure",
  "batteryPercent",
  "isCharging",
  "batteryDrainPercentPerHour",
  "batteryDrainPlusMinusPercentPerHour",
  "batteryTimeLeftMs",
  "batteryLeastTimeLeftMs",
  "isHidden",
  "clockJumpedMs",
] as const;

const probeColumns = [
  "probeIndex",
  "origin",
  ...delayColumns.write,
  ...delayColumns.writeSinceStart,
  "writesPendingCount",
  "mostWritesPendingCount",
  ...Object.values(buzzColumns),
] as const;

export const recordingColumns = [
  ...sharedColumns,
  ...pathColumns,
  ...peerColumns,
  ...pageColumns,
  ...probeColumns,
] as const;

export type Column = (typeof recordingColumns)[number];
export type Cell = string | number | undefined;
export type Cells<Columns extends string> = Readonly<Record<Columns, Cell>>;

export type SharedColumn = (typeof sharedColumns)[number];
export type PathColumn = (typeof pathColumns)[number];
export type PeerColumn = (typeof peerColumns)[number];
export type PageColumn = (typeof pageColumns)[number];
export type ProbeColumn = (typeof probeColumns)[number];

/** Which columns a row fills goes by its `rowKind`. */
export const columnsOfKind = {
  all: [...sharedColumns, ...pathColumns, ...pageColumns],
  peer: [...sharedColumns, ...pathColumns, ...peerColumns],
  probe: [...sharedColumns, ...probeColumns],
} as const;

/** One line of a recording. */
export type RecordingRow = Readonly<Partial<Record<Column, Cell>>>;

/** All others hold numbers. */
export const textColumns: ReadonlySet<string> = new Set<Column>([
  "rowKind",
  "gatewayId",
  "name",
  "state",
  "cpuPressure",
  "origin",
]);

// What is measured of one gateway, as plain data: types only, described in docs/statistics.md. statistics.ts fills
// them, the panel shows them, recording.ts writes them down. Units are in the names; a figure that does not exist is
// undefined, and none is ever NaN.
import type { LinkState } from "../../firmware-bridge/devices/device-link.ts";
import type { PeerState } from "../peers/peer-state.ts";
import type { BandReading } from "../power/battery-figures.ts";
import type { BuzzOutcome } from "../probes/downlink.ts";
import type { LedgerSnapshot } from "../records/ledger.ts";
import type { FlushReason } from "../records/send-queue.ts";
import type { Traffic } from "../records/traffic.ts";
import type { DoneOutcome } from "../wire/frame-types.ts";
import type { RecordClass } from "../wire/record.ts";

// --- distributions ---

/** Summary of a count, such as records in an aggregate. Percentiles are within 1 %, `max` is exact. */
export interface Summary {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Percentiles are within 1 % and 1 µs, `maxMs` within 1 µs, of what was recorded. */
export interface DelaySummary {
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/**
 * A delay between two clocks: the truth of each percentile lies within ± `boundMs`, in which the histogram's steps are.
 */
export interface ClockedDelaySummary extends DelaySummary {
  readonly boundMs: number;
  /** Of `maxMs`, where that is known less well than the percentiles. */
  readonly maxBoundMs?: number | undefined;
}

/** The same figure over two spans; undefined where nothing was measured. */
export interface Spans<T> {
  readonly sinceStart: T | undefined;
  /** The last 50 to 60 s. */
  readonly lastMinute: T | undefined;
}

/** Equal steps from 0 to the maximum, for a picture of a distribution. */
export interface DelayBin {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

// --- of one peer, and of all of them together ---

/**
 * What one-way delays are grouped by: the class of the record, a ping, or `prompt`, which is all that leaves without
 * being held back to share a packet: urgent records, commands and pings. Samples and status wait up to the window.
 */
export type DelayClass = RecordClass | "ping" | "prompt";

export interface OneWayDelay extends Spans<ClockedDelaySummary> {
  /**
   * Interarrival jitter (RFC 3550 §6.4.1); undefined before the second record, and when the last minute brought none.
   */
  readonly jitterMs: number | undefined;
}

/** Records, pings and writes whose delay could not be measured, by cause. */
export interface Unmeasured {
  /** The clocks had not been compared, and what was known later says nothing of that time. */
  readonly clockUnknown: number;
  /** By its own time it arrived before it was made, beyond the bound. */
  readonly fromTheFuture: number;
  /** Older than any honest record: above a minute. */
  readonly absurdlyOld: number;
  /** A peer spoke of a write for a record that was not sent, or long ago. */
  readonly unknownRecord: number;
}

/** Since start. Messages and bytes are those of the DataChannel, with all frames; records are those of aggregates. */
export interface TransferTotals {
  readonly messagesIn: number;
  readonly messagesOut: number;
  readonly recordsIn: number;
  readonly recordsOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** Over the last minute. */
export interface TransferRates {
  readonly messagesInPerSecond: number;
  readonly messagesOutPerSecond: number;
  readonly recordsInPerSecond: number;
  readonly recordsOutPerSecond: number;
  readonly bytesInPerSecond: number;
  readonly bytesOutPerSecond: number;
}

export interface PathFigures {
  /** From there to here. */
  readonly oneWay: Readonly<Record<DelayClass, OneWayDelay>>;
  /** Of pings; on one clock, so it has no bound. */
  readonly roundTrip: Spans<DelaySummary>;
  /** From a notification of a probe here to the end of the write that it caused at a probe there. */
  readonly probeToProbe: Spans<ClockedDelaySummary>;
  /** What the peers said became of such writes, since start. */
  readonly doneOutcomes: Readonly<Record<DoneOutcome, number>>;
  readonly unmeasured: Unmeasured;
  /** How long this gateway was busy with a message that arrived. */
  readonly demuxProcessing: Spans<DelaySummary>;
  readonly totals: TransferTotals;
  readonly rates: TransferRates;
  /** Channels that were opened after the first. */
  readonly reconnects: number;
  /** How often a peer's clock, or ours against it, was found to have jumped or stood still. */
  readonly clockSteps: number;
}

export interface PeerFigures extends PathFigures {
  readonly gatewayId: string;
  readonly epoch: number;
  readonly name: string;
  readonly state: PeerState;
  /** How well its clock is known now; undefined until it has been compared. */
  readonly clockBoundMs: number | undefined;
  readonly ledger: LedgerSnapshot;
  /** `doneOutcomes` of the last of them alone (recent-outcomes.ts). */
  readonly recentOutcomes: Readonly<Record<DoneOutcome, number>>;
}

/** All peers together since the start, the forgotten ones too. */
export interface MeshFigures extends PathFigures {
  readonly traffic: Traffic;
  readonly mux: MuxFigures;
}

export interface MuxFigures {
  /**
   * How long samples and status are held back now, to share a packet: `wait` is at most this for records from here on.
   */
  readonly windowMs: number;
  /** From a record's time to its hand-over to the channels. */
  readonly wait: Spans<DelaySummary>;
  /** How long this gateway was busy with encoding and sending one aggregate. */
  readonly processing: Spans<DelaySummary>;
  readonly flushes: Readonly<Record<FlushReason, number>>;
  readonly recordsPerAggregate: Spans<Summary>;
  /** Of an aggregate's message, its share for one record, in bytes. */
  readonly bytesPerRecord: Spans<Summary>;
}

// --- of one of my probes ---

export interface ProbeFigures {
  readonly index: number;
  readonly name: string;
  readonly link: LinkState;
  /** Messages of the probe; each is one notification, but for one above 15 bytes. */
  readonly messagesIn: number;
  readonly messagesInPerSecond: number;
  /** From asking for a vibration to its write being confirmed; waiting for its turn included. */
  readonly writeLatency: Spans<DelaySummary>;
  /** Writes that are asked for and not over: now, and the most at any time. */
  readonly writesPending: number;
  readonly mostWritesPending: number;
  /** Times the link was lost and came back. */
  readonly reconnects: number;
  readonly buzzes: Partial<Readonly<Record<BuzzOutcome, number>>>;
}

export interface StatisticsSnapshot {
  /** On the gateway's clock. */
  readonly atMs: number;
  /** Since the statistics began. */
  readonly elapsedMs: number;
  readonly peers: readonly PeerFigures[];
  readonly all: MeshFigures;
  readonly probes: readonly ProbeFigures[];
  /** Those that have a battery to tell of: mine first. */
  readonly bands: readonly BandReading[];
}

// --- what the page adds ---

/** What only the page can tell; undefined where its browser does not. */
export interface PageFigures {
  readonly eventLoopLagP50Ms: number | undefined;
  readonly eventLoopLagP99Ms: number | undefined;
  /** Share of the time that the gateway's own tasks took. */
  readonly busyPercent: number | undefined;
  /** Of Compute Pressure: "nominal", "fair", "serious" or "critical". */
  readonly cpuPressure: string | undefined;
  readonly batteryPercent: number | undefined;
  readonly isCharging: boolean | undefined;
}

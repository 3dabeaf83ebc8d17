// All that the figures show and all that a person can do with them: the seam between the page's bookkeeping and the
// panel, which is loaded late. The panel reads signals of plain data and calls actions; it knows no gateway and no
// storage.
import type { ReadonlySignal } from "@preact/signals";
import type { Now } from "../../gateway/basics/runtime.ts";
import type { BandForecast, BatteryForecast } from "../../gateway/power/battery-figures.ts";
import type { LatencyTestResult } from "../../gateway/statistics/latency-test.ts";
import type { PageFigures, StatisticsSnapshot } from "../../gateway/statistics/statistics-types.ts";
import type { Verdict } from "../../gateway/statistics/verdict.ts";
import type { BatteryState } from "../platform/battery.ts";
import type { FigureSettings } from "./figure-settings.ts";

/** Pressure on the processor of the whole device, by the system (Compute Pressure). */
export type PressureState = "nominal" | "fair" | "serious" | "critical";

export type PressureReading =
  | { readonly kind: "known"; readonly state: PressureState }
  | { readonly kind: "unknown"; readonly why: string };

export interface FiguresView {
  readonly snapshot: StatisticsSnapshot;
  readonly page: PageFigures;
  readonly pressure: PressureReading;
  readonly battery: BatteryState;
  readonly forecast: BatteryForecast;
  /** Mine, then those of my peers. */
  readonly bands: readonly BandForecast[];
  /** Whether the room is good enough. */
  readonly verdict: Verdict;
}

/** One minute of the shift. */
export interface HistoryPoint {
  readonly atMs: number;
  readonly oneWayP50Ms: number | undefined;
  readonly oneWayP95Ms: number | undefined;
  readonly oneWayP99Ms: number | undefined;
  readonly oneWayBoundMs: number | undefined;
  readonly recordsInPerSecond: number;
  readonly recordsOutPerSecond: number;
  readonly page: PageFigures;
}

export interface HistoryView {
  /** Oldest first. */
  readonly points: readonly HistoryPoint[];
  /** Points further apart have something unknown between them. */
  readonly gapMs: number;
  /** The wall clock minus the clock of the points. */
  readonly wallOffsetMs: number;
}

/** One peer in the comparison of the delays. */
export interface PeerBar {
  readonly name: string;
  /** Where the bar's three tones end; undefined: nothing is known of that peer. */
  readonly endsMs: readonly [p50Ms: number, p95Ms: number, p99Ms: number] | undefined;
  /** How far from each of them the truth may lie. */
  readonly boundMs: number | undefined;
}

/** What is the matter with a recording; only the last two take away what is recorded already. */
export type RecordingProblem =
  /** The browser keeps nothing: a reload ends the recording and loses it. */
  | "storage-unavailable"
  /** Other tabs of this page have all the places for recordings: a reload ends this one and loses it. */
  | "too-many-tabs"
  /** The browser keeps no more of it; the rest is in memory. */
  | "storage-full"
  /** The browser kept some of it and keeps no more, for a reason of its own; the rest is in memory. */
  | "storage-lost"
  /** As much as is kept in memory without storage: it was stopped. */
  | "memory-full"
  /** As long as a recording may be: it was stopped. */
  | "too-long"
  /** The browser did not give back all of it: what was handed out has a gap, and says where. */
  | "part-missing"
  /** The browser deleted what it had kept of it until then. */
  | "storage-evicted";

export type RecordingView =
  | {
      readonly kind: "none";
      /**
       * By the wall clock: when a recording began that the browser has deleted since the last visit; undefined: it has
       * deleted none.
       */
      readonly deletedStartedAtMs: number | undefined;
    }
  | {
      readonly kind: "running" | "stopped";
      /** By the wall clock. */
      readonly startedAtMs: number;
      /** Without the jumps of the clock. */
      readonly lastedMs: number;
      /** By how much the clock jumped while it recorded: the device slept, or its clock was set forward. */
      readonly clockJumpedMs: number;
      readonly rows: number;
      readonly problem: RecordingProblem | undefined;
      /** The browser keeps it, and has not promised to go on doing so. */
      readonly mayBeDeleted: boolean;
    };

export type ExportView =
  | { readonly kind: "idle" | "failed" }
  | { readonly kind: "running"; readonly format: ExportFormat; readonly percent: number };

export interface LatencyTestView {
  readonly isRunning: boolean;
  /** The run that is under way, or the last one. */
  readonly results: readonly (LatencyTestResult & { readonly name: string })[];
}

export interface PanelModel {
  readonly now: Now;
  readonly figures: ReadonlySignal<FiguresView>;
  readonly history: ReadonlySignal<HistoryView>;
  readonly recording: ReadonlySignal<RecordingView>;
  readonly exporting: ReadonlySignal<ExportView>;
  readonly latencyTest: ReadonlySignal<LatencyTestView>;
  readonly settings: ReadonlySignal<FigureSettings>;
}

export type ExportFormat = "csv" | "json";

export interface PanelActions {
  measureLatency(pingsPerSecond: number, forSeconds: number): void;
  stopLatency(): void;
  startRecording(): void;
  stopRecording(): void;
  /** Hands the recording to the browser as a file, one at a time; whether it did. */
  exportRecording(format: ExportFormat): Promise<boolean>;
  cancelExport(): void;
  discardRecording(): void;
  setShiftHours(hours: number): void;
  /** Undefined: not known. */
  setCapacityWh(capacityWh: number | undefined): void;
}

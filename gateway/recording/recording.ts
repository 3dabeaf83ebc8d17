// A recording: once a second a row for all peers together, one for each peer, and one for each of my probes.
// recording-columns.ts names the cells, recording-chunks.ts packs rows for storage, recording-file.ts makes a file of
// them. The schema is in docs/statistics.md.
import type { BandReading, BatteryForecast } from "../power/battery-figures.ts";
import { sumOf } from "../records/ledger.ts";
import { type Traffic, trafficOf } from "../records/traffic.ts";
import type {
  ClockedDelaySummary,
  DelaySummary,
  MeshFigures,
  PageFigures,
  PathFigures,
  PeerFigures,
  ProbeFigures,
  StatisticsSnapshot,
} from "../statistics/statistics-types.ts";
import {
  buzzColumns,
  type Cell,
  type Cells,
  clockedDelayColumns,
  delayColumns,
  doneColumns,
  flushColumns,
  type PageColumn,
  type PathColumn,
  type PeerColumn,
  type ProbeColumn,
  type RecordingRow,
  receiveDropColumns,
  remoteColumns,
  type SharedColumn,
  sendDropColumns,
  unmeasuredColumns,
} from "./recording-columns.ts";

export const recordingSchema = "earl-mesh recording 4";
export const recordingIntervalMs = 1000;

/** What a row needs that the statistics do not know. */
export interface RecordedPage {
  readonly gatewayId: string;
  readonly epoch: number;
  readonly isHidden: boolean;
  /** By how much the clock of `elapsedMs` has jumped since the recording began. */
  readonly clockJumpedMs: number;
  readonly figures: PageFigures;
  readonly forecast: BatteryForecast;
  /** By their index. */
  readonly probes: ReadonlyMap<number, RecordedProbe>;
}

export interface RecordedProbe {
  /** "bluetooth", "phone" or "simulated". */
  readonly origin: string;
  readonly batteryPercent: number | undefined;
}

/** The row of all first. */
export const recordingRows = (
  { all, peers, probes, bands }: StatisticsSnapshot,
  page: RecordedPage,
  elapsedMs: number,
): readonly RecordingRow[] => [
  rowOfAll(all, bands, page, elapsedMs),
  ...peers.map((peer) => rowOfPeer(peer, bands, elapsedMs)),
  ...probes.map((probe) => rowOfProbe(probe, page, elapsedMs)),
];

const rowOfAll = (
  all: MeshFigures,
  bands: readonly BandReading[],
  page: RecordedPage,
  elapsedMs: number,
): Cells<SharedColumn | PathColumn | PageColumn> =>
  joined(
    {
      rowKind: "all",
      elapsedMs,
      gatewayId: page.gatewayId,
      epoch: page.epoch,
      name: "",
      state: "",
      bandBatteryPercent: lowestPercent(bands, undefined),
    },
    pathCells(all, all.traffic),
    pageCells(all, page),
  );

const rowOfPeer = (
  peer: PeerFigures,
  bands: readonly BandReading[],
  elapsedMs: number,
): Cells<SharedColumn | PathColumn | PeerColumn> =>
  joined(
    {
      rowKind: "peer",
      elapsedMs,
      gatewayId: peer.gatewayId,
      epoch: peer.epoch,
      name: peer.name,
      state: peer.state.kind,
      bandBatteryPercent: lowestPercent(bands, peer.gatewayId),
      clockBoundMs: peer.clockBoundMs,
    },
    pathCells(peer, trafficOf(peer.ledger)),
    countCells(remoteColumns, peer.ledger.remote),
  );

const rowOfProbe = (
  probe: ProbeFigures,
  { gatewayId, epoch, probes }: RecordedPage,
  elapsedMs: number,
): Cells<SharedColumn | ProbeColumn> =>
  joined(
    {
      rowKind: "probe",
      elapsedMs,
      gatewayId,
      epoch,
      name: probe.name,
      state: probe.link.kind,
      messagesInTotal: probe.messagesIn,
      reconnectsTotal: probe.reconnects,
      bandBatteryPercent: probes.get(probe.index)?.batteryPercent,
      probeIndex: probe.index,
      origin: probes.get(probe.index)?.origin,
      writesPendingCount: probe.writesPending,
      mostWritesPendingCount: probe.mostWritesPending,
    },
    delayCells(delayColumns.write, probe.writeLatency.lastMinute),
    delayCells(delayColumns.writeSinceStart, probe.writeLatency.sinceStart),
    countCells(buzzColumns, { ...noBuzzes, ...probe.buzzes }),
  );

const noBuzzes = Object.fromEntries(Object.keys(buzzColumns).map((outcome) => [outcome, 0]));

const lowestPercent = (bands: readonly BandReading[], gatewayId: string | undefined): number | undefined => {
  const levels = bands.flatMap(({ wearer, isConnected, battery }) =>
    isConnected && battery !== undefined && wearer?.gatewayId === gatewayId ? [battery.percent] : [],
  );
  return levels.length === 0 ? undefined : Math.min(...levels);
};

const pathCells = (
  { oneWay, ...path }: PathFigures,
  traffic: Traffic,
): Cells<PathColumn | "messagesInTotal" | "reconnectsTotal"> =>
  joined(
    {
      messagesInTotal: path.totals.messagesIn,
      reconnectsTotal: path.reconnects,
      jitterMs: oneWay.prompt.jitterMs,
      messagesOutTotal: path.totals.messagesOut,
      recordsInTotal: path.totals.recordsIn,
      recordsOutTotal: path.totals.recordsOut,
      bytesInTotal: path.totals.bytesIn,
      bytesOutTotal: path.totals.bytesOut,
      deliveredTotal: traffic.delivered,
      duplicateTotal: traffic.duplicate,
      lateTotal: traffic.late,
      lostTotal: traffic.lost,
      droppedTotal: sumOf(traffic.dropped),
      droppedBeforeSendTotal: sumOf(traffic.droppedBeforeSend),
      unmeasuredTotal: sumOf({ ...path.unmeasured }),
      clockStepsTotal: path.clockSteps,
    },
    clockedDelayCells(clockedDelayColumns.oneWay, oneWay.prompt.lastMinute),
    clockedDelayCells(clockedDelayColumns.urgent, oneWay.urgent.lastMinute),
    clockedDelayCells(clockedDelayColumns.command, oneWay.command.lastMinute),
    clockedDelayCells(clockedDelayColumns.sample, oneWay.sample.lastMinute),
    clockedDelayCells(clockedDelayColumns.status, oneWay.status.lastMinute),
    clockedDelayCells(clockedDelayColumns.ping, oneWay.ping.lastMinute),
    delayCells(delayColumns.roundTrip, path.roundTrip.lastMinute),
    clockedDelayCells(clockedDelayColumns.probeToProbe, path.probeToProbe.lastMinute),
    clockedDelayCells(clockedDelayColumns.oneWaySinceStart, oneWay.prompt.sinceStart),
    clockedDelayCells(clockedDelayColumns.probeToProbeSinceStart, path.probeToProbe.sinceStart),
    delayCells(delayColumns.demuxProcessing, path.demuxProcessing.lastMinute),
    countCells(receiveDropColumns, traffic.dropped),
    countCells(sendDropColumns, traffic.droppedBeforeSend),
    countCells(unmeasuredColumns, path.unmeasured),
    countCells(doneColumns, path.doneOutcomes),
  );

const pageCells = (
  { mux }: MeshFigures,
  { figures, forecast, isHidden, clockJumpedMs }: RecordedPage,
): Cells<PageColumn> => {
  const aggregate = mux.recordsPerAggregate.lastMinute;
  const record = mux.bytesPerRecord.lastMinute;
  const drain = forecast.kind === "draining" ? forecast : undefined;
  return joined(
    {
      windowMs: mux.windowMs,
      aggregateP50Records: aggregate?.p50,
      aggregateP99Records: aggregate?.p99,
      aggregateMaxRecords: aggregate?.max,
      recordP50Bytes: record?.p50,
      recordP99Bytes: record?.p99,
      recordMaxBytes: record?.max,
      eventLoopLagP50Ms: figures.eventLoopLagP50Ms,
      eventLoopLagP99Ms: figures.eventLoopLagP99Ms,
      busyPercent: figures.busyPercent,
      cpuPressure: figures.cpuPressure,
      batteryPercent: figures.batteryPercent,
      isCharging: figures.isCharging === undefined ? undefined : Number(figures.isCharging),
      batteryDrainPercentPerHour: drain?.drainPercentPerHour.value,
      batteryDrainPlusMinusPercentPerHour: drain?.drainPercentPerHour.plusMinus,
      batteryTimeLeftMs: drain?.timeLeftMs,
      batteryLeastTimeLeftMs: drain?.leastTimeLeftMs,
      isHidden: Number(isHidden),
      clockJumpedMs,
    },
    delayCells(delayColumns.muxWait, mux.wait.lastMinute),
    delayCells(delayColumns.muxProcessing, mux.processing.lastMinute),
    countCells(flushColumns, mux.flushes),
  );
};

const delayCells = <Name extends string>(names: readonly Name[], delay: DelaySummary | undefined): Cells<Name> =>
  cellsOf(names, delayValues(delay));

const clockedDelayCells = <Name extends string>(
  names: readonly Name[],
  delay: ClockedDelaySummary | undefined,
): Cells<Name> => cellsOf(names, [...delayValues(delay), delay?.boundMs, delay?.maxBoundMs ?? delay?.boundMs]);

/** In the order of the columns. */
const delayValues = (delay: DelaySummary | undefined): readonly Cell[] => [
  delay?.count ?? 0,
  delay?.p50Ms,
  delay?.p95Ms,
  delay?.p99Ms,
  delay?.maxMs,
];

/** A cell for each cause; all absent where nothing was reported. */
const countCells = <Cause extends string, Name extends string>(
  columns: Readonly<Record<Cause, Name>>,
  counts: Readonly<Partial<Record<NoInfer<Cause>, number>>> | undefined,
): Cells<Name> => {
  const causes = Object.keys(columns) as Cause[];
  return cellsOf(
    causes.map((cause) => columns[cause]),
    causes.map((cause) => counts?.[cause]),
  );
};

const cellsOf = <Name extends string>(names: readonly Name[], values: readonly Cell[]): Cells<Name> => {
  const cells: Record<string, Cell> = {};
  for (const [i, name] of names.entries()) cells[name] = values[i];
  return cells as Record<Name, Cell>;
};

type Joined<Parts extends readonly unknown[]> = Parts extends readonly [infer First, ...infer Rest]
  ? First & Joined<Rest>
  : unknown;

/** What spreads in one literal would make, in half the time: ten peers have 1,700 cells a second. */
const joined = <Parts extends readonly Readonly<Record<string, Cell>>[]>(...parts: Parts): Joined<Parts> => {
  const whole: Record<string, Cell> = {};
  for (const part of parts) for (const name in part) whole[name] = part[name];
  return whole as Joined<Parts>;
};

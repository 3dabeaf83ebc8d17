// A recording: its context, and once a second a row for all peers together and one for each. Rows are packed into chunks of text as they are
// made, so that a shift fits where it is stored; recording-file.ts makes a file of them. The schema is in docs/statistics.md.
import { sumOf } from "./ledger.ts";
import type {
  BandReading,
  MeshFigures,
  PageFigures,
  PathFigures,
  PeerFigures,
  RecordingRow,
  StatisticsSnapshot,
} from "./statistics-types.ts";
import { type Traffic, trafficOf } from "./traffic.ts";

export const recordingSchema = "earl-mesh recording 2";
export const recordingIntervalMs = 1000;
/** A packed row of a busy peer has some 300 bytes; a test holds it against this. */
export const rowBytesBudget = 320;

/** What a recording takes where it is stored. */
export const recordingBytes = (durationMs: number, peers: number): number =>
  Math.ceil(durationMs / recordingIntervalMs) * (1 + peers) * rowBytesBudget;

type Column = keyof RecordingRow;
type Cell = RecordingRow[Column];

// As an object, so that the compiler finds a column that is missing.
const columnOrder: Readonly<Record<Column, true>> = {
  elapsedMs: true,
  gatewayId: true,
  name: true,
  state: true,
  oneWayCount: true,
  oneWayP50Ms: true,
  oneWayP95Ms: true,
  oneWayP99Ms: true,
  oneWayMaxMs: true,
  oneWayBoundMs: true,
  urgentP50Ms: true,
  urgentP99Ms: true,
  urgentBoundMs: true,
  sampleP50Ms: true,
  sampleP99Ms: true,
  sampleBoundMs: true,
  jitterMs: true,
  roundTripP50Ms: true,
  roundTripP99Ms: true,
  probeToProbeCount: true,
  probeToProbeP50Ms: true,
  probeToProbeP99Ms: true,
  probeToProbeBoundMs: true,
  messagesInTotal: true,
  messagesOutTotal: true,
  recordsInTotal: true,
  recordsOutTotal: true,
  bytesInTotal: true,
  bytesOutTotal: true,
  deliveredTotal: true,
  duplicateTotal: true,
  lateTotal: true,
  lostTotal: true,
  droppedTotal: true,
  droppedBeforeSendTotal: true,
  unmeasuredTotal: true,
  reconnectsTotal: true,
  clockStepsTotal: true,
  bandBatteryPercent: true,
  windowMs: true,
  eventLoopLagP50Ms: true,
  eventLoopLagP99Ms: true,
  busyPercent: true,
  cpuPressure: true,
  batteryPercent: true,
  isCharging: true,
};

/** In the order in which they are written. */
export const recordingColumns = Object.keys(columnOrder) as readonly Column[];

/** The row of all first. */
export const recordingRows = (
  { all, peers, bands }: StatisticsSnapshot,
  page: PageFigures,
  elapsedMs: number,
): readonly RecordingRow[] => [
  rowOfAll(all, bands, page, elapsedMs),
  ...peers.map((peer) => rowOfPeer(peer, bands, elapsedMs)),
];

const lowestPercent = (bands: readonly BandReading[], gatewayId: string | undefined): number | undefined => {
  const levels = bands.flatMap(({ wearer, isConnected, battery }) =>
    isConnected && battery !== undefined && wearer?.gatewayId === gatewayId ? [battery.percent] : [],
  );
  return levels.length === 0 ? undefined : Math.min(...levels);
};

const rowOfAll = (
  all: MeshFigures,
  bands: readonly BandReading[],
  page: PageFigures,
  elapsedMs: number,
): RecordingRow => ({
  elapsedMs,
  gatewayId: "all",
  name: "",
  state: "",
  ...pathCells(all, all.traffic),
  bandBatteryPercent: lowestPercent(bands, undefined),
  windowMs: all.mux.windowMs,
  eventLoopLagP50Ms: page.eventLoopLagP50Ms,
  eventLoopLagP99Ms: page.eventLoopLagP99Ms,
  busyPercent: page.busyPercent,
  cpuPressure: page.cpuPressure,
  batteryPercent: page.batteryPercent,
  isCharging: page.isCharging === undefined ? undefined : Number(page.isCharging),
});

const rowOfPeer = (peer: PeerFigures, bands: readonly BandReading[], elapsedMs: number): RecordingRow => ({
  elapsedMs,
  gatewayId: peer.gatewayId,
  name: peer.name,
  state: peer.state.kind,
  ...pathCells(peer, trafficOf(peer.ledger)),
  bandBatteryPercent: lowestPercent(bands, peer.gatewayId),
  windowMs: undefined,
  eventLoopLagP50Ms: undefined,
  eventLoopLagP99Ms: undefined,
  busyPercent: undefined,
  cpuPressure: undefined,
  batteryPercent: undefined,
  isCharging: undefined,
});

const pathCells = ({ oneWay, ...path }: PathFigures, traffic: Traffic) => {
  const prompt = oneWay.prompt.lastMinute;
  const urgent = oneWay.urgent.lastMinute;
  const sample = oneWay.sample.lastMinute;
  const roundTrip = path.roundTrip.lastMinute;
  const probeToProbe = path.probeToProbe.lastMinute;
  const { clockUnknown, fromTheFuture, absurdlyOld, unknownRecord } = path.unmeasured;
  return {
    oneWayCount: prompt?.count ?? 0,
    oneWayP50Ms: prompt?.p50Ms,
    oneWayP95Ms: prompt?.p95Ms,
    oneWayP99Ms: prompt?.p99Ms,
    oneWayMaxMs: prompt?.maxMs,
    oneWayBoundMs: prompt?.boundMs,
    urgentP50Ms: urgent?.p50Ms,
    urgentP99Ms: urgent?.p99Ms,
    urgentBoundMs: urgent?.boundMs,
    sampleP50Ms: sample?.p50Ms,
    sampleP99Ms: sample?.p99Ms,
    sampleBoundMs: sample?.boundMs,
    jitterMs: oneWay.prompt.jitterMs,
    roundTripP50Ms: roundTrip?.p50Ms,
    roundTripP99Ms: roundTrip?.p99Ms,
    probeToProbeCount: probeToProbe?.count ?? 0,
    probeToProbeP50Ms: probeToProbe?.p50Ms,
    probeToProbeP99Ms: probeToProbe?.p99Ms,
    probeToProbeBoundMs: probeToProbe?.boundMs,
    messagesInTotal: path.totals.messagesIn,
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
    unmeasuredTotal: clockUnknown + fromTheFuture + absurdlyOld + unknownRecord,
    reconnectsTotal: path.reconnects,
    clockStepsTotal: path.clockSteps,
  };
};

// --- chunks: one packed row a line, a JSON array of its cells without the nulls at its end ---

export type PackedCell = Exclude<Cell, undefined> | null;
/** With a cell for every column. */
export type PackedRow = readonly PackedCell[];

/** Every row ends its line, so that chunks can be joined. */
export const packRows = (rows: readonly RecordingRow[]): string =>
  rows
    .map((row) => {
      const cells = recordingColumns.map((column) => packCell(row[column]));
      return `${JSON.stringify(cells.slice(0, cells.findLastIndex((cell) => cell !== null) + 1))}\n`;
    })
    .join("");

/** A thousandth of each unit is finer than any clock here. What is no finite number becomes null, as what is absent does. */
const packCell = (cell: Cell): PackedCell => {
  if (typeof cell !== "number") return cell ?? null;
  return Number.isFinite(cell) ? Math.round(cell * 1000) / 1000 : null;
};

/** The rows of a chunk that comes back from storage; undefined when it is none, because it may be anything. */
export const unpackRows = (text: string, columns: readonly string[]): readonly PackedRow[] | undefined => {
  const rows: PackedRow[] = [];
  for (const line of text.split("\n")) {
    if (line === "") continue;
    const cells = parse(line);
    if (!Array.isArray(cells) || cells.length > columns.length) return undefined;
    if (!cells.every((cell, i): cell is PackedCell => isCellOf(columns[i], cell))) return undefined;
    rows.push([...cells, ...new Array<null>(columns.length - cells.length).fill(null)]);
  }
  return rows;
};

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};

const textColumns: ReadonlySet<string | undefined> = new Set<Column>(["gatewayId", "name", "state", "cpuPressure"]);
const knownColumns: ReadonlySet<string | undefined> = new Set(recordingColumns);

/** Columns of another version may hold either. */
const isCellOf = (column: string | undefined, cell: unknown): cell is PackedCell => {
  if (cell === null) return true;
  if (typeof cell === "number") return Number.isFinite(cell) && !textColumns.has(column);
  return typeof cell === "string" && (textColumns.has(column) || !knownColumns.has(column));
};

import { describe, expect, it } from "vitest";
import { Ledger } from "../../gateway/ledger.ts";
import {
  packRows,
  recordingBytes,
  recordingColumns,
  recordingIntervalMs,
  recordingRows,
  recordingSchema,
  rowBytesBudget,
  unpackRows,
} from "../../gateway/recording.ts";
import { csvFile, jsonFile, type RecordingFile } from "../../gateway/recording-file.ts";
import type {
  BandReading,
  ClockedDelaySummary,
  PageFigures,
  PeerFigures,
  RecordingContext,
  StatisticsSnapshot,
} from "../../gateway/statistics-types.ts";
import { allFigures, peerFigures } from "../support/made-up-figures.ts";
import { readCsvRecording, readJsonRecording } from "../support/recording-reader.ts";

const context: RecordingContext = {
  startedAt: "2026-03-01T08:00:00.000Z",
  browser: 'Mozilla/5.0 (X11, "Linux"), like Gecko',
  gatewayName: "=Anna",
  windowMs: 180,
  intervalMs: recordingIntervalMs,
  peers: [{ gatewayId: "00", name: "Ben\nBo", clockBoundMs: 1.5 }],
  probes: [{ index: 1, name: "left, arm" }],
};
const noPage: PageFigures = {
  eventLoopLagP50Ms: undefined,
  eventLoopLagP99Ms: undefined,
  busyPercent: undefined,
  cpuPressure: undefined,
  batteryPercent: undefined,
  isCharging: undefined,
};
const page: PageFigures = {
  eventLoopLagP50Ms: 0.4,
  eventLoopLagP99Ms: 12.25,
  busyPercent: 1.5,
  cpuPressure: "nominal",
  batteryPercent: 87,
  isCharging: false,
};
const snapshot = (peers: readonly PeerFigures[]): StatisticsSnapshot => ({
  atMs: 0,
  elapsedMs: 0,
  peers,
  all: allFigures(),
  probes: [],
  bands: [],
});
const joined = async (parts: AsyncIterable<string>): Promise<string> => {
  let text = "";
  for await (const part of parts) text += part;
  return text;
};

/** The parts of a file of such chunks, in the order of the file. */
const partsOf = (file: RecordingFile) =>
  async function* (of: RecordingContext, chunks: Iterable<string>): AsyncGenerator<string> {
    const unpacked = async function* () {
      for (const chunk of chunks) yield unpackRows(chunk, recordingColumns) ?? expect.fail("a chunk cannot be read");
    };
    const about = { schema: recordingSchema, columns: recordingColumns, context: { ...of, missingChunks: [] } };
    yield file.head(about);
    yield* file.rows(unpacked());
    yield file.end;
  };
const jsonParts = partsOf(jsonFile);
const csvParts = partsOf(csvFile);

/** A peer of a long, busy day. */
const busyPeer = (): PeerFigures => {
  const delay: ClockedDelaySummary = {
    count: 1_234,
    p50Ms: 12.345,
    p95Ms: 123.456,
    p99Ms: 234.567,
    maxMs: 345.678,
    boundMs: 2.345,
  };
  const spans = { sinceStart: delay, lastMinute: delay, jitterMs: 12.345 };
  const ledger = new Ledger();
  ledger.countReceived(2_000_000);
  for (let i = 0; i < 100_000; i++) ledger.countDelivered();
  ledger.countSent(2_000_000);
  return peerFigures({
    name: "Annabella-Maria",
    ledger: ledger.snapshot(),
    oneWay: { urgent: spans, command: spans, sample: spans, status: spans, ping: spans, prompt: spans },
    roundTrip: spans,
    probeToProbe: spans,
    totals: {
      messagesIn: 400_000,
      messagesOut: 400_000,
      recordsIn: 2_000_000,
      recordsOut: 2_000_000,
      bytesIn: 99_000_000,
      bytesOut: 99_000_000,
    },
  });
};

describe("recording", () => {
  it("should have a row of all and of each peer, with every column", () => {
    const rows = recordingRows(snapshot([peerFigures(), peerFigures({ name: "Ben" })]), page, 5_000);
    expect(rows.map(({ gatewayId, name }) => [gatewayId, name])).toEqual([
      ["all", ""],
      [peerFigures().gatewayId, "Ada"],
      [peerFigures().gatewayId, "Ben"],
    ]);
    for (const row of rows) expect(Object.keys(row).toSorted()).toEqual([...recordingColumns].toSorted());
    expect(rows[0]).toMatchObject({ elapsedMs: 5_000, busyPercent: 1.5, isCharging: 0 });
  });

  it("should tell of each gateway the lowest level of the bands that are connected", () => {
    const ada = peerFigures();
    const of = (wearer: PeerFigures | undefined, percent: number | undefined, isConnected = true): BandReading => ({
      id: "",
      wearer,
      name: "",
      isConnected,
      battery: percent === undefined ? undefined : { percent, isCharging: false },
    });
    const bands = [
      of(undefined, 80),
      of(undefined, 60),
      of(undefined, 5, false),
      of(undefined, undefined),
      of(ada, 41),
    ];
    const rows = recordingRows({ ...snapshot([ada, peerFigures({ gatewayId: "ff" })]), bands }, page, 0);
    expect(rows.map(({ bandBatteryPercent }) => bandBatteryPercent)).toEqual([60, 41, undefined]);
  });

  it("should name the unit of every number", () => {
    const withoutUnit = recordingColumns.filter(
      (column) => !/Ms$|Total$|Count$|Percent$|^gatewayId$|^name$|^state$|^cpuPressure$|^isCharging$/.test(column),
    );
    expect(withoutUnit).toEqual([]);
  });

  it("should open in a reader as CSV and as JSON, with the same context and the same rows", async () => {
    const rows = recordingRows(snapshot([busyPeer(), peerFigures()]), page, 1_234.5678);
    const chunks = [packRows(rows), "", packRows(rows.slice(1))];
    const fromJson = readJsonRecording(await joined(jsonParts(context, chunks)));
    const fromCsv = readCsvRecording(await joined(csvParts(context, chunks)));
    expect(fromJson.schema).toBe(recordingSchema);
    expect(fromJson.context).toEqual({ ...context, missingChunks: [] });
    expect(fromJson.columns).toEqual(recordingColumns);
    expect(fromJson.rows).toHaveLength(5);
    expect(fromJson.rows[0]).toMatchObject({ elapsedMs: 1_234.568, gatewayId: "all", eventLoopLagP99Ms: 12.25 });
    expect(fromJson.rows[1]).toMatchObject({ oneWayP99Ms: 234.567, oneWayBoundMs: 2.345, deliveredTotal: 100_000 });
    expect(fromCsv.context).toEqual(fromJson.context);
    // What docs/statistics.md tells those who read it with other tools.
    expect((await joined(csvParts(context, chunks))).split("\r\n")[9]).toBe(recordingColumns.join(","));
    expect(fromCsv.rows).toEqual(fromJson.rows);
  });

  it("should leave out the cells that are absent at a row's end, and put them back", () => {
    const rows = recordingRows(snapshot([peerFigures(), busyPeer()]), page, 0);
    const [ofAll = "", ofPeer = ""] = packRows(rows).split("\n");
    expect(JSON.parse(ofPeer).length).toBeLessThan(JSON.parse(ofAll).length);
    expect(JSON.parse(ofPeer).at(-1)).not.toBe(null);
    for (const row of unpackRows(packRows(rows), recordingColumns) ?? [])
      expect(row).toHaveLength(recordingColumns.length);
  });

  it("should be a whole file with nothing recorded yet", async () => {
    expect(readJsonRecording(await joined(jsonParts(context, []))).rows).toEqual([]);
    expect(readCsvRecording(await joined(csvParts(context, []))).rows).toEqual([]);
  });

  it("should let no name become a formula or break a line", async () => {
    for (const name of ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", 'a,"b"\n=c']) {
      const chunk = packRows(recordingRows(snapshot([peerFigures({ name })]), noPage, 0));
      const [, row] = readCsvRecording(await joined(csvParts(context, [chunk]))).rows;
      expect(row).toMatchObject({ name: /^[=+\-@\t\r]/.test(name) ? `'${name}` : name });
      expect(readJsonRecording(await joined(jsonParts(context, [chunk]))).rows[1]).toMatchObject({ name });
    }
  });

  it("should write what is no finite number as absent", async () => {
    const broken = { ...page, busyPercent: Number.NaN, batteryPercent: Number.POSITIVE_INFINITY };
    const chunk = packRows(recordingRows(snapshot([]), broken, 0));
    const [row] = readJsonRecording(await joined(jsonParts(context, [chunk]))).rows;
    expect(row).toMatchObject({ busyPercent: undefined, batteryPercent: undefined });
  });

  it("should keep a busy peer's row within its budget, and a shift of ten peers within 102 MB", () => {
    const packed = packRows(recordingRows(snapshot([busyPeer()]), page, 8 * 3_600_000)).split("\n");
    for (const line of packed) expect(line.length + 1).toBeLessThanOrEqual(rowBytesBudget);
    expect(recordingBytes(8 * 3_600_000, 10)).toBeLessThan(102e6);
  });

  it("should write an hour of ten peers in parts no longer than a chunk, holding none of them", async () => {
    const minute = packRows(
      Array.from({ length: 60 }, (_, i) => recordingRows(snapshot(Array(10).fill(busyPeer())), page, i * 1_000)).flat(),
    );
    const chunks = function* (minutes: number) {
      for (let i = 0; i < minutes; i++) yield minute;
    };
    const padded = (await joined(jsonParts(context, [minute]))).length;
    let rows = 0;
    let longest = 0;
    for await (const part of jsonParts(context, chunks(60))) {
      rows += part.split("\n[").length - 1;
      longest = Math.max(longest, part.length);
    }
    expect(rows).toBe(3_600 * 11);
    expect(longest).toBeLessThan(padded);
    longest = 0;
    for await (const part of csvParts(context, chunks(30))) longest = Math.max(longest, part.length);
    expect(longest).toBeLessThan(padded);
  });
});

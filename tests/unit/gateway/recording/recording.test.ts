import { describe, expect, it } from "vitest";
import type { BandReading } from "../../../../gateway/power/battery-figures.ts";
import {
  type RecordedPage,
  recordingIntervalMs,
  recordingRows,
  recordingSchema,
} from "../../../../gateway/recording/recording.ts";
import { packRows, rowBytesBudget, unpackRows } from "../../../../gateway/recording/recording-chunks.ts";
import { columnsOfKind, recordingColumns } from "../../../../gateway/recording/recording-columns.ts";
import type { RecordingContext } from "../../../../gateway/recording/recording-context.ts";
import { csvFile, jsonFile, type RecordingFile } from "../../../../gateway/recording/recording-file.ts";
import { Ledger } from "../../../../gateway/records/ledger.ts";
import { trafficOf } from "../../../../gateway/records/traffic.ts";
import { byDelayClass } from "../../../../gateway/statistics/path-statistics.ts";
import type {
  ClockedDelaySummary,
  MuxFigures,
  PeerFigures,
  ProbeFigures,
  StatisticsSnapshot,
} from "../../../../gateway/statistics/statistics-types.ts";
import { allFigures, noPath, peerFigures } from "../../../support/made-up-figures.ts";
import { recordingBytes } from "../../../support/recording-bytes.ts";
import { readCsvRecording, readJsonRecording } from "../../../support/recording-reader.ts";

const context: RecordingContext = {
  startedAt: "2026-03-01T08:00:00.000Z",
  intervalMs: recordingIntervalMs,
  sessions: [
    {
      elapsedMs: 0,
      gatewayId: "ab".repeat(16),
      epoch: 7,
      gatewayName: "=Anna\nBo",
      browser: 'Mozilla/5.0 (X11, "Linux"), like Gecko',
      isCrossOriginIsolated: true,
      windowMs: 180,
    },
  ],
};
const page: RecordedPage = {
  gatewayId: "ab".repeat(16),
  epoch: 7,
  isHidden: true,
  clockJumpedMs: 2_500,
  figures: {
    eventLoopLagP50Ms: 0.4,
    eventLoopLagP99Ms: 12.25,
    busyPercent: 1.5,
    cpuPressure: "nominal",
    batteryPercent: 87,
    isCharging: false,
  },
  forecast: {
    kind: "draining",
    levelPercent: 87,
    drainPercentPerHour: { value: 6.25, plusMinus: 0.5 },
    powerW: undefined,
    timeLeftMs: 50_112_000,
    leastTimeLeftMs: 45_000_000,
    mostTimeLeftMs: undefined,
    shiftLeftMs: 20_000_000,
    lastsShift: "yes",
  },
  probes: new Map([[3, { origin: "simulated", batteryPercent: 64 }]]),
};
const noPage: RecordedPage = {
  ...page,
  isHidden: false,
  figures: {
    eventLoopLagP50Ms: undefined,
    eventLoopLagP99Ms: undefined,
    busyPercent: undefined,
    cpuPressure: undefined,
    batteryPercent: undefined,
    isCharging: undefined,
  },
  forecast: { kind: "unknown", reason: "no-reading" },
};
const delay: ClockedDelaySummary = {
  count: 1_234,
  p50Ms: 12.345,
  p95Ms: 123.456,
  p99Ms: 234.567,
  maxMs: 345.678,
  boundMs: 2.345,
};
const spans = { sinceStart: delay, lastMinute: delay, jitterMs: 12.345 };
const arm: ProbeFigures = {
  index: 3,
  name: "left, arm",
  link: { kind: "connected" },
  messagesIn: 4_321,
  messagesInPerSecond: 20,
  writeLatency: { sinceStart: delay, lastMinute: undefined },
  writesPending: 1,
  mostWritesPending: 4,
  reconnects: 2,
  buzzes: { written: 40, "rate-limited": 3 },
};
const snapshot = (
  peers: readonly PeerFigures[],
  { all = allFigures(), probes = [] }: Partial<StatisticsSnapshot> = {},
): StatisticsSnapshot => ({
  atMs: 0,
  elapsedMs: 0,
  peers,
  all,
  probes,
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

/** As `delay`, in another second. */
const delayIn = (second: number): ClockedDelaySummary => ({
  count: 1_000 + second,
  p50Ms: 10.001 + second,
  p95Ms: 120.001 + second,
  p99Ms: 230.001 + second,
  maxMs: 340.001 + second,
  boundMs: 2.001 + second / 1000,
});

/**
 * A peer late on a long, busy day, in a room where all move, sample and buzz all the time: in every second every
 * percentile of the last minute and every total has changed. Those since the start do not change by then, to the
 * hundredth that a histogram distinguishes.
 */
const busyPeer = (second = 0, name = "Annabella-Maria"): PeerFigures => {
  const sinceStart = { ...delay, count: 900_000 + second };
  const spansNow = { sinceStart, lastMinute: delayIn(second), jitterMs: 12.345 + second };
  const ledger = new Ledger();
  ledger.countReceived(2_000_000 + second);
  for (let i = 0; i < 100_000 + second; i++) ledger.countDelivered();
  ledger.countSent(2_000_000 + second);
  ledger.countDroppedBeforeSend("superseded", 1_000 + second);
  ledger.heard({
    sent: 2_000_000,
    droppedBeforeSend: 0,
    receivedEarlier: 0,
    received: 2_000_000 + second,
    delivered: 1_900_000 + second,
    duplicate: 10,
    late: 1_000,
    dropped: 0,
  });
  return peerFigures({
    name,
    gatewayId: name.padEnd(32, "0"),
    clockBoundMs: 2.001 + second / 1000,
    ledger: ledger.snapshot(),
    oneWay: byDelayClass(() => spansNow),
    roundTrip: spansNow,
    probeToProbe: spansNow,
    demuxProcessing: spansNow,
    totals: {
      messagesIn: 400_000 + second,
      messagesOut: 400_000 + second,
      recordsIn: 2_000_000 + second,
      recordsOut: 2_000_000 + second,
      bytesIn: 99_000_000 + second,
      bytesOut: 99_000_000 + second,
    },
  });
};

/** Ten seconds of ten such peers and two probes. */
const busyChunk = (): string =>
  packRows(
    Array.from({ length: 10 }, (_, second) => {
      const peers = Array.from({ length: 10 }, (_unused, i) => busyPeer(second, `Annabella-Maria ${i}`));
      const { oneWay, roundTrip, probeToProbe, demuxProcessing, totals } = busyPeer(second);
      const summary = { count: 100 + second, p50: 5, p95: 8 + second, p99: 9 + second, max: 10 + second };
      const mux: MuxFigures = {
        windowMs: 180,
        wait: roundTrip,
        processing: roundTrip,
        flushes: { urgent: 100_000 + second, window: 90_000 + second, full: 10, directed: 40, drained: 0, changed: 12 },
        recordsPerAggregate: { sinceStart: summary, lastMinute: summary },
        bytesPerRecord: { sinceStart: summary, lastMinute: summary },
      };
      const all = allFigures({ oneWay, roundTrip, probeToProbe, demuxProcessing, totals, mux });
      const probes = [1, 2].map((index) => ({
        ...arm,
        index,
        messagesIn: 500_000 + second,
        writeLatency: roundTrip,
      }));
      return recordingRows(snapshot(peers, { all, probes }), page, (second + 20_000) * 1_000);
    }).flat(),
  );

describe("recording", () => {
  it("should have a row of all, of each peer and of each probe, each with its columns", () => {
    const peers = [peerFigures(), peerFigures({ name: "Ben", epoch: 4, clockBoundMs: 1.5 })];
    const rows = recordingRows(snapshot(peers, { probes: [arm] }), page, 5_000);
    expect(rows.map(({ rowKind, gatewayId, epoch, name, state }) => [rowKind, gatewayId, epoch, name, state])).toEqual([
      ["all", page.gatewayId, 7, "", ""],
      ["peer", peerFigures().gatewayId, 1, "Ada", "connected"],
      ["peer", peerFigures().gatewayId, 4, "Ben", "connected"],
      ["probe", page.gatewayId, 7, "left, arm", "connected"],
    ]);
    for (const [i, kind] of (["all", "peer", "peer", "probe"] as const).entries())
      expect(Object.keys(rows[i] ?? {}).toSorted()).toEqual([...columnsOfKind[kind]].toSorted());
    expect(rows[0]).toMatchObject({
      elapsedMs: 5_000,
      busyPercent: 1.5,
      isCharging: 0,
      isHidden: 1,
      clockJumpedMs: 2_500,
    });
    expect(rows[2]).toMatchObject({ clockBoundMs: 1.5 });
    expect(new Set(Object.values(columnsOfKind).flat())).toEqual(new Set(recordingColumns));
    expect(new Set(recordingColumns).size).toBe(recordingColumns.length);
  });

  it("should have for every class of delay how many, how long, and how far from the truth", () => {
    const classes = ["urgent", "command", "sample", "status", "ping", "prompt"] as const;
    const oneWay = byDelayClass((name) => {
      const of = { ...delay, count: 1 + classes.indexOf(name) };
      return { sinceStart: { ...of, count: 10 + of.count }, lastMinute: of, jitterMs: undefined };
    });
    const rows = recordingRows(snapshot([peerFigures({ oneWay, probeToProbe: spans })]), page, 0);
    for (const [i, name] of ["urgent", "command", "sample", "status", "ping", "oneWay"].entries())
      expect(rows[1]).toMatchObject({
        [`${name}Count`]: 1 + i,
        [`${name}P50Ms`]: 12.345,
        [`${name}P95Ms`]: 123.456,
        [`${name}P99Ms`]: 234.567,
        [`${name}MaxMs`]: 345.678,
        [`${name}BoundMs`]: 2.345,
      });
    expect(rows[1]).toMatchObject({ oneWaySinceStartCount: 16, oneWaySinceStartP99Ms: 234.567 });
    expect(rows[1]).toMatchObject({ probeToProbeSinceStartCount: 1_234, probeToProbeSinceStartBoundMs: 2.345 });
    expect(rows[0]).toMatchObject({ oneWayCount: 0, oneWayP50Ms: undefined, oneWaySinceStartCount: 0 });
  });

  it("should have what became of records by its cause, here and at the peer", () => {
    const ledger = new Ledger();
    ledger.countDroppedBeforeSend("backlog-full", 3);
    ledger.countDroppedBeforeSend("expired", 4);
    ledger.countDropped("no-roster", 5);
    const silent = peerFigures({ ledger: ledger.snapshot() });
    ledger.heard({
      sent: 0,
      droppedBeforeSend: 0,
      receivedEarlier: 0,
      received: 10,
      delivered: 6,
      duplicate: 2,
      late: 1,
      dropped: 1,
    });
    const heard = peerFigures({
      ledger: ledger.snapshot(),
      unmeasured: { ...noPath.unmeasured, fromTheFuture: 2, absurdlyOld: 1 },
      doneOutcomes: { written: 8, superseded: 7, expired: 6, failed: 5 },
    });
    const all = allFigures({ traffic: trafficOf(ledger.snapshot()) });
    const [ofAll, ofSilent, ofHeard] = recordingRows(snapshot([silent, heard], { all }), page, 0);
    const drops = {
      droppedTotal: 5,
      droppedNoRosterTotal: 5,
      droppedRateTotal: 0,
      droppedBeforeSendTotal: 7,
      droppedBeforeSendBacklogFullTotal: 3,
      droppedBeforeSendExpiredTotal: 4,
    };
    for (const row of [ofAll, ofSilent, ofHeard]) expect(row).toMatchObject(drops);
    expect(ofSilent).toMatchObject({ remoteDeliveredTotal: undefined, remoteDroppedTotal: undefined });
    expect(ofHeard).toMatchObject({
      remoteDeliveredTotal: 6,
      remoteDuplicateTotal: 2,
      remoteLateTotal: 1,
      remoteDroppedTotal: 1,
      unmeasuredTotal: 3,
      unmeasuredFromTheFutureTotal: 2,
      unmeasuredClockUnknownTotal: 0,
      doneWrittenTotal: 8,
      doneFailedTotal: 5,
    });
  });

  it("should have in the row of all what this page does, and how long its battery lasts", () => {
    const summary = { count: 9, p50: 5, p95: 8, p99: 9, max: 12 };
    const mux: MuxFigures = {
      ...allFigures().mux,
      wait: spans,
      flushes: { urgent: 1, window: 2, full: 3, directed: 4, drained: 5, changed: 6 },
      recordsPerAggregate: { sinceStart: undefined, lastMinute: summary },
      bytesPerRecord: { sinceStart: undefined, lastMinute: summary },
    };
    const all = allFigures({ mux, demuxProcessing: spans });
    expect(recordingRows(snapshot([], { all }), page, 0)[0]).toMatchObject({
      muxWaitP50Ms: 12.345,
      muxProcessingCount: 0,
      demuxProcessingP99Ms: 234.567,
      flushUrgentTotal: 1,
      flushChangedTotal: 6,
      aggregateP99Records: 9,
      recordMaxBytes: 12,
      batteryDrainPercentPerHour: 6.25,
      batteryDrainPlusMinusPercentPerHour: 0.5,
      batteryTimeLeftMs: 50_112_000,
      batteryLeastTimeLeftMs: 45_000_000,
    });
    expect(recordingRows(snapshot([]), noPage, 0)[0]).toMatchObject({
      batteryDrainPercentPerHour: undefined,
      batteryTimeLeftMs: undefined,
      isHidden: 0,
    });
  });

  it("should have for each of my probes what it sent, and what became of requests to it", () => {
    const [, row] = recordingRows(snapshot([], { probes: [arm] }), page, 0);
    expect(row).toMatchObject({
      probeIndex: 3,
      origin: "simulated",
      messagesInTotal: 4_321,
      reconnectsTotal: 2,
      bandBatteryPercent: 64,
      writeCount: 0,
      writeP99Ms: undefined,
      writeSinceStartCount: 1_234,
      writeSinceStartMaxMs: 345.678,
      writesPendingCount: 1,
      mostWritesPendingCount: 4,
      buzzWrittenTotal: 40,
      buzzRateLimitedTotal: 3,
      buzzMutedTotal: 0,
    });
  });

  it("should have for each gateway the lowest level of its connected bands", () => {
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
    const texts = ["rowKind", "gatewayId", "name", "state", "cpuPressure", "origin"];
    const withoutUnits: ReadonlySet<string> = new Set([...texts, "epoch", "probeIndex", "isCharging", "isHidden"]);
    const withoutUnit = recordingColumns.filter(
      (column) => !/(Ms|Total|Count|Percent|PercentPerHour|Records|Bytes)$/.test(column) && !withoutUnits.has(column),
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
    expect(fromJson.rows[0]).toMatchObject({ elapsedMs: 1_234.568, rowKind: "all", eventLoopLagP99Ms: 12.25 });
    expect(fromJson.rows[1]).toMatchObject({ oneWayP99Ms: 230.001, oneWayBoundMs: 2.001, deliveredTotal: 100_000 });
    expect(fromCsv.context).toEqual(fromJson.context);
    // What docs/statistics.md says to people who read it with other tools.
    expect((await joined(csvParts(context, chunks))).split("\r\n")[5]).toBe(recordingColumns.join(","));
    expect(fromCsv.rows).toEqual(fromJson.rows);
  });

  it("should keep of a row what has changed since the last of the same peer or probe, and give it all back", () => {
    const seconds = [0, 1, 2].map((second) => {
      const peers = second === 1 ? [busyPeer(second, "Ben")] : [busyPeer(0, "Ada"), busyPeer(second, "Ben")];
      return recordingRows(snapshot(peers, { probes: [arm, { ...arm, index: 5 }] }), page, second * 1_000);
    });
    const text = packRows(seconds.flat());
    expect(text.split("\n").at(-2)).toBe("[5,[1],2000]"); // The row of the probe with index 5: only the time has gone on.
    const rows = unpackRows(text, recordingColumns) ?? [];
    expect(rows).toHaveLength(14);
    for (const row of rows) expect(row).toHaveLength(recordingColumns.length);
    // Each second by itself is written without a row to go on from.
    expect(rows).toEqual(seconds.flatMap((second) => unpackRows(packRows(second), recordingColumns)));
    const bare = unpackRows(
      packRows(seconds.flat().map((row, i) => ({ ...row, gatewayId: `other ${i}` }))),
      recordingColumns,
    );
    const idAt = recordingColumns.indexOf("gatewayId");
    expect(rows.map((row) => row.with(idAt, null))).toEqual(bare?.map((row) => row.with(idAt, null)));
  });

  it.each([
    ["no array", "{}"],
    ["nothing", "[]"],
    ["a row above the first", "[1,1000]"],
    ["a row below", "[-1,1000]"],
    ["half a row", "[0.5,1000]"],
    ["no cells as before", '[0,[0],"all"]'],
    ["fewer than none", "[0,[-1]]"],
    ["more cells than there are", "[0,[100000]]"],
    ["a list of what is no number", '[0,["a"]]'],
    ["an object for a cell", "[0,{}]"],
  ])("should take no chunk for one that speaks of %s", (_, line) => {
    expect(unpackRows(`[0,"all",1000]\n`, recordingColumns)).toHaveLength(1);
    expect(unpackRows(`${line}\n`, recordingColumns)).toBeUndefined();
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
    const figures = { ...page.figures, busyPercent: Number.NaN, batteryPercent: Number.POSITIVE_INFINITY };
    const broken = { ...page, figures };
    const chunk = packRows(recordingRows(snapshot([]), broken, 0));
    const [row] = readJsonRecording(await joined(jsonParts(context, [chunk]))).rows;
    expect(row).toMatchObject({ busyPercent: undefined, batteryPercent: undefined });
  });

  it("should keep the rows of a busy room within their budget, and a shift of ten peers and two probes within 190 MB", () => {
    const chunk = busyChunk();
    expect(chunk.length / (10 * 13)).toBeLessThanOrEqual(rowBytesBudget);
    expect(recordingBytes(8 * 3_600_000, 13)).toBeLessThan(190e6);
  });

  it("should write half an hour of ten peers in parts no longer than a chunk, holding none of them", async () => {
    const tenPeers = Array.from({ length: 10 }, (_, i) => busyPeer(0, `Peer ${i}`));
    const minute = packRows(
      Array.from({ length: 60 }, (_, i) => recordingRows(snapshot(tenPeers), page, i * 1_000)).flat(),
    );
    const chunks = function* (minutes: number) {
      for (let i = 0; i < minutes; i++) yield minute;
    };
    const padded = (await joined(jsonParts(context, [minute]))).length;
    let rows = 0;
    let longest = 0;
    for await (const part of jsonParts(context, chunks(30))) {
      rows += part.split("\n[").length - 1;
      longest = Math.max(longest, part.length);
    }
    expect(rows).toBe(1_800 * 11);
    expect(longest).toBeLessThan(padded);
    longest = 0;
    for await (const part of csvParts(context, chunks(30))) longest = Math.max(longest, part.length);
    expect(longest).toBeLessThan(padded);
  }, 60_000);
});

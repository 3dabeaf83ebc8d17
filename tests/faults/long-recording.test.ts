// A shift is recorded: eight hours of a gateway with ten peers, as real rows of a real room, with a store on disk, with
// one that fills up on the way, and with none. Memory stays bounded, nothing that was shown as recorded is lost, and
// the files can be read.

import { beforeAll, describe, expect, it } from "vitest";
import { recordingIntervalMs, recordingRows } from "../../gateway/recording/recording.ts";
import type { RecordingRow } from "../../gateway/recording/recording-columns.ts";
import type { StatisticsSnapshot } from "../../gateway/statistics/statistics-types.ts";
import { maxBytesInMemory, Recorder } from "../../web/figures/recorder.ts";
import type { RecordingStore } from "../../web/store/recording-store.ts";
import { tell } from "../support/case-table.ts";
import { calmPage } from "../support/fake-recordings.ts";
import { FakeTime } from "../support/fake-time.ts";
import { heldHeapMb } from "../support/heap.ts";
import { recordedPage, recordingSession } from "../support/made-up-figures.ts";
import type { MemoryChannelPair } from "../support/memory-channel.ts";
import { connect, type Member, newMember } from "../support/memory-room.ts";
import { recordingBytes } from "../support/recording-bytes.ts";
import { readCsvRecording, readJsonRecording } from "../support/recording-reader.ts";
import { openRecordingsOnDisk } from "../support/recordings-on-disk.ts";
import { sized } from "../support/run-length.ts";
import { type MeasuredMember, newMeasuredMember } from "../support/statistics-room.ts";

const peers = 10;
const hourSeconds = 3_600;
const shiftSeconds = 8 * hourSeconds;
/** Rows of all, of each peer, and of one probe. */
const rowsEachSecond = peers + 2;
/** The room lives a second for so many that are recorded: its rows change, and a test does not take two minutes. */
const secondsPerRoomSecond = sized({ short: 20, long: 1 });
const gestureEverySeconds = 5;
/** The histograms of ten peers that fill up, and what V8 keeps at hand. */
const roomMb = 15;
/** What is kept without a store is bounded, as text of one byte a character where names are Latin. */
const memoryBudgetMb = maxBytesInMemory * 1e-6;
/** The last lines of a file: as many as the reader gets. */
const tailRows = 50 * rowsEachSecond;

let time: FakeTime;
let anna: MeasuredMember;
const others: Member[] = [];
const channels: MemoryChannelPair[] = [];

beforeAll(async () => {
  time = new FakeTime(50_000);
  anna = await newMeasuredMember(time, "Anna");
  for (let n = 0; n < peers; n++) {
    const other = await newMember(time, `Peer ${n}`);
    channels.push(await connect(time, other, anna, () => 15 + n));
    others.push(other);
  }
});

/**
 * What the fakes write down for tests that read it: it grows with every message, and is none of the product's memory.
 */
const forgetRecords = (): void => {
  for (const { events, link } of [anna, ...others]) {
    events.length = 0;
    link.written.length = 0;
  }
  for (const { dialer, callee } of channels) {
    dialer.sent.length = 0;
    callee.sent.length = 0;
  }
};

/** What the room looks like in each second of the shift. */
const roomAt = async (second: number, before: StatisticsSnapshot | undefined): Promise<StatisticsSnapshot> => {
  if (before !== undefined && second % secondsPerRoomSecond !== 0) return before;
  if ((second / secondsPerRoomSecond) % gestureEverySeconds === 0) for (const other of others) other.gesture("wave");
  await time.advance(1_000);
  forgetRecords();
  return anna.snapshot();
};

/** As of a room in which every figure changes every second, which takes the most room. */
const restless = (row: RecordingRow, second: number): RecordingRow => {
  const changed = Object.entries(row).map(([column, cell]) => [
    column,
    typeof cell === "number" && column !== "elapsedMs" ? cell + second / 1_000 : cell,
  ]);
  return Object.fromEntries(changed);
};

/** Records for so long on a clock of its own; how much the heap has grown since the first minutes, hour by hour. */
const record = async (store: RecordingStore, seconds: number, change?: typeof restless) => {
  let nowMs = 0;
  const recorder = new Recorder({
    now: () => nowMs,
    monotonicNow: () => nowMs,
    wallNow: () => nowMs,
    store,
    ...calmPage,
  });
  recorder.start(recordingSession, "ab".repeat(16));
  const grownMb: number[] = [];
  let snapshot: StatisticsSnapshot | undefined;
  let rows: readonly RecordingRow[] = [];
  let emptyMb = 0;
  for (let second = 1; second <= seconds && recorder.isRunning; second++) {
    const before = snapshot;
    snapshot = await roomAt(second, before);
    nowMs += recordingIntervalMs;
    const { elapsedMs } = recorder;
    // In between they are the same in every cell: a test would spend its time on making them again.
    if (snapshot !== before) rows = recordingRows(snapshot, recordedPage, elapsedMs);
    recorder.add(change === undefined ? rows : rows.map((row) => change(row, second)));
    // As on a page, where the store writes between two seconds.
    if (second % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    if (second === 300) emptyMb = heldHeapMb();
    if (second % hourSeconds === 0) grownMb.push(heldHeapMb() - emptyMb);
  }
  recorder.stop();
  return { recorder, grownMb };
};

interface Shape {
  readonly bytes: number;
  readonly lines: number;
  /** The first lines, and the last. */
  readonly first: string;
  readonly last: string;
}

/** Reads a file as a stream, and keeps of it what a reader of both ends needs. */
const shapeOf = async (file: Blob, firstLines: number): Promise<Shape> => {
  let [bytes, lines, first, last] = [0, 0, "", ""];
  const decoder = new TextDecoder();
  for await (const part of file.stream()) {
    const text = decoder.decode(part, { stream: true });
    bytes += part.byteLength;
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lines++;
    if (first.split("\n").length <= firstLines) first += text;
    last = (last + text).slice(-tailRows * 1_200);
  }
  return { bytes, lines, first: first.split("\n").slice(0, firstLines).join("\n"), last };
};

const lastLines = (text: string, count: number): string => text.trimEnd().split("\n").slice(-count).join("\n");

/**
 * Both files of a recording, read at both ends by the reader that knows only the docs: as many rows as were shown, up
 * to the last one.
 */
const expectReadable = async (recorder: Recorder): Promise<void> => {
  const view = recorder.view.value;
  if (view.kind === "none") throw new Error("nothing is recorded");
  const csv = await recorder.file("csv");
  const ofCsv = await shapeOf(csv ?? new Blob(), 6);
  expect(ofCsv.lines).toBe(6 + view.rows);
  const csvTail = readCsvRecording(`${ofCsv.first}\n${lastLines(ofCsv.last, tailRows)}\r\n`);
  const json = await recorder.file("json");
  const ofJson = await shapeOf(json ?? new Blob(), 3);
  const rowLines = lastLines(ofJson.last, tailRows + 1);
  const jsonTail = readJsonRecording(
    `${ofJson.first}\n"rows":[\n${rowLines}`.replace(/"rows":\[\n"rows":\[/, '"rows":['),
  );
  expect(jsonTail.rows).toHaveLength(tailRows);
  expect(csvTail.rows).toEqual(jsonTail.rows);
  expect(csvTail.context).toMatchObject({ sessions: [{ gatewayName: "Anna" }], intervalMs: recordingIntervalMs });
  expect(jsonTail.rows.at(-1)).toMatchObject({ elapsedMs: view.lastedMs, rowKind: "probe", name: "Anna's arm" });
  expect(jsonTail.rows.at(-2)).toMatchObject({
    elapsedMs: view.lastedMs,
    name: `Peer ${peers - 1}`,
    state: "connected",
  });
};

describe("a recording of a shift", { timeout: sized({ short: 300_000, long: 30 * 60_000 }) }, () => {
  it("eight hours of ten peers", async (test) => {
    const store = await openRecordingsOnDisk();
    try {
      const { recorder, grownMb } = await record(store, shiftSeconds);
      expect(recorder.view.value).toMatchObject({
        kind: "stopped",
        rows: shiftSeconds * rowsEachSecond,
        problem: undefined,
      });
      const beforeExportMb = heldHeapMb();
      await expectReadable(recorder);
      tell(test.task, {
        rows: shiftSeconds * rowsEachSecond,
        "MB stored": Math.round(store.bytes / 1e6),
        "heap grown by, MB": Math.max(...grownMb).toFixed(1),
        "and after both files, MB": (heldHeapMb() - beforeExportMb).toFixed(1),
      });
      expect(store.bytes).toBeLessThanOrEqual(recordingBytes(shiftSeconds * 1_000, rowsEachSecond));
      expect(Math.max(...grownMb)).toBeLessThan(roomMb);
      expect(heldHeapMb() - beforeExportMb).toBeLessThan(roomMb);
    } finally {
      await store.close();
    }
  });

  it("a store that fills up after ten minutes", async (test) => {
    const limit = recordingBytes(600_000, rowsEachSecond);
    const store = await openRecordingsOnDisk(limit);
    try {
      const { recorder, grownMb } = await record(store, shiftSeconds, restless);
      const view = recorder.view.value;
      expect(view).toMatchObject({ kind: "stopped", problem: "memory-full" });
      await expectReadable(recorder);
      tell(test.task, {
        rows: view.kind === "none" ? 0 : view.rows,
        "MB stored": Math.round(store.bytes / 1e6),
        "heap grown by, MB": Math.max(...grownMb).toFixed(1),
      });
      expect(store.bytes).toBeLessThanOrEqual(limit);
      expect(Math.max(...grownMb)).toBeLessThan(memoryBudgetMb + roomMb);
    } finally {
      await store.close();
    }
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { recordingIntervalMs, recordingRows, recordingSchema } from "../../../../gateway/recording/recording.ts";
import { recordingColumns } from "../../../../gateway/recording/recording-columns.ts";
import { maxBytesInMemory, Recorder } from "../../../../web/figures/recorder.ts";
import { recordingProblemTexts } from "../../../../web/panel/panel-words.ts";
import {
  isRecordingHead,
  openRecordingStore,
  type RecordingHead,
  type RecordingStore,
} from "../../../../web/store/recording-store.ts";
import { CuttableIndexedDb, cutKinds } from "../../../support/cuttable-indexed-db.ts";
import { calmPage } from "../../../support/fake-recordings.ts";
import { FakeTime, settle } from "../../../support/fake-time.ts";
import { allFigures, recordedPage, recordingSession } from "../../../support/made-up-figures.ts";
import { readJsonRecording } from "../../../support/recording-reader.ts";

const roomId = "ab".repeat(16);

const headOf = (chunks: number): RecordingHead => ({
  schema: recordingSchema,
  columns: recordingColumns,
  context: { startedAt: "2026-03-01T08:00:00.000Z", intervalMs: recordingIntervalMs, sessions: [] },
  roomId,
  isRunning: true,
  startedAtMs: 1_000,
  lastedMs: 2_000,
  clockJumpedMs: 0,
  rows: chunks,
  chunks,
});

const open = (database: CuttableIndexedDb): RecordingStore => openRecordingStore(database.factory, 1, database.marks);

const brokenHeads: readonly (readonly [string, object])[] = [
  ["began on no date", { startedAtMs: 8.64e15 + 1 }],
  ["lasted for ever", { lastedMs: Number.MAX_VALUE }],
  ["says no time of its begin", { context: { ...headOf(1).context, startedAt: {} } }],
  ["has a session that is none", { context: { ...headOf(1).context, sessions: [7] } }],
  ["has a session with a book in it", { context: { ...headOf(1).context, sessions: [{ browser: "x".repeat(1e6) }] } }],
  ["has a session with a list in it", { context: { ...headOf(1).context, sessions: [{ elapsedMs: [1] }] } }],
];

describe("a stored recording", () => {
  it("should be read with the sessions of a page that knew other fields", () => {
    const sessions = [{ elapsedMs: 0, ...recordingSession, isFast: true, shoeSize: 42 }];
    expect(isRecordingHead({ ...headOf(1), context: { ...headOf(1).context, sessions } })).toBe(true);
  });

  it.each(brokenHeads)("should be as if it were not there when it %s", (_, fields) => {
    expect(isRecordingHead({ ...headOf(1), ...fields })).toBe(false);
  });
});

describe("the store of recordings", () => {
  let database: CuttableIndexedDb;
  let store: RecordingStore;

  beforeEach(() => {
    database = new CuttableIndexedDb();
    store = open(database);
  });

  it("should open one connection, and give back what it was given", async () => {
    expect(await store.write(headOf(1), "first")).toBe("kept");
    expect(await store.write(headOf(2), "second")).toBe("kept");
    expect(await store.readHead()).toEqual(headOf(2));
    expect([await store.readChunk(0), await store.readChunk(1)]).toEqual(["first", "second"]);
    expect(database.opens).toBe(1);
  });

  it.each(cutKinds)("should write on a fresh connection when the one it had is %s", async (kind) => {
    await store.write(headOf(1), "first");
    database.cut(kind);
    expect(await store.write(headOf(2), "second")).toBe("kept");
    expect(await open(database).readHead()).toEqual(headOf(2));
    expect(await store.readChunk(1)).toBe("second");
  });

  it.each(cutKinds)("should read on one fresh connection when the one it had is %s", async (kind) => {
    await store.write(headOf(1), "first");
    await store.write(headOf(2), "second");
    database.cut(kind);
    expect(await Promise.all([store.readHead(), store.readChunk(0), store.readChunk(1)])).toEqual([
      headOf(2),
      "first",
      "second",
    ]);
    expect(database.opens).toBe(2);
  });

  it.each([1, 2])("should bear it when opening fails, the first time in %i", async (failures) => {
    database.opensToFail = failures;
    expect(await store.write(headOf(1), "first")).toBe(failures === 1 ? "kept" : "storage-unavailable");
    expect(await store.write(headOf(1), "first")).toBe("kept");
    expect(await store.readChunk(0)).toBe("first");
  });

  it("should try only once more, and leave no connection behind, when the browser gives nothing any more", async () => {
    await store.write(headOf(1), "first");
    database.refusal = new DOMException("The disk is broken.", "UnknownError");
    for (const ask of [
      () => store.write(headOf(2), "second"),
      () => store.readChunk(0),
      () => store.readHead(),
      () => store.write(headOf(2), "second"),
    ]) {
      const before = database.opens;
      expect(await ask()).not.toBe("kept");
      expect(database.opens - before).toBeLessThanOrEqual(2);
    }
    expect(database.open.size).toBeLessThanOrEqual(1);
  });

  it("should say at once that the browser has no more room", async () => {
    await store.write(headOf(1), "first");
    database.refusal = new DOMException("full", "QuotaExceededError");
    expect(await store.write(headOf(2), "second")).toBe("storage-full");
    expect(database.opens).toBe(1);
    expect(database.open.size).toBe(1);
  });

  it("should keep nothing where there is no IndexedDB", async () => {
    const none = openRecordingStore(undefined, 1, new CuttableIndexedDb().marks);
    expect(await none.write(headOf(1), "first")).toBe("storage-unavailable");
    expect(await none.readHead()).toBeUndefined();
  });
});

describe("a browser that deletes what it stores", () => {
  let database: CuttableIndexedDb;

  beforeEach(() => {
    database = new CuttableIndexedDb();
    vi.stubGlobal("IDBKeyRange", { bound: (...ends: readonly unknown[]) => ends }); // Node has none.
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it.each(cutKinds)("should be noticed at the next write, which is kept, when the connection is %s", async (kind) => {
    const store = open(database);
    for (const count of [1, 2]) expect(await store.write(headOf(count), "rows")).toBe("kept");
    database.evict();
    database.cut(kind);
    expect(await store.write(headOf(3), "third")).toBe("kept-after-eviction");
    expect(await store.write(headOf(4), "fourth")).toBe("kept");
    expect([await store.readChunk(1), await store.readChunk(2)]).toEqual([undefined, "third"]);
  });

  it("should be noticed once at the next visit", async () => {
    await open(database).write(headOf(1), "first");
    expect(await open(database).takeDeleted()).toBeUndefined();
    database.evict();
    expect(await open(database).takeDeleted()).toBe(headOf(1).startedAtMs);
    expect(await open(database).takeDeleted()).toBeUndefined();
  });

  it("should be distinguished from a recording that the person deleted", async () => {
    const store = open(database);
    await store.write(headOf(1), "first");
    await store.clear();
    expect(await open(database).takeDeleted()).toBeUndefined();
    expect(await store.write(headOf(1), "first")).toBe("kept");
  });

  it("should not be supposed where nothing can be read", async () => {
    await open(database).write(headOf(1), "first");
    database.opensToFail = 2;
    expect(await open(database).takeDeleted()).toBeUndefined();
    database.evict();
    expect(await open(database).takeDeleted()).toBe(headOf(1).startedAtMs);
  });
});

describe("a recording whose connection the browser cuts", () => {
  const setUp = () => {
    vi.stubGlobal("IDBKeyRange", { bound: (...ends: readonly unknown[]) => ends }); // Node has none.
    const time = new FakeTime();
    const database = new CuttableIndexedDb();
    const recorder = new Recorder({
      now: time.now,
      monotonicNow: time.now,
      wallNow: time.now,
      store: open(database),
      ...calmPage,
    });
    const snapshot = { atMs: 0, elapsedMs: 0, peers: [], all: allFigures(), probes: [], bands: [] };
    const record = async (seconds: number): Promise<void> => {
      for (let i = 0; i < seconds; i++) {
        await time.advance(recordingIntervalMs);
        recorder.add(recordingRows(snapshot, recordedPage, recorder.elapsedMs));
      }
      await settle();
    };
    const file = async () => readJsonRecording((await (await recorder.file("json"))?.text()) ?? "");
    recorder.start(recordingSession, roomId);
    return { time, database, recorder, record, file };
  };

  it.each(cutKinds)("should go on in the store, and export all of it, when it is %s", async (kind) => {
    const { database, recorder, record, file } = setUp();
    await record(35);
    database.cut(kind);
    await record(20);
    database.cut(kind);
    const { rows, context } = await file();
    expect(rows).toHaveLength(55);
    expect(context).toMatchObject({ missingChunks: [] });
    expect(recorder.view.value).toMatchObject({ kind: "running", problem: undefined });
    const later = new Recorder({
      now: () => 0,
      monotonicNow: () => 0,
      wallNow: () => 60_000,
      store: open(database),
      ...calmPage,
    });
    await later.resume(recordingSession, roomId);
    expect(later.view.value).toMatchObject({ kind: "running", rows: 55 });
  });

  it("should say that no more of it is kept, not that nothing is, and end when memory is used up", async () => {
    const { time, database, recorder, record, file } = setUp();
    await record(35);
    database.cut("broken");
    database.opensToFail = Number.POSITIVE_INFINITY;
    await record(20);
    expect(recorder.view.value).toMatchObject({ kind: "running", rows: 55, problem: "storage-lost" });
    expect(recordingProblemTexts["storage-lost"]).toMatch(/keeps no more of this recording/);
    const { rows, context } = await file();
    expect(rows).toHaveLength(25); // Three chunks are on disk, and the rest in memory.
    expect(context).toMatchObject({ missingChunks: [[0, 2]] });
    const opens = database.opens;
    for (let added = 0; recorder.isRunning && added < 2 * maxBytesInMemory; added += 1_000_000) {
      await time.advance(10_000);
      recorder.add([{ rowKind: "peer", elapsedMs: recorder.elapsedMs, name: "x".repeat(1_000_000) }]);
    }
    await settle();
    expect(recorder.view.value).toMatchObject({ kind: "stopped", problem: "memory-full" });
    expect(database.opens - opens).toBeLessThanOrEqual(2); // To say that it was stopped.
    database.opensToFail = 0;
    expect((await file()).context).toMatchObject({ missingChunks: [] });
  });
});

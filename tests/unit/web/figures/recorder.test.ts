import { describe, expect, it, vi } from "vitest";
import { sleeplessClock } from "../../../../gateway/basics/sleepless-clock.ts";
import { recordingIntervalMs, recordingRows } from "../../../../gateway/recording/recording.ts";
import type { StatisticsSnapshot } from "../../../../gateway/statistics/statistics-types.ts";
import { maxUnreadInARow } from "../../../../web/figures/recorded-rows.ts";
import { maxBytesInMemory, Recorder } from "../../../../web/figures/recorder.ts";
import { isRecordingHead, maxSessions } from "../../../../web/store/recording-store.ts";
import { calmPage, FakeRecordings } from "../../../support/fake-recordings.ts";
import { FakeTime, settle } from "../../../support/fake-time.ts";
import {
  allFigures,
  recordedPage as page,
  peerFigures,
  recordingSession as session,
} from "../../../support/made-up-figures.ts";
import { readCsvRecording, readJsonRecording } from "../../../support/recording-reader.ts";

const roomId = "ab".repeat(16);

const snapshotOf = (peers: number): StatisticsSnapshot => ({
  atMs: 0,
  elapsedMs: 0,
  peers: Array.from({ length: peers }, (_, i) => peerFigures({ name: `Peer ${i}` })),
  all: allFigures(),
  probes: [],
  bands: [],
});

/** On a clock that is composed as a page's is. */
const setUp = (store = new FakeRecordings(), wallMs = 0) => {
  const time = new FakeTime();
  const wall = { ms: wallMs };
  const wallNow = () => wall.ms + time.now();
  const now = sleeplessClock(time.now, wallNow);
  const onDeleted = vi.fn();
  const recorder = new Recorder({ now, monotonicNow: time.now, wallNow, store, ...calmPage, onDeleted });
  const record = async (seconds: number, peers = 2): Promise<void> => {
    for (let i = 0; i < seconds; i++) {
      await time.advance(recordingIntervalMs);
      const { elapsedMs, clockJumpedMs } = recorder;
      recorder.add(recordingRows(snapshotOf(peers), { ...page, clockJumpedMs }, elapsedMs));
    }
    await settle();
  };
  const rows = async () => {
    const file = await recorder.file("json");
    return file === undefined ? undefined : readJsonRecording(await file.text()).rows;
  };
  return { time, wall, store, recorder, record, rows, onDeleted };
};

describe("a recording", () => {
  it("should go on when its room gets another key, and after a reload there", async () => {
    const first = setUp();
    first.recorder.start(session, roomId);
    await first.record(5);
    first.recorder.moveTo(session, "another room");
    await first.record(5);
    expect(await first.rows()).toHaveLength(30);
    const second = setUp(first.store, 60_000);
    await second.recorder.resume(session, "another room");
    expect(second.recorder.isRunning).toBe(true);
    second.recorder.stop();
    second.recorder.moveTo(session, roomId);
    expect(second.recorder.isRunning).toBe(false);
  });

  it("should list every life of the page that recorded, with its beginning, as many as are kept", async () => {
    const first = setUp();
    first.recorder.start(session, roomId);
    await first.record(12);
    first.recorder.moveTo({ ...session, epoch: 2, gatewayName: "Anne" }, roomId);
    await first.record(5);
    first.recorder.flush();
    await settle();
    const second = setUp(first.store, 60_000);
    await second.recorder.resume({ ...session, epoch: 3 }, roomId);
    const contextOf = async () => {
      const file = await second.recorder.file("csv");
      return readCsvRecording((await file?.text()) ?? "").context;
    };
    expect(await contextOf()).toEqual({
      startedAt: "1970-01-01T00:00:00.000Z",
      intervalMs: recordingIntervalMs,
      sessions: [
        { elapsedMs: 0, ...session },
        { elapsedMs: 12_000, ...session, epoch: 2, gatewayName: "Anne" },
        { elapsedMs: 60_000, ...session, epoch: 3 },
      ],
      missingChunks: [],
    });
    for (let i = 0; i < maxSessions; i++) second.recorder.moveTo(session, roomId);
    const { sessions } = await contextOf();
    expect(sessions).toHaveLength(maxSessions);
    expect(isRecordingHead(first.store.head)).toBe(true);
  });

  it("should give back every row in order, in both formats, while it runs", async () => {
    const { recorder, record, rows } = setUp();
    recorder.start(session, roomId);
    await record(25);
    expect(recorder.view.value).toMatchObject({ kind: "running", rows: 75, lastedMs: 25_000, problem: undefined });
    const json = await rows();
    expect(json).toHaveLength(75);
    expect(json?.map(({ elapsedMs }) => elapsedMs)).toEqual(
      Array.from({ length: 75 }, (_, i) => 1000 * (1 + Math.floor(i / 3))),
    );
    const csv = await recorder.file("csv");
    expect(readCsvRecording((await csv?.text()) ?? "").rows).toEqual(json);
  });

  it("should take nothing before it is started nor after it is stopped", async () => {
    const { recorder, record, store } = setUp();
    await record(3);
    expect(recorder.view.value).toEqual({ kind: "none" });
    recorder.start(session, roomId);
    await record(3);
    recorder.stop();
    await record(3);
    expect(recorder.view.value).toMatchObject({ kind: "stopped", rows: 9 });
    expect(store.head).toMatchObject({ isRunning: false, rows: 9 });
  });

  it("should go on after a reload in the same room, from where the store has it", async () => {
    const { recorder, record, store } = setUp();
    recorder.start(session, roomId);
    await record(12);
    recorder.flush();
    await settle();
    const later = setUp(store, 15_000);
    await later.recorder.resume(session, roomId);
    expect(later.recorder.view.value).toMatchObject({ kind: "running", rows: 36 });
    await later.record(3);
    const times = (await later.rows())?.map(({ elapsedMs }) => Number(elapsedMs)) ?? [];
    expect(times).toHaveLength(45);
    expect([times[35], times[36], times[44]]).toEqual([12_000, 16_000, 18_000]);
  });

  it("should never run backwards when the wall clock was set back over a reload", async () => {
    const { recorder, record, store } = setUp(new FakeRecordings(), 1_000_000);
    recorder.start(session, roomId);
    await record(12);
    recorder.flush();
    await settle();
    const later = setUp(store, 0);
    await later.recorder.resume(session, roomId);
    await later.record(1);
    const times = (await later.rows())?.map(({ elapsedMs }) => Number(elapsedMs)) ?? [];
    expect(times.at(-1)).toBe(13_000);
  });

  it("should last as long as it recorded, and report each jump of the clock, over a reload too", async () => {
    const first = setUp();
    first.recorder.start(session, roomId);
    await first.record(5);
    first.wall.ms += 9 * 3_600_000;
    await first.record(5);
    first.wall.ms += 30_000;
    await first.record(5);
    const jumpedMs = 9 * 3_600_000 + 30_000;
    expect(first.recorder.view.value).toMatchObject({ lastedMs: 15_000, clockJumpedMs: jumpedMs });
    first.recorder.flush();
    await settle();
    const second = setUp(first.store, first.wall.ms + 16_000);
    await second.recorder.resume(session, roomId);
    expect(second.recorder.view.value).toMatchObject({ lastedMs: 15_000, clockJumpedMs: jumpedMs });
    await second.record(1);
    second.wall.ms += 1_000;
    await second.record(1);
    expect(second.recorder.view.value).toMatchObject({ lastedMs: 18_000, clockJumpedMs: jumpedMs + 1_000 });
    const jumps = (await second.rows())?.flatMap(({ rowKind, elapsedMs, clockJumpedMs }) =>
      rowKind === "all" ? [[Number(elapsedMs) - Number(clockJumpedMs), clockJumpedMs]] : [],
    );
    expect(jumps?.slice(4, 6)).toEqual([
      [5_000, 0],
      [6_000, 9 * 3_600_000],
    ]);
    expect(jumps?.slice(14)).toEqual([
      [15_000, jumpedMs],
      [17_000, jumpedMs],
      [18_000, jumpedMs + 1_000],
    ]);
    second.recorder.start(session, roomId);
    expect(second.recorder.view.value).toMatchObject({ lastedMs: 0, clockJumpedMs: 0 });
  });

  it("should take neither a late second, nor a clock that is set back or corrected, for a jump", async () => {
    const { time, wall, recorder, record } = setUp();
    recorder.start(session, roomId);
    await record(5);
    await time.advance(60_000); // The page did not run, and its monotonic clock went on.
    wall.ms -= 3_600_000;
    await record(5);
    wall.ms += 100;
    await record(5);
    expect(recorder.view.value).toMatchObject({ lastedMs: 75_000, clockJumpedMs: 0 });
  });

  it("should be there, but stopped, in another room", async () => {
    const { recorder, record, store } = setUp();
    recorder.start(session, roomId);
    await record(12);
    recorder.flush();
    await settle();
    const later = setUp(store);
    await later.recorder.resume(session, "cd".repeat(16));
    await settle();
    expect(later.recorder.view.value).toMatchObject({ kind: "stopped", rows: 36 });
    expect(store.head?.isRunning).toBe(false);
  });

  it.each([
    ["storage-full", "storage-full"],
    ["storage-unavailable", "storage-lost"],
  ] as const)(
    "should lose no row when the store, which has some of it, says %s, and say %s",
    async (refusal, problem) => {
      const { recorder, record, rows, store } = setUp();
      recorder.start(session, roomId);
      await record(12);
      store.outcome = refusal;
      await record(20);
      expect(recorder.view.value).toMatchObject({ kind: "running", rows: 96, problem });
      expect(await rows()).toHaveLength(96);
      store.outcome = "kept"; // It has room again: what it has stays whole, and the person's stop is kept.
      recorder.stop();
      await settle();
      expect(store.head).toMatchObject({ isRunning: false });
      const later = setUp(store);
      await later.recorder.resume(session, roomId);
      expect(await later.rows()).toHaveLength(store.head?.rows ?? -1);
    },
  );

  it("should stop when memory without a store is used up, and still give back all of it", async () => {
    const { recorder, time, store } = setUp();
    store.outcome = "storage-unavailable";
    recorder.start(session, roomId);
    const chunkBytes = 1_000_000;
    let added = 0;
    while (recorder.isRunning && added < 2 * maxBytesInMemory) {
      await time.advance(10_000);
      recorder.add([{ rowKind: "peer", elapsedMs: recorder.elapsedMs, name: "x".repeat(chunkBytes) }]);
      added += chunkBytes;
    }
    await settle();
    expect(recorder.view.value).toMatchObject({ kind: "stopped", problem: "memory-full" });
    expect(added).toBeLessThanOrEqual(maxBytesInMemory + chunkBytes);
    expect((await recorder.file("json"))?.size).toBeGreaterThan(added);
  });

  it.each([
    ["is gone", () => undefined],
    ["is cut short", (chunk: string) => chunk.slice(0, -40)],
    ["has a text where a number belongs", (chunk: string) => chunk.replace("1000", '"1000"')],
    ["has a number that is none", (chunk: string) => chunk.replace("1000", "1e999")],
    ["has a number where a name belongs", (chunk: string) => chunk.replace('"Peer 0"', "0")],
    ["has more cells than columns", (chunk: string) => chunk.replace("]\n", `${",1".repeat(500)}]\n`)],
  ])("should hand out all the rest when a chunk %s, and say which", async (_, spoil) => {
    const { recorder, record, store } = setUp();
    recorder.start(session, roomId);
    await record(35);
    const chunk = spoil(store.chunks[0] ?? "");
    if (chunk === undefined) delete store.chunks[0];
    else store.chunks[0] = chunk;
    for (const [format, read] of [["csv", readCsvRecording] as const, ["json", readJsonRecording] as const]) {
      const file = read((await (await recorder.file(format))?.text()) ?? "");
      expect(file.rows[0]).toMatchObject({ elapsedMs: 11_000 });
      expect(file.rows).toHaveLength(75);
      expect(file.context).toMatchObject({ missingChunks: [[0, 0]] });
    }
    expect(recorder.view.value).toMatchObject({ kind: "running", problem: "part-missing" });
  });

  it("should name no missing chunk when there is none, and export an empty table when there is nothing else", async () => {
    const { recorder, record, store } = setUp();
    recorder.start(session, roomId);
    await record(35);
    const file = async () => readJsonRecording((await (await recorder.file("json"))?.text()) ?? "");
    expect((await file()).context).toMatchObject({ missingChunks: [] });
    store.chunks.length = 0;
    const empty = await file();
    expect(empty.rows).toEqual([]);
    expect(empty.context).toMatchObject({ missingChunks: [[0, 3]] });
  });

  it("should export what is in memory, however much of what was stored cannot be read", async () => {
    const { recorder, record, store } = setUp();
    recorder.start(session, roomId);
    await record(12);
    recorder.flush();
    await settle();
    store.head = { ...(store.head ?? expect.fail()), chunks: 1500 };
    store.chunks.length = 0;
    const later = setUp(store, 15_000);
    await later.recorder.resume(session, roomId);
    store.outcome = "storage-unavailable";
    const readChunk = vi.spyOn(store, "readChunk");
    await later.record(100);
    const { rows, context } = readJsonRecording((await (await later.recorder.file("json"))?.text()) ?? "");
    expect(rows).toHaveLength(300);
    expect(context).toMatchObject({ missingChunks: [[0, 1499]] });
    expect(readChunk.mock.calls.length).toBeLessThanOrEqual(maxUnreadInARow);
  });

  it("should end what a page with other columns recorded, and hand it out as it is", async () => {
    const { recorder, record, store } = setUp();
    recorder.start(session, roomId);
    await record(12);
    recorder.flush();
    await settle();
    const of = { schema: "earl-mesh recording 99", columns: ["elapsedMs", "somethingMs", "someText"] };
    store.head = { ...(store.head ?? expect.fail()), ...of, rows: 2, chunks: 1 };
    store.chunks.splice(0, store.chunks.length, '[0,1000,2.5,"=a"]\n[0,2000]\n');
    const later = setUp(store, 15_000);
    await later.recorder.resume(session, roomId);
    await later.record(3);
    expect(later.recorder.view.value).toMatchObject({ kind: "stopped", rows: 2, problem: undefined });
    expect(store.head).toMatchObject({ ...of, isRunning: false });
    const json = readJsonRecording((await (await later.recorder.file("json"))?.text()) ?? "");
    expect(json).toMatchObject(of);
    expect(json.rows).toEqual([
      { elapsedMs: 1000, somethingMs: 2.5, someText: "=a" },
      { elapsedMs: 2000, somethingMs: undefined, someText: undefined },
    ]);
    expect(await (await later.recorder.file("csv"))?.text()).toMatch(
      /\r\nelapsedMs,somethingMs,someText\r\n1000,2.5,'=a\r\n2000,,\r\n$/,
    );
    later.recorder.start(session, roomId);
    await later.record(1);
    expect(await later.rows()).toHaveLength(3);
  });

  it("should export what was recorded before jumps of the clock were recorded", async () => {
    const { recorder, record, store } = setUp();
    recorder.start(session, roomId);
    await record(12);
    recorder.flush();
    await settle();
    const { clockJumpedMs: _, ...head } = store.head ?? expect.fail();
    const of = { schema: "earl-mesh recording 3", columns: ["rowKind", "elapsedMs"] };
    store.head = { ...head, ...of, rows: 2, chunks: 1 };
    store.chunks.splice(0, store.chunks.length, '[0,"all",1000]\n[1,[1],2000]\n');
    expect(isRecordingHead(store.head)).toBe(true);
    const later = setUp(store, 15_000);
    await later.recorder.resume(session, roomId);
    expect(later.recorder.view.value).toMatchObject({ kind: "stopped", lastedMs: 12_000, clockJumpedMs: 0 });
    const json = readJsonRecording((await (await later.recorder.file("json"))?.text()) ?? "");
    expect(json).toMatchObject(of);
    expect(json.rows).toEqual([
      { rowKind: "all", elapsedMs: 1000 },
      { rowKind: "all", elapsedMs: 2000 },
    ]);
  });

  it("should know a head by its columns, in bounds", async () => {
    const { recorder, record, store } = setUp();
    recorder.start(session, roomId);
    await record(12);
    const { head } = store;
    expect(isRecordingHead(head)).toBe(true);
    const { columns: _, ...olderHead } = head ?? expect.fail();
    expect(isRecordingHead(olderHead)).toBe(false);
    for (const columns of [
      [],
      "elapsedMs",
      ["a", 1],
      ["a", "a"],
      ["a".repeat(1_000)],
      Array.from({ length: 10_000 }, String),
    ])
      expect(isRecordingHead({ ...head, columns })).toBe(false);
    expect(isRecordingHead({ ...head, schema: undefined })).toBe(false);
    for (const clockJumpedMs of [-1, "1", null, Number.NaN])
      expect(isRecordingHead({ ...head, clockJumpedMs })).toBe(false);
    const { sessions: __, ...olderContext } = head?.context ?? expect.fail();
    expect(isRecordingHead({ ...head, context: olderContext })).toBe(false);
  });

  it("should be gone once it is discarded", async () => {
    const { recorder, record, store } = setUp();
    recorder.start(session, roomId);
    await record(12);
    recorder.stop();
    recorder.discard();
    await settle();
    expect(recorder.view.value).toEqual({ kind: "none" });
    expect([store.head, store.chunks]).toEqual([undefined, []]);
    expect(await recorder.file("json")).toBeUndefined();
  });
});

describe("a recording that the browser deletes", () => {
  it("should say so at once, go on, and export what came since", async () => {
    const { recorder, record, store, rows, onDeleted } = setUp();
    recorder.start(session, roomId);
    await record(25);
    expect(onDeleted).not.toHaveBeenCalled();
    store.evict();
    await record(10);
    expect(onDeleted).toHaveBeenCalledTimes(1);
    expect(recorder.view.value).toMatchObject({ kind: "running", rows: 105, problem: "storage-evicted" });
    await record(20);
    expect(onDeleted).toHaveBeenCalledTimes(1);
    const left = await rows();
    expect(left?.map(({ elapsedMs }) => elapsedMs).at(-1)).toBe(55_000);
    expect(left).toHaveLength(35 * 3);
  });

  it("should say so on the next visit, when all of it is gone", async () => {
    const { recorder, store, onDeleted } = setUp();
    store.deletedStartedAtMs = 60_000;
    await recorder.resume(session, roomId);
    expect(recorder.view.value).toEqual({ kind: "none", deletedStartedAtMs: 60_000 });
    expect(onDeleted).toHaveBeenCalledTimes(1);
    recorder.start(session, roomId);
    recorder.discard();
    expect(recorder.view.value).toEqual({ kind: "none", deletedStartedAtMs: undefined });
  });

  it("should say so on the next visit, when some of it is gone", async () => {
    const first = setUp();
    first.recorder.start(session, roomId);
    await first.record(35);
    first.recorder.stop();
    await settle();
    first.store.chunks.pop();
    const later = setUp(first.store, 60_000);
    await later.recorder.resume(session, roomId);
    expect(later.onDeleted).toHaveBeenCalledTimes(1);
    expect(later.recorder.view.value).toMatchObject({ kind: "stopped", problem: "part-missing" });
  });

  it("should say that it may come to that, where the browser promises nothing and keeps it", async () => {
    const { recorder, record, store } = setUp();
    recorder.start(session, roomId);
    await record(1);
    expect(recorder.view.value).toMatchObject({ mayBeDeleted: false });
    recorder.setPersistent(false);
    expect(recorder.view.value).toMatchObject({ mayBeDeleted: true });
    store.outcome = "storage-unavailable";
    recorder.start(session, roomId);
    await record(1);
    expect(recorder.view.value).toMatchObject({ mayBeDeleted: false });
  });
});

import { describe, expect, it, vi } from "vitest";
import { recordingIntervalMs, recordingRows } from "../../../../gateway/recording/recording.ts";
import { Recorder } from "../../../../web/figures/recorder.ts";
import { RecordingExport } from "../../../../web/figures/recording-export.ts";
import { calmPage, FakeRecordings } from "../../../support/fake-recordings.ts";
import { FakeTime, settle } from "../../../support/fake-time.ts";
import { allFigures, recordedPage, recordingSession } from "../../../support/made-up-figures.ts";
import { readCsvRecording } from "../../../support/recording-reader.ts";

const chunks = 40;
const rowsEach = 11;

/** A recording whose chunks take 10 ms each to write as a file, and a page that goes on when the test says so. */
const setUp = async () => {
  const time = new FakeTime();
  let workedMs = 0;
  const pauses: (() => void)[] = [];
  const store = new FakeRecordings();
  const { readChunk } = store;
  store.readChunk = (index) => {
    workedMs += 10;
    return readChunk.call(store, index);
  };
  const recorder = new Recorder({
    ...calmPage,
    now: time.now,
    monotonicNow: () => time.now() + workedMs,
    wallNow: time.now,
    store,
    pause: () => new Promise((resolve) => pauses.push(resolve)),
  });
  recorder.start(recordingSession, "ab".repeat(16));
  const snapshot = { atMs: 0, elapsedMs: 0, peers: [], all: allFigures(), probes: [], bands: [] };
  for (let second = 0; second < chunks * rowsEach; second++) {
    await time.advance(recordingIntervalMs);
    recorder.add(recordingRows(snapshot, recordedPage, recorder.elapsedMs));
    if (second % rowsEach === rowsEach - 1) recorder.flush();
  }
  await settle();
  const save = vi.fn();
  const exporting = new RecordingExport({ wallNow: time.now, recorder, save });
  /** The page does what waited for it, once. */
  const goOn = async (): Promise<void> => {
    pauses.shift()?.();
    await settle();
  };
  const goOnToTheEnd = async (): Promise<void> => {
    while (pauses.length > 0) await goOn();
  };
  await settle();
  return { recorder, save, exporting, pauses, goOn, goOnToTheEnd };
};

describe("the export of a recording", () => {
  it("should let the page go on every few chunks, and report its progress", async () => {
    const { exporting, pauses, save, goOn, goOnToTheEnd } = await setUp();
    const isDone = exporting.run("csv");
    await settle();
    const percents: number[] = [];
    while (pauses.length > 0) {
      const { value } = exporting.view;
      if (value.kind === "running") percents.push(value.percent);
      await goOn();
    }
    await goOnToTheEnd();
    expect(await isDone).toBe(true);
    expect(percents.length).toBeGreaterThanOrEqual(chunks / 4);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(percents.at(-1)).toBeGreaterThan(90);
    expect(exporting.view.value).toEqual({ kind: "idle" });
    const [name, file] = save.mock.calls[0] ?? [];
    expect(name).toBe("earl-mesh 1970-01-01T00-00-00.csv");
    expect(readCsvRecording(await file.text()).rows).toHaveLength(chunks * rowsEach);
  });

  it("should export one file, however often its button is pressed meanwhile", async () => {
    const { exporting, save, goOnToTheEnd } = await setUp();
    const presses = [exporting.run("csv"), exporting.run("csv"), exporting.run("json")];
    await settle();
    await goOnToTheEnd();
    expect(await Promise.all(presses)).toEqual([true, false, false]);
    expect(save).toHaveBeenCalledTimes(1);
    const again = exporting.run("json");
    await settle();
    await goOnToTheEnd();
    expect(await again).toBe(true);
  });

  it("should export nothing after it was cancelled, and can be begun again", async () => {
    const { exporting, save, goOn, goOnToTheEnd } = await setUp();
    const isDone = exporting.run("csv");
    await settle();
    exporting.cancel();
    await goOn();
    expect(await isDone).toBe(false);
    expect([exporting.view.value, save.mock.calls.length]).toEqual([{ kind: "idle" }, 0]);
    const again = exporting.run("csv");
    await settle();
    await goOnToTheEnd();
    expect(await again).toBe(true);
  });

  it("should say that it failed if there is nothing to export, or no room for it", async () => {
    const save = vi.fn();
    for (const file of [async () => undefined, () => Promise.reject(new DOMException("full", "QuotaExceededError"))]) {
      const { recorder } = await setUp();
      const exporting = new RecordingExport({ wallNow: () => 0, recorder: { file, view: recorder.view }, save });
      expect(await exporting.run("csv")).toBe(false);
      expect(exporting.view.value).toEqual({ kind: "failed" });
    }
    expect(save).not.toHaveBeenCalled();
  });
});

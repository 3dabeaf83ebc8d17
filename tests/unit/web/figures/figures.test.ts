import { describe, expect, it, vi } from "vitest";
import { capabilities, probeClasses } from "../../../../firmware-bridge/devices/device-info.ts";
import { kinds } from "../../../../firmware-bridge/frames/kinds.ts";
import { encodeBattery } from "../../../../firmware-bridge/frames/payloads.ts";
import { sleeplessClock } from "../../../../gateway/basics/sleepless-clock.ts";
import { Figures } from "../../../../web/figures/figures.ts";
import { LoadMeter } from "../../../../web/figures/load-meter.ts";
import { BusyTime } from "../../../../web/platform/busy-time.ts";
import { FigureSettingsStore } from "../../../../web/store/figure-settings-store.ts";
import { openTextStorage } from "../../../../web/store/text-storage.ts";
import { FakeRecordings } from "../../../support/fake-recordings.ts";
import { FakeTime, settle } from "../../../support/fake-time.ts";
import { connect } from "../../../support/memory-room.ts";
import { RecordingLink } from "../../../support/recording-link.ts";
import { readJsonRecording } from "../../../support/recording-reader.ts";
import { brokenNumbersIn, newMeasuredMember } from "../../../support/statistics-room.ts";

const hourMs = 3_600_000;
const roomId = "ab".repeat(16);

/** The figures of a page in a room, whose wall clock may be set; on a clock that is composed as a page's is. */
const setUp = async () => {
  const time = new FakeTime(50_000);
  const wall = { leadMs: 1_750_000_000_000 };
  const recordings = new FakeRecordings();
  const files: Blob[] = [];
  const { now: monotonicNow, schedule } = time;
  const wallNow = () => time.now() + wall.leadMs;
  const now = sleeplessClock(monotonicNow, wallNow);
  const anna = await newMeasuredMember(time, "Anna", { now, monotonicNow, wallNow });
  const entries = new Map<string, string>();
  const storage = {
    getItem: (key: string) => entries.get(key) ?? null,
    setItem: (key: string, text: string) => void entries.set(key, text),
  };
  const shiftEndsAtMs = wallNow() + 8 * 3_600_000;
  const screen = { isDark: false };
  const browser = { promisesToKeep: true };
  const figures = new Figures({
    now,
    monotonicNow,
    wallNow,
    schedule,
    load: new LoadMeter({
      now,
      schedule,
      busy: new BusyTime(now),
      isHidden: () => false,
      PressureObserver: undefined,
    }),
    settings: new FigureSettingsStore(openTextStorage(() => storage)),
    recordings,
    shiftEndsAtMs: () => shiftEndsAtMs,
    onShiftHours: () => undefined,
    isDark: () => screen.isDark,
    browser: "a browser",
    isCrossOriginIsolated: true,
    isHidden: () => screen.isDark,
    originOf: () => "simulated",
    save: (_, file) => files.push(file),
    pause: async () => undefined,
    askToKeep: async () => browser.promisesToKeep,
    onRecordingDeleted: () => undefined,
    onNotKept: () => undefined,
  });
  const { gateway, statistics } = anna;
  figures.enter({ gateway, statistics, roomId, epoch: 5, name: () => "Anna" });
  await settle();
  const open = () => {
    const opened = figures.open();
    if (opened === undefined) throw new Error("the page is in a room");
    return opened;
  };
  return { time, wall, screen, browser, recordings, files, anna, figures, open };
};

describe("the figures of a page", () => {
  it("should do nothing for a panel that is closed but keep a point of history now and then", async () => {
    const { time, anna, open } = await setUp();
    const snapshot = vi.spyOn(anna.statistics, "snapshot");
    await time.advance(60_000);
    expect(snapshot.mock.calls.length).toBeLessThanOrEqual(60 / 5 + 1);
    const { model, close } = open();
    const figures = vi.fn();
    const unwatch = model.figures.subscribe(figures);
    await time.advance(10_000);
    expect(figures.mock.calls.length).toBeGreaterThanOrEqual(5); // It is never frozen.
    close();
    snapshot.mockClear();
    figures.mockClear();
    await time.advance(60_000);
    expect(figures).not.toHaveBeenCalled();
    expect(snapshot.mock.calls.length).toBeLessThanOrEqual(60 / 5 + 1);
    unwatch();
  });

  it("should describe an empty room, and a browser that reports nothing, in words and without a broken number", async () => {
    const { time, figures, open } = await setUp();
    figures.batteryChanged({ kind: "unknown", why: "this browser does not tell" });
    const { model } = open();
    await time.advance(20_000);
    const view = model.figures.value;
    expect(view.verdict).toEqual({
      text: "nobody else is here; this battery: not told by this browser",
      outcome: "unknown",
    });
    expect(view.forecast).toEqual({ kind: "unknown", reason: "no-reading" });
    expect(view.pressure.kind).toBe("unknown");
    expect(brokenNumbersIn(view)).toEqual([]);
    expect(brokenNumbersIn(model.history.value)).toEqual([]);
  });

  it("should go on, in order and without a broken number, and say where, when the clock is set while it records", async () => {
    const { time, wall, anna, files, figures, open } = await setUp();
    const ben = await newMeasuredMember(time, "Ben", { clockOffsetMs: -40_000 });
    await connect(time, anna, ben, () => 8);
    figures.batteryChanged({ kind: "known", percent: 80, isCharging: false });
    const { model } = open();
    figures.actions.startRecording();
    for (const jumpMs of [0, -3 * hourMs, 9 * hourMs, -40 * hourMs]) {
      wall.leadMs += jumpMs;
      figures.batteryChanged({ kind: "known", percent: 79, isCharging: false });
      await time.advance(20_000);
      expect(brokenNumbersIn(model.figures.value)).toEqual([]);
      expect(model.recording.value).toMatchObject({ kind: "running", problem: undefined });
    }
    figures.actions.stopRecording();
    expect(await figures.actions.exportRecording("json")).toBe(true);
    const { rows } = readJsonRecording((await files[0]?.text()) ?? "");
    const all = rows.filter(({ rowKind }) => rowKind === "all");
    // Setting it back does not move the page's clock; setting it forward looks like a sleep.
    const jumpsMs = all.map(({ clockJumpedMs }) => Number(clockJumpedMs));
    expect(jumpsMs).toEqual(Array.from({ length: 80 }, (_, second) => (second < 40 ? 0 : 9 * hourMs)));
    const recordedMs = all.map(({ elapsedMs }, i) => Number(elapsedMs) - (jumpsMs[i] ?? 0));
    expect(new Set(recordedMs.slice(1).map((atMs, i) => atMs - (recordedMs[i] ?? 0)))).toEqual(new Set([1_000]));
    expect(model.recording.value).toMatchObject({ lastedMs: recordedMs.at(-1), clockJumpedMs: 9 * hourMs });
  });

  it("should say that the browser keeps nothing, and still export all of it", async () => {
    const { time, recordings, files, figures, open } = await setUp();
    recordings.outcome = "storage-unavailable";
    const { model } = open();
    figures.actions.startRecording();
    await time.advance(30_000);
    expect(model.recording.value).toMatchObject({ kind: "running", rows: 60, problem: "storage-unavailable" });
    expect(await figures.actions.exportRecording("json")).toBe(true);
    expect(readJsonRecording((await files[0]?.text()) ?? "").rows).toHaveLength(60);
  });

  it("should record which page recorded and how, and where each probe comes from", async () => {
    const { time, screen, files, anna, figures } = await setUp();
    figures.actions.startRecording();
    await time.advance(1_000);
    screen.isDark = true;
    await time.advance(1_000);
    expect(await figures.actions.exportRecording("json")).toBe(true);
    const { context, rows } = readJsonRecording((await files[0]?.text()) ?? "");
    const { id: gatewayId } = anna.gateway;
    const { sessions } = context;
    expect(sessions).toEqual([
      {
        elapsedMs: 0,
        gatewayId,
        epoch: 5,
        gatewayName: "Anna",
        browser: "a browser",
        isCrossOriginIsolated: true,
        windowMs: 180,
      },
    ]);
    expect(rows.map(({ rowKind, epoch, isHidden, origin, name }) => [rowKind, epoch, isHidden, origin, name])).toEqual([
      ["all", 5, 0, undefined, ""],
      ["probe", 5, undefined, "simulated", "Anna's arm"],
      ["all", 5, 1, undefined, ""],
      ["probe", 5, undefined, "simulated", "Anna's arm"],
    ]);
  });

  it("should not say that a battery lasts because the wall clock was set forward", async () => {
    const { time, wall, figures, open } = await setUp();
    const { model } = open();
    let percent = 95;
    for (let minute = 0; minute < 63; minute += 3) {
      if (minute === 30) wall.leadMs += 2 * hourMs;
      figures.batteryChanged({ kind: "known", percent: percent--, isCharging: false });
      await time.advance(180_000);
    }
    const { forecast } = model.figures.value;
    if (forecast.kind === "unknown") throw new Error(forecast.reason);
    const { value, plusMinus } = forecast.drainPercentPerHour;
    expect(Math.abs(value - 20)).toBeLessThanOrEqual(plusMinus);
    expect(forecast.lastsShift).toBe("no");
  });

  it("should name the band that does not last the shift, and show the peers' bands beside mine", async () => {
    const { time, anna, open } = await setUp();
    const ben = await newMeasuredMember(time, "Mia");
    const info = { probeClass: probeClasses.armProbe, capabilities: capabilities.batteryOut };
    const bands = [
      { link: new RecordingLink("mine", info), gateway: anna.gateway, perMinute: 0.4 },
      { link: new RecordingLink("hers", info), gateway: ben.gateway, perMinute: 1 },
    ];
    for (const { link, gateway } of bands) await gateway.addProbe(link, "arm")?.open();
    await connect(time, anna, ben, () => 8);
    for (let minute = 0; minute < 9; minute++) {
      for (const { link, perMinute } of bands) {
        const payload = encodeBattery({ percent: Math.round(90 - perMinute * minute), isCharging: false });
        link.emit({ kind: kinds.battery, payload, receivedAtMs: time.now() });
      }
      await time.advance(60_000);
    }
    const view = open().model.figures.value;
    expect(view.bands.map(({ wearer, forecast }) => [wearer?.name, forecast.kind])).toEqual([
      [undefined, "draining"],
      ["Mia", "draining"],
    ]);
    expect(view.verdict.text.replaceAll(/[\u2068\u2069]/g, "")).toMatch(
      /; Mia's arm lasts 1 h \d+ min, the shift 7 h \d+ min$/,
    );
    expect(view.verdict.outcome).toBe("bad");
  });

  it("should draw nothing while the screen is dark, and go on where it is when it wakes", async () => {
    const { time, screen, open } = await setUp();
    const { model } = open();
    let changes = 0;
    const stops = [model.figures, model.history].map((drawn) => drawn.subscribe(() => void changes++));
    screen.isDark = true;
    changes = 0;
    await time.advance(20_000);
    expect(changes).toBe(0);
    screen.isDark = false;
    await time.advance(10_000);
    expect(changes).toBeGreaterThan(1);
    expect(model.history.value.points.length).toBeGreaterThan(3); // They were noted all the same.
    for (const stop of stops) stop();
  });

  it("should ask the browser to keep what a recording stores when it starts, and say where it does not promise it", async () => {
    const { time, browser, figures, open } = await setUp();
    const { model } = open();
    figures.actions.startRecording();
    await time.advance(2_000);
    expect(model.recording.value).toMatchObject({ kind: "running", mayBeDeleted: false });
    browser.promisesToKeep = false;
    figures.actions.startRecording();
    await time.advance(2_000);
    expect(model.recording.value).toMatchObject({ kind: "running", mayBeDeleted: true });
  });
});

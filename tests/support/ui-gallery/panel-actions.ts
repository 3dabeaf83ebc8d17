// Actions of the figures for the gallery: each is recorded, and those whose effect a person expects to see at once
// change the scene.
import type { PanelActions } from "../../../web/panel/panel-model.ts";
import type { panelModel } from "./panel-fixtures.ts";
import type { Call } from "./recorder.ts";

export const recordingPanelActions = (model: ReturnType<typeof panelModel>, calls: Call[]): PanelActions => ({
  measureLatency: (pingsPerSecond, forSeconds) => {
    calls.push(["measureLatency", pingsPerSecond, forSeconds]);
    model.latencyTest.value = { ...model.latencyTest.value, isRunning: true };
  },
  stopLatency: () => {
    calls.push(["stopLatency"]);
    model.latencyTest.value = { ...model.latencyTest.value, isRunning: false };
  },
  startRecording: () => {
    calls.push(["startRecording"]);
    model.recording.value = {
      kind: "running",
      startedAtMs: 0,
      lastedMs: 0,
      clockJumpedMs: 0,
      rows: 0,
      problem: undefined,
      mayBeDeleted: false,
    };
  },
  stopRecording: () => {
    calls.push(["stopRecording"]);
    const { value } = model.recording;
    if (value.kind !== "none") model.recording.value = { ...value, kind: "stopped" };
  },
  exportRecording: async (format) => {
    calls.push(["exportRecording", format]);
    const isDone = format === "csv";
    model.exporting.value = { kind: isDone ? "idle" : "failed" };
    return isDone;
  },
  cancelExport: () => {
    calls.push(["cancelExport"]);
    model.exporting.value = { kind: "idle" };
  },
  discardRecording: () => {
    calls.push(["discardRecording"]);
    model.recording.value = { kind: "none", deletedStartedAtMs: undefined };
  },
  setShiftHours: (shiftHours) => {
    calls.push(["setShiftHours", shiftHours]);
    model.settings.value = { ...model.settings.value, shiftHours };
  },
  setCapacityWh: (capacityWh) => {
    calls.push(["setCapacityWh", capacityWh]);
    model.settings.value = { ...model.settings.value, capacityWh };
  },
});

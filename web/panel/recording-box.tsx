// A recording of the figures for people who want to compute with them: started and stopped here, kept over a reload,
// handed out as a file.
import { durationText } from "../../gateway/statistics/verdict.ts";
import { ConfirmButton } from "../ui/confirm-button.tsx";
import { countText } from "../ui/words.ts";
import type { ExportFormat, ExportView, PanelActions, PanelModel, RecordingView } from "./panel-model.ts";
import { clockJumpText, recordingProblemTexts } from "./panel-words.ts";
import { clockText } from "./time-axis.ts";

const stateText = (recording: RecordingView): string => {
  if (recording.kind === "none" && recording.deletedStartedAtMs !== undefined)
    return `The browser has deleted the recording that began at ${clockText(recording.deletedStartedAtMs)}, perhaps because this device is short of room.`;
  if (recording.kind === "none") return "One line a second for each peer and for all together, until you stop it.";
  const { kind, startedAtMs, lastedMs, rows } = recording;
  const lasted = lastedMs < 60_000 ? `${Math.floor(lastedMs / 1000)} s` : durationText(lastedMs);
  const verb = kind === "running" ? "Recording since" : "Recorded from";
  return `${verb} ${clockText(startedAtMs)}: ${lasted}, ${countText(rows, "line", "lines")}.`;
};

const formats: readonly (readonly [ExportFormat, string])[] = [
  ["csv", "Export CSV"],
  ["json", "Export JSON"],
];

type RunningExport = Extract<ExportView, { readonly kind: "running" }>;

const ExportProgress = ({ exporting, actions }: { exporting: RunningExport; actions: PanelActions }) => (
  <div class="export-progress">
    <label class="figure">
      Writing the {exporting.format.toUpperCase()} file: {exporting.percent} %
      <progress value={exporting.percent} max={100} />
    </label>
    <button type="button" class="key" onClick={() => actions.cancelExport()}>
      Cancel
    </button>
  </div>
);

export const RecordingBox = ({ model, actions }: { model: PanelModel; actions: PanelActions }) => {
  const recording = model.recording.value;
  const clockJump = recording.kind === "none" ? undefined : clockJumpText(recording.clockJumpedMs);
  const exporting = model.exporting.value;
  const isExporting = exporting.kind === "running";
  return (
    <section class="panel-box" aria-labelledby="recording-title">
      <h3 id="recording-title">Record</h3>
      <p class="figure">{stateText(recording)}</p>
      {clockJump !== undefined && <p class="caution">{clockJump}</p>}
      {recording.kind !== "none" && recording.problem !== undefined && (
        <p class="caution" role="alert">
          {recordingProblemTexts[recording.problem]}
        </p>
      )}
      {recording.kind !== "none" && recording.mayBeDeleted && (
        <p class="hint">The browser may delete it when this device is short of room: export it soon after you stop.</p>
      )}
      <div class="controls">
        {recording.kind === "none" && (
          <button type="button" class="key" onClick={() => actions.startRecording()}>
            Start recording
          </button>
        )}
        {recording.kind === "running" && (
          <button type="button" class="key key-on" onClick={() => actions.stopRecording()}>
            Stop recording
          </button>
        )}
        {recording.kind !== "none" &&
          formats.map(([format, label]) => (
            <button
              key={format}
              type="button"
              class="key"
              disabled={isExporting}
              onClick={() => void actions.exportRecording(format)}
            >
              {label}
            </button>
          ))}
        {recording.kind === "stopped" && !isExporting && (
          <ConfirmButton
            label="Delete"
            name="Delete the recording"
            question="Really delete?"
            onConfirm={() => actions.discardRecording()}
          />
        )}
      </div>
      {isExporting && <ExportProgress exporting={exporting} actions={actions} />}
      {exporting.kind === "failed" && (
        <p class="caution" role="alert">
          The browser did not hand out the recording. Try again, or the other format.
        </p>
      )}
    </section>
  );
};

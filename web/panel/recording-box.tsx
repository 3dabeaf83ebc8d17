// A recording of the figures for whoever wants to compute with them: started and stopped here, kept over a reload, handed out as a file.
import { useSignal } from "@preact/signals";
import { durationText } from "../../gateway/statistics/verdict.ts";
import { ConfirmButton } from "../ui/confirm-button.tsx";
import { countText } from "../ui/words.ts";
import type { ExportFormat, PanelActions, PanelModel, RecordingView } from "./panel-model.ts";
import { clockJumpText, recordingProblemTexts } from "./panel-words.ts";
import { clockText } from "./time-axis.ts";

const stateText = (recording: RecordingView): string => {
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

export const RecordingBox = ({ model, actions }: { model: PanelModel; actions: PanelActions }) => {
  const recording = model.recording.value;
  const clockJump = recording.kind === "none" ? undefined : clockJumpText(recording.clockJumpedMs);
  const hasFailed = useSignal(false);
  const exportAs = async (format: ExportFormat) => {
    hasFailed.value = !(await actions.exportRecording(format));
  };
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
            <button key={format} type="button" class="key" onClick={() => void exportAs(format)}>
              {label}
            </button>
          ))}
        {recording.kind === "stopped" && (
          <ConfirmButton
            label="Delete"
            name="Delete the recording"
            question="Really delete?"
            onConfirm={() => actions.discardRecording()}
          />
        )}
      </div>
      {hasFailed.value && (
        <p class="caution" role="alert">
          The browser did not hand out the recording. Try again, or the other format.
        </p>
      )}
    </section>
  );
};

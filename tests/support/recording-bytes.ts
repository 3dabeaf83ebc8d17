// How much a recording may take where it is stored, by the budget of a row.
import { recordingIntervalMs } from "../../gateway/recording/recording.ts";
import { rowBytesBudget } from "../../gateway/recording/recording-chunks.ts";

export const recordingBytes = (durationMs: number, rowsEachInterval: number): number =>
  Math.ceil(durationMs / recordingIntervalMs) * rowsEachInterval * rowBytesBudget;

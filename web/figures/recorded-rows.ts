// Reads a recording back, chunk by chunk, from memory and from the store. A chunk that is gone or broken is left out
// and named: the rest is still a recording.
// Neighbour: recorder.ts.
import { type PackedRow, unpackRows } from "../../gateway/recording/recording-chunks.ts";
import type { RecordingHead, RecordingStore } from "../store/recording-store.ts";

/** Undefined: it is in the store. */
export type Chunk = string | undefined;

/** First and last place of each run of chunks that cannot be read. */
export type MissingChunks = (readonly [first: number, last: number])[];

/**
 * Nearly three hours. A head that speaks of chunks which were never there must not keep the page reading: the store is
 * asked no more after it.
 */
export const maxUnreadInARow = 1000;

/** @param missing what cannot be read is noted there. */
export async function* recordedRows(
  { columns }: RecordingHead,
  chunks: readonly Chunk[],
  store: RecordingStore,
  missing: MissingChunks,
): AsyncGenerator<readonly PackedRow[]> {
  let asksStore = true;
  for (const [place, kept] of chunks.entries()) {
    const text = kept ?? (asksStore ? await store.readChunk(place) : undefined);
    const rows = text === undefined ? undefined : unpackRows(text, columns);
    if (rows !== undefined) {
      yield rows;
      continue;
    }
    const first = noteMissing(missing, place);
    // What is in memory may stand behind the run, and is handed out whatever became of the store.
    if (place - first + 1 >= maxUnreadInARow) asksStore = false;
  }
}

/** Notes that the chunk at this place is missing; the first place of the run that it belongs to. */
const noteMissing = (missing: MissingChunks, place: number): number => {
  const run = missing.at(-1);
  if (run === undefined || run[1] !== place - 1) {
    missing.push([place, place]);
    return place;
  }
  missing[missing.length - 1] = [run[0], place];
  return run[0];
};

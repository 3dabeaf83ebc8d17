// Reads a recording back, chunk by chunk, from memory and from the store. A chunk that is gone or broken is left out and named: the rest is still
// a recording. Neighbour: recorder.ts.
import { type PackedRow, unpackRows } from "../gateway/recording-chunks.ts";
import type { RecordingHead, RecordingStore } from "./store/recording-store.ts";

/** Undefined: it is in the store. */
export type Chunk = string | undefined;

/** First and last place of each run of chunks that cannot be read. */
export type MissingChunks = (readonly [first: number, last: number])[];

/** Nearly three hours. A head that speaks of chunks which were never there must not keep the page reading. */
const maxMissingInARow = 1000;

/** @param missing what cannot be read is noted there. */
export async function* recordedRows(
  { columns }: RecordingHead,
  chunks: readonly Chunk[],
  store: RecordingStore,
  missing: MissingChunks,
): AsyncGenerator<readonly PackedRow[]> {
  for (const [place, kept] of chunks.entries()) {
    const text = kept ?? (await store.readChunk(place));
    const rows = text === undefined ? undefined : unpackRows(text, columns);
    if (rows !== undefined) {
      yield rows;
      continue;
    }
    const run = missing.at(-1);
    if (run === undefined || run[1] !== place - 1) missing.push([place, place]);
    else if (place - run[0] < maxMissingInARow) missing[missing.length - 1] = [run[0], place];
    else {
      missing[missing.length - 1] = [run[0], chunks.length - 1];
      return;
    }
  }
}

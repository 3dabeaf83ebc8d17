// A RecordingStore like that in IndexedDB: its data is on disk, not on the heap, and its bytes are counted.
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RecordingHead, RecordingStorageOutcome, RecordingStore } from "../../web/store/recording-store.ts";

interface Place {
  readonly at: number;
  readonly bytes: number;
}

export interface RecordingsOnDisk extends RecordingStore {
  readonly bytes: number;
  close(): Promise<void>;
}

/** @param limitBytes more than that is refused, as a browser does whose quota is reached. */
export const openRecordingsOnDisk = async (limitBytes = Number.POSITIVE_INFINITY): Promise<RecordingsOnDisk> => {
  const folder = await mkdtemp(join(tmpdir(), "earl-mesh-recording-"));
  const file = await open(join(folder, "chunks"), "w+");
  let head: RecordingHead | undefined;
  let places: Place[] = [];
  let bytes = 0;
  return {
    get bytes() {
      return bytes;
    },
    readHead: async () => head,
    readChunk: async (index) => {
      const place = places[index];
      if (place === undefined) return undefined;
      const buffer = Buffer.alloc(place.bytes);
      await file.read(buffer, 0, place.bytes, place.at);
      return buffer.toString("utf8");
    },
    countChunks: async () => places.length,
    takeDeleted: async () => undefined,
    write: async (newHead, chunk): Promise<RecordingStorageOutcome> => {
      if (chunk !== undefined) {
        const buffer = Buffer.from(chunk);
        if (bytes + buffer.length > limitBytes) return "storage-full";
        await file.write(buffer, 0, buffer.length, bytes);
        places[newHead.chunks - 1] = { at: bytes, bytes: buffer.length };
        bytes += buffer.length;
      }
      head = newHead;
      return "kept";
    },
    clear: async () => {
      head = undefined;
      places = [];
      bytes = 0;
      await file.truncate(0);
    },
    close: async () => {
      await file.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

// A RecordingStore in memory.
import type { RecordingHead, RecordingStorageOutcome, RecordingStore } from "../../web/store/recording-store.ts";

/** As IndexedDB: keeps what it took over any life of a page, until it is told to refuse. */
export class FakeRecordings implements RecordingStore {
  head: RecordingHead | undefined;
  readonly chunks: string[] = [];
  outcome: RecordingStorageOutcome = "kept";

  async readHead(): Promise<RecordingHead | undefined> {
    return this.head;
  }

  async readChunk(index: number): Promise<string | undefined> {
    return this.chunks[index];
  }

  async write(head: RecordingHead, chunk?: string): Promise<RecordingStorageOutcome> {
    if (this.outcome !== "kept") return this.outcome;
    this.head = head;
    if (chunk !== undefined) this.chunks[head.chunks - 1] = chunk;
    return "kept";
  }

  async clear(): Promise<void> {
    this.head = undefined;
    this.chunks.length = 0;
  }
}

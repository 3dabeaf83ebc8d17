// A RecordingStore in memory, and the page around a recorder.
import type { RecordingHead, RecordingStorageOutcome, RecordingStore } from "../../web/store/recording-store.ts";

/** As IndexedDB: keeps what it took over any life of a page, until the test makes it refuse. */
export class FakeRecordings implements RecordingStore {
  head: RecordingHead | undefined;
  readonly chunks: string[] = [];
  outcome: RecordingStorageOutcome = "kept";
  /** When a recording began that is gone from here. */
  deletedStartedAtMs: number | undefined;

  #isEvicted = false;

  async readHead(): Promise<RecordingHead | undefined> {
    return this.head;
  }

  async readChunk(index: number): Promise<string | undefined> {
    return this.chunks[index];
  }

  async countChunks(): Promise<number> {
    return this.chunks.filter((chunk) => chunk !== undefined).length;
  }

  async takeDeleted(): Promise<number | undefined> {
    return this.deletedStartedAtMs;
  }

  /** As a browser that is short of room: all is gone, and what comes next is kept again. */
  evict(): void {
    this.head = undefined;
    this.chunks.length = 0;
    this.#isEvicted = true;
  }

  async write(head: RecordingHead, chunk?: string): Promise<RecordingStorageOutcome> {
    if (this.outcome !== "kept") return this.outcome;
    this.head = head;
    if (chunk !== undefined) this.chunks[head.chunks - 1] = chunk;
    if (!this.#isEvicted) return "kept";
    this.#isEvicted = false;
    return "kept-after-eviction";
  }

  async clear(): Promise<void> {
    this.head = undefined;
    this.chunks.length = 0;
  }
}

/** What a recorder needs of a page that has time, and a browser that deletes nothing. */
export const calmPage = { pause: async () => undefined, onDeleted: () => undefined };

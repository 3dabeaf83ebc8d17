// Records the figures: takes rows as they are made, packs them into chunks, keeps the chunks in the store, and in
// memory once the store refuses.
// Neighbours: figures.ts hands it rows, recording-store.ts keeps them, gateway/recording/recording-chunks.ts packs
// them, recorded-rows.ts reads them back, gateway/recording/recording-file.ts writes the file.
// Invariant: whatever is shown as recorded and can still be read can be exported, in order, and memory is bounded.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Clocks } from "../../gateway/basics/runtime.ts";
import { jumpMs } from "../../gateway/basics/wake-detector.ts";
import { recordingIntervalMs, recordingSchema } from "../../gateway/recording/recording.ts";
import { packRows } from "../../gateway/recording/recording-chunks.ts";
import { type RecordingRow, recordingColumns } from "../../gateway/recording/recording-columns.ts";
import type { RecordingSession } from "../../gateway/recording/recording-context.ts";
import { csvFile, jsonFile } from "../../gateway/recording/recording-file.ts";
import type { ExportFormat, RecordingProblem, RecordingView } from "../panel/panel-model.ts";
import { maxSessions, type RecordingHead, type RecordingStore } from "../store/recording-store.ts";
import { type Chunk, type MissingChunks, recordedRows } from "./recorded-rows.ts";

/** What a page that dies loses at most. */
const chunkMs = 10_000;
/** Twenty-one hours of ten peers and two probes at a row a second each, and one of all together. */
export const maxRows = 1_000_000;
/** A little over an hour of ten peers at the worst, and most of a shift where they move now and then. */
export const maxBytesInMemory = 25_000_000;

export interface RecorderOptions extends Clocks {
  readonly store: RecordingStore;
  /** Lets the page do what waits for it. */
  readonly pause: () => Promise<void>;
  /** The browser has deleted a recording, or a part of it. */
  readonly onDeleted: () => void;
}

export interface FileOptions {
  /** Aborted: there is no file. */
  readonly signal?: AbortSignal;
  /** Told as it is made: from 0 to 1. */
  readonly onShare?: (share: number) => void;
}

/** A page that works for longer without a pause feels stuck: one frame of a screen has 17 ms. */
const workMs = 16;

const files = { csv: csvFile, json: jsonFile } as const;

/** Whether what this page records fits what is recorded already. */
const hasTodaysColumns = ({ schema, columns }: RecordingHead): boolean =>
  schema === recordingSchema &&
  columns.length === recordingColumns.length &&
  recordingColumns.every((column, i) => column === columns[i]);

export class Recorder {
  readonly #options: RecorderOptions;
  readonly #view = signal<RecordingView>({ kind: "none", deletedStartedAtMs: undefined });
  #head: RecordingHead | undefined;
  /** What the store has: its chunks are whole. */
  #keptHead: RecordingHead | undefined;
  /** By place. */
  #chunks: Chunk[] = [];
  /** Of chunks: text of one byte a character, or of two where a name is not Latin. */
  #bytesInMemory = 0;
  /** Not yet in a chunk. */
  #pending: RecordingRow[] = [];
  #chunkBegunMs = 0;
  /** When the recording began, on the page's clock; before its origin when that was in an earlier life of the page. */
  #beganMs = 0;
  /**
   * The clock minus the monotonic one, when this life of the page began to record: from then on it grows by the jumps
   * alone.
   */
  #clockLeadMs = 0;
  /** In earlier lives of the page. */
  #jumpedBeforeMs = 0;
  #problem: RecordingProblem | undefined;
  #storeRefused = false;
  #isPersistent = true;
  #deletedStartedAtMs: number | undefined;
  /** Writes go one after the other: a head must not overtake its chunks. */
  #writing: Promise<void> = Promise.resolve();

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  get view(): ReadonlySignal<RecordingView> {
    return this.#view;
  }

  get isRunning(): boolean {
    return this.#head?.isRunning ?? false;
  }

  /** Since the recording began. */
  get elapsedMs(): number {
    return this.#options.now() - this.#beganMs;
  }

  /**
   * How much of `elapsedMs` no monotonic clock saw: the device slept, or its wall clock was set forward. These two look
   * alike. A page that did not run while its monotonic clock went on has no jump: that time has passed.
   */
  get clockJumpedMs(): number {
    const { now, monotonicNow } = this.#options;
    const leadMs = now() - monotonicNow(); // Two readings that are apart make this less, so they look like no jump.
    const jumpedMs = leadMs - this.#clockLeadMs;
    return this.#jumpedBeforeMs + (jumpedMs > jumpMs ? Math.round(jumpedMs) : 0);
  }

  /**
   * What an earlier life of the page has recorded is there again; a recording that was running in this room goes on, if
   * it has the same columns.
   */
  async resume(session: RecordingSession, roomId: string): Promise<void> {
    const { now, wallNow, store } = this.#options;
    const head = await store.readHead();
    if (this.#head !== undefined) return;
    if (head === undefined) return this.#sayDeleted();
    this.#chunks = new Array<Chunk>(head.chunks).fill(undefined);
    // A wall clock that was set meanwhile must not let the recording run backwards.
    this.#beganMs = now() - Math.max(head.lastedMs, wallNow() - head.startedAtMs);
    this.#chunkBegunMs = now();
    this.#watchClock(head.clockJumpedMs ?? 0);
    this.#keptHead = head;
    this.#head = { ...head, isRunning: head.isRunning && head.roomId === roomId && hasTodaysColumns(head) };
    if (this.#head.isRunning) this.#beginSession(session);
    if (head.isRunning && !this.#head.isRunning) this.#write(this.#head, undefined);
    this.#show();
    await this.#checkChunks(head);
  }

  /** Whether the browser has promised to keep what is stored. */
  setPersistent(isPersistent: boolean): void {
    this.#isPersistent = isPersistent;
    this.#show();
  }

  /** Replaces what was recorded before. */
  start(session: RecordingSession, roomId: string): void {
    const { now, wallNow, store } = this.#options;
    this.#forget();
    const startedAtMs = wallNow();
    this.#beganMs = now();
    this.#chunkBegunMs = this.#beganMs;
    this.#watchClock(0);
    this.#head = {
      schema: recordingSchema,
      columns: recordingColumns,
      context: {
        startedAt: new Date(startedAtMs).toISOString(),
        intervalMs: recordingIntervalMs,
        sessions: [{ elapsedMs: 0, ...session }],
      },
      roomId,
      isRunning: true,
      startedAtMs,
      lastedMs: 0,
      clockJumpedMs: 0,
      rows: 0,
      chunks: 0,
    };
    this.#enqueue(() => store.clear());
    this.#write(this.#head, undefined);
    this.#show();
  }

  /** Does nothing unless a recording is running. */
  add(rows: readonly RecordingRow[]): void {
    if (this.#head === undefined || !this.#head.isRunning) return;
    this.#pending.push(...rows);
    const { elapsedMs: lastedMs, clockJumpedMs } = this;
    this.#head = { ...this.#head, rows: this.#head.rows + rows.length, lastedMs, clockJumpedMs };
    if (this.#options.now() - this.#chunkBegunMs >= chunkMs) this.#closeChunk();
    if (this.#head.rows >= maxRows) this.#end("too-long");
    else if (this.#bytesInMemory >= maxBytesInMemory) this.#end("memory-full");
    this.#show();
  }

  /** What runs goes on in that room, also after a reload. */
  moveTo(session: RecordingSession, roomId: string): void {
    if (this.#head === undefined || !this.#head.isRunning) return;
    this.#beginSession(session);
    this.#head = { ...this.#head, roomId };
    this.#closeChunk();
  }

  stop(): void {
    if (this.#head === undefined || !this.#head.isRunning) return;
    this.#head = { ...this.#head, isRunning: false };
    this.#closeChunk();
    this.#show();
  }

  /** Lets the store have what waits: the page may be about to go. The recording goes on. */
  flush(): void {
    if (this.isRunning) this.#closeChunk();
  }

  discard(): void {
    this.#forget();
    this.#enqueue(() => this.#options.store.clear());
    this.#show();
  }

  /**
   * The recording so far as a file; undefined when there is none. Chunks that cannot be read are left out, and named in
   * its context.
   */
  async file(format: ExportFormat, { signal, onShare }: FileOptions = {}): Promise<Blob | undefined> {
    const { store, monotonicNow, pause } = this.#options;
    if (this.#head === undefined) return undefined;
    this.#closeChunk();
    await this.#writing;
    if (this.#head === undefined) return undefined; // Discarded meanwhile.
    const recorded = this.#head;
    const { schema, columns, context } = recorded;
    const chunks = this.#chunks;
    const { type, head, rows, end } = files[format];
    const missingChunks: MissingChunks = [];
    const read = recordedRows(recorded, [...chunks], store, missingChunks);
    const parts: Blob[] = [];
    let pausedAtMs = monotonicNow();
    // As blobs, which a browser may keep on disk: a shift has some hundred megabytes.
    for await (const part of rows(read)) {
      parts.push(new Blob([part]));
      if (monotonicNow() - pausedAtMs >= workMs) {
        onShare?.(parts.length / chunks.length);
        await pause();
        pausedAtMs = monotonicNow();
      }
      if (signal?.aborted === true) return undefined;
    }
    if (missingChunks.length > 0 && chunks === this.#chunks) this.#problem = "part-missing";
    this.#show();
    return new Blob([head({ schema, columns, context: { ...context, missingChunks } }), ...parts, end], { type });
  }

  #watchClock(jumpedBeforeMs: number): void {
    const { now, monotonicNow } = this.#options;
    // First: a lead that is taken for greater than it is hides a moment of a jump, and makes none up.
    const monotonicMs = monotonicNow();
    this.#clockLeadMs = now() - monotonicMs;
    this.#jumpedBeforeMs = jumpedBeforeMs;
  }

  /** Totals begin anew with it. */
  #beginSession(session: RecordingSession): void {
    const head = this.#head;
    if (head === undefined || head.context.sessions.length >= maxSessions) return;
    const sessions = [...head.context.sessions, { elapsedMs: Math.round(this.elapsedMs), ...session }];
    this.#head = { ...head, context: { ...head.context, sessions } };
  }

  #end(problem: RecordingProblem): void {
    this.#problem = problem;
    this.stop();
  }

  #closeChunk(): void {
    this.#chunkBegunMs = this.#options.now();
    if (this.#head === undefined) return;
    const rows = this.#pending;
    if (rows.length === 0) return this.#write(this.#head, undefined);
    this.#pending = [];
    this.#head = { ...this.#head, chunks: this.#head.chunks + 1 };
    const text = packRows(rows);
    this.#chunks.push(text);
    this.#bytesInMemory += text.length;
    this.#write(this.#head, text);
  }

  /**
   * A chunk leaves memory when the store has it. After the first refusal the store is left as it is: whole, up to
   * there.
   */
  #write(head: RecordingHead, chunk: string | undefined): void {
    const chunks = this.#chunks;
    this.#enqueue(async () => {
      if (chunks !== this.#chunks) return; // Another recording has begun meanwhile.
      if (this.#storeRefused) return this.#sayStopped(head);
      const outcome = await this.#options.store.write(head, chunk);
      if (chunks !== this.#chunks) return;
      if (outcome !== "kept" && outcome !== "kept-after-eviction") {
        this.#storeRefused = true;
        const hasKeptSome = this.#keptHead !== undefined && this.#keptHead.chunks > 0;
        this.#problem ??= outcome === "storage-unavailable" && hasKeptSome ? "storage-lost" : outcome;
      } else {
        if (outcome === "kept-after-eviction") this.#missKept();
        this.#keptHead = head;
        if (chunk !== undefined) {
          chunks[head.chunks - 1] = undefined;
          this.#bytesInMemory -= chunk.length;
        }
      }
      this.#show();
    });
  }

  /** What was written before is gone; what comes now is kept again. */
  #missKept(): void {
    if (this.#keptHead === undefined || this.#keptHead.chunks === 0) return;
    this.#problem = "storage-evicted";
    this.#options.onDeleted();
  }

  async #checkChunks(head: RecordingHead): Promise<void> {
    const chunks = this.#chunks;
    const there = await this.#options.store.countChunks();
    if (there === undefined || there >= head.chunks || chunks !== this.#chunks) return;
    this.#problem ??= "part-missing";
    this.#options.onDeleted();
    this.#show();
  }

  async #sayDeleted(): Promise<void> {
    const deletedStartedAtMs = await this.#options.store.takeDeleted();
    if (deletedStartedAtMs === undefined || this.#head !== undefined) return;
    this.#deletedStartedAtMs = deletedStartedAtMs;
    this.#options.onDeleted();
    this.#show();
  }

  /** A recording that was stopped must not go on after a reload, though the store has only its beginning. */
  async #sayStopped({ isRunning }: RecordingHead): Promise<void> {
    if (isRunning || this.#keptHead === undefined) return;
    await this.#options.store.write({ ...this.#keptHead, isRunning });
  }

  #enqueue(task: () => Promise<void>): void {
    this.#writing = this.#writing.then(task);
  }

  #forget(): void {
    this.#head = undefined;
    this.#chunks = [];
    this.#pending = [];
    this.#bytesInMemory = 0;
    this.#problem = undefined;
    this.#storeRefused = false;
    this.#keptHead = undefined;
    this.#deletedStartedAtMs = undefined;
  }

  #show(): void {
    const head = this.#head;
    const clockJumpedMs = head?.clockJumpedMs ?? 0;
    this.#view.value =
      head === undefined
        ? { kind: "none", deletedStartedAtMs: this.#deletedStartedAtMs }
        : {
            kind: head.isRunning ? "running" : "stopped",
            startedAtMs: head.startedAtMs,
            lastedMs: Math.max(0, head.lastedMs - clockJumpedMs),
            clockJumpedMs,
            rows: head.rows,
            problem: this.#problem,
            mayBeDeleted: !this.#isPersistent && this.#keptHead !== undefined,
          };
  }
}

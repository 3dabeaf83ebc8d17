// The recording of one slot in IndexedDB: a head that says what it is and how far it got, and its rows in chunks,
// written one by one, so that neither a long shift nor a reload needs all of it at once. What a browser refuses is an
// outcome.
// Neighbour: recorder.ts.
import type { RecordingContext } from "../../gateway/recording/recording-context.ts";
import { change, countValues, type DatabaseOperation, isStorageFull, lastingDatabase, readValue } from "./database.ts";
import type { TextStorage } from "./text-storage.ts";

export interface RecordingHead {
  /** Those of the page that began it; one that came later may know others. */
  readonly schema: string;
  readonly columns: readonly string[];
  readonly context: RecordingContext;
  readonly roomId: string;
  /** False: it was stopped. True after a reload: the page went away in the midst of it. */
  readonly isRunning: boolean;
  /** Milliseconds of the wall clock. */
  readonly startedAtMs: number;
  /** On the clock of its rows, jumps and all. */
  readonly lastedMs: number;
  /** By how much that clock jumped; absent where the page that recorded did not know of it. */
  readonly clockJumpedMs?: number;
  readonly rows: number;
  readonly chunks: number;
}

/** Why a store takes nothing from the beginning. */
export type RefusalReason = "storage-unavailable" | "too-many-tabs";

export type RecordingStorageOutcome =
  | "kept"
  /** It was written, and all that had been written before is gone. */
  | "kept-after-eviction"
  | "storage-full"
  | RefusalReason;

export interface RecordingStore {
  /** Undefined when there is none, or nothing can be read. */
  readHead(): Promise<RecordingHead | undefined>;
  readChunk(index: number): Promise<string | undefined>;
  /** How many chunks are there, whatever the head says; undefined where they cannot be counted. */
  countChunks(): Promise<number | undefined>;
  /**
   * When the recording began that the browser has deleted since it was written; undefined: none that is known of.
   * Answers once.
   */
  takeDeleted(): Promise<number | undefined>;
  /** The head alone, or with the chunk that it counts last. */
  write(head: RecordingHead, chunk?: string): Promise<RecordingStorageOutcome>;
  clear(): Promise<void>;
}

const databaseName = "earl-mesh-recordings";
const storeName = "chunks";

/** A chunk has a row at least, and a recording ends with its millionth (recorder.ts). */
const maxChunks = 1_000_000;

/**
 * Lives of the page in one recording, half a kilobyte each: a phone that throws the page away every five minutes of a
 * shift.
 */
export const maxSessions = 100;

/** Several times as many columns as there are, and as long as their names. */
const maxColumns = 1000;
const maxTextLength = 100;
/** ECMAScript knows no date after it (ECMA-262, "Time Values"); in a file name one would be an exception. */
const latestDateMs = 8.64e15;
/** Of one session: the name of a browser is the longest, and takes some hundred characters. */
const maxSessionTextLength = 1_000;
const maxSessionFields = 20;

/** Keys are [slot, place]; the head stands before the first chunk. */
const headPlace = -1;

const chunksOf = (slot: number): IDBKeyRange => IDBKeyRange.bound([slot, 0], [slot, Number.POSITIVE_INFINITY]);

/** For a page that has no place of its own: two pages that write one recording end and overwrite each other's. */
export const refusingRecordingStore = (reason: RefusalReason): RecordingStore => ({
  readHead: async () => undefined,
  readChunk: async () => undefined,
  countChunks: async () => undefined,
  takeDeleted: async () => undefined,
  write: async () => reason,
  clear: async () => undefined,
});

/**
 * @param factory undefined where the browser has none.
 * @param marks where it is noted, beside IndexedDB, that there is a recording: some browsers delete the one and leave
 * the other.
 */
export const openRecordingStore = (
  factory: IDBFactory | undefined,
  slot: number,
  marks: TextStorage,
): RecordingStore => {
  const markKey = `earl-mesh.recording.${slot}`;
  const mark = (text: string): void => {
    if (marks.read(markKey) !== text) marks.write(markKey, text);
  };
  /** This page has seen a head there, so that there is one unless the browser has deleted it. */
  let hasSeenHead = false;
  const withDatabase =
    factory === undefined
      ? <T>(_: DatabaseOperation<T>): Promise<T> => Promise.reject(new Error("no IndexedDB"))
      : lastingDatabase(factory, databaseName, storeName);
  const read = async (place: number): Promise<unknown> => {
    try {
      return await withDatabase((database) => readValue(database, storeName, [slot, place]));
    } catch {
      return undefined;
    }
  };
  return {
    readHead: async () => {
      const value = await read(headPlace);
      hasSeenHead ||= value !== undefined;
      return isRecordingHead(value) ? value : undefined;
    },
    readChunk: async (index) => {
      const value = await read(index);
      return typeof value === "string" ? value : undefined;
    },
    countChunks: async () => {
      try {
        return await withDatabase((database) => countValues(database, storeName, chunksOf(slot)));
      } catch {
        return undefined;
      }
    },
    takeDeleted: async () => {
      const startedAtMs = Number(marks.read(markKey) || Number.NaN);
      if (!isTime(startedAtMs)) return undefined;
      try {
        const head = await withDatabase((database) => readValue(database, storeName, [slot, headPlace]));
        if (head !== undefined) return undefined;
      } catch {
        return undefined; // Whether it is there is not known, and the next visit may know.
      }
      mark("");
      return startedAtMs;
    },
    write: async (head, chunk) => {
      try {
        let hadHead = false;
        await withDatabase((database) =>
          change(database, storeName, (store) => {
            const former = store.get([slot, headPlace]);
            former.onsuccess = () => {
              hadHead = former.result !== undefined;
            };
            store.put(head, [slot, headPlace]);
            if (chunk !== undefined) store.put(chunk, [slot, head.chunks - 1]);
          }),
        );
        const isEvicted = hasSeenHead && !hadHead;
        hasSeenHead = true;
        mark(String(head.startedAtMs));
        return isEvicted ? "kept-after-eviction" : "kept";
      } catch (error) {
        return isStorageFull(error) ? "storage-full" : "storage-unavailable";
      }
    },
    clear: async () => {
      hasSeenHead = false;
      mark("");
      try {
        await withDatabase((database) =>
          change(database, storeName, (store) => {
            store.delete(IDBKeyRange.bound([slot, headPlace], [slot, Number.POSITIVE_INFINITY]));
          }),
        );
      } catch {
        // Nothing could be written there either; a head that is left over is replaced by the next recording.
      }
    },
  };
};

/** Written by this page or by an older one: what does not fit is as if it were not there. */
export const isRecordingHead = (value: unknown): value is RecordingHead => {
  if (typeof value !== "object" || value === null) return false;
  const { schema, columns, context, roomId, isRunning, startedAtMs, lastedMs, clockJumpedMs, rows, chunks } =
    value as Partial<Record<string, unknown>>;
  return (
    isShortText(schema) &&
    areColumns(columns) &&
    isContext(context) &&
    typeof roomId === "string" &&
    typeof isRunning === "boolean" &&
    [startedAtMs, lastedMs].every(isTime) &&
    (clockJumpedMs === undefined || isTime(clockJumpedMs)) &&
    isCount(rows) &&
    isCount(chunks) &&
    chunks <= maxChunks
  );
};

const isContext = (value: unknown): value is RecordingContext => {
  if (typeof value !== "object" || value === null) return false;
  const { startedAt, intervalMs, sessions } = value as Partial<Record<string, unknown>>;
  return (
    isShortText(startedAt) &&
    isTime(intervalMs) &&
    Array.isArray(sessions) &&
    sessions.length <= maxSessions &&
    sessions.every(isSession)
  );
};

/** An older page knew other fields, so only their kind is checked: the file gets them as they are. */
const isSession = (value: unknown): boolean => {
  if (typeof value !== "object" || value === null) return false;
  const fields = Object.values(value);
  return fields.length <= maxSessionFields && fields.every(isSessionField);
};

const isSessionField = (value: unknown): boolean =>
  typeof value === "string" ? value.length <= maxSessionTextLength : typeof value === "boolean" || isTime(value);

const isShortText = (value: unknown): value is string =>
  typeof value === "string" && value !== "" && value.length <= maxTextLength;

const areColumns = (value: unknown): value is readonly string[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.length <= maxColumns &&
  value.every(isShortText) &&
  new Set(value).size === value.length;

const isTime = (value: unknown): value is number => typeof value === "number" && value >= 0 && value <= latestDateMs;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

// An IndexedDB whose connections a test can cut, as browsers cut those of pages in the background. What was committed
// stays on disk, until a test deletes it, as browsers do that are short of room; localStorage beside it stays.
import { openTextStorage } from "../../web/store/text-storage.ts";

/** What a page notices of it: an event at once, that no transaction can begin any more, or that each one is aborted. */
export const cutKinds = ["closed with an event", "closed", "broken"] as const;
type CutKind = (typeof cutKinds)[number];

interface Request {
  readonly result: unknown;
  readonly error: unknown;
  onsuccess?: () => void;
  onerror?: () => void;
}

const succeeding = (result: unknown): Request => {
  const request: Request = { result, error: null };
  queueMicrotask(() => request.onsuccess?.());
  return request;
};

const failing = (error: DOMException): Request => {
  const request: Request = { result: undefined, error };
  queueMicrotask(() => request.onerror?.());
  return request;
};

const lost = (): DOMException => new DOMException("Connection to Indexed Database server lost.", "UnknownError");

const placeOf = (key: unknown): string => JSON.stringify(key);

export class CuttableIndexedDb {
  /** By the JSON of their keys. */
  readonly onDisk = new Map<string, unknown>();
  opensToFail = 0;
  /** How often the page asked for a connection. */
  opens = 0;
  /** Connections that the page has not closed. */
  readonly open = new Set<Connection>();
  /** What a transaction is aborted with; undefined: none is. */
  refusal: DOMException | undefined;

  readonly marks = openTextStorage(() => {
    const { texts } = this;
    return { getItem: (key) => texts.get(key) ?? null, setItem: (key, text) => void texts.set(key, text) };
  });
  readonly texts = new Map<string, string>();

  get factory(): IDBFactory {
    return { open: () => this.#open() } as unknown as IDBFactory;
  }

  /** Every connection that is open dies; others can be opened. */
  cut(kind: CutKind): void {
    for (const connection of this.open) connection.cut(kind);
  }

  evict(): void {
    this.onDisk.clear();
  }

  #open(): Request {
    this.opens++;
    if (this.opensToFail > 0) {
      this.opensToFail--;
      return failing(lost());
    }
    const connection = new Connection(this);
    this.open.add(connection);
    return succeeding(connection);
  }
}

class Connection {
  readonly #database: CuttableIndexedDb;
  #cut: CutKind | undefined;
  onclose: (() => void) | null = null;

  constructor(database: CuttableIndexedDb) {
    this.#database = database;
  }

  cut(kind: CutKind): void {
    this.#cut = kind;
    if (kind === "closed with an event") this.onclose?.();
  }

  close(): void {
    this.#database.open.delete(this);
  }

  transaction() {
    if (this.#cut?.startsWith("closed")) throw new DOMException("The connection is closed.", "InvalidStateError");
    const { onDisk, refusal } = this.#database;
    const error = this.#cut === undefined ? refusal : lost();
    const changes: (() => void)[] = [];
    const transaction: { error: unknown; oncomplete?: () => void; onabort?: () => void } = { error };
    const store = {
      get: (key: unknown) => (error === undefined ? succeeding(onDisk.get(placeOf(key))) : failing(error)),
      count: () => (error === undefined ? succeeding(onDisk.size - 1) : failing(error)), // All but the head.
      put: (value: unknown, key: unknown) => {
        const copy = structuredClone(value);
        changes.push(() => onDisk.set(placeOf(key), copy));
      },
      delete: () => changes.push(() => onDisk.clear()),
    };
    return Object.assign(transaction, {
      objectStore: () => store,
      commit: () =>
        queueMicrotask(() => {
          if (error !== undefined) return transaction.onabort?.();
          for (const change of changes) change();
          transaction.oncomplete?.();
        }),
    });
  }
}

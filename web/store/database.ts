// The few lines of IndexedDB that one object store needs; localStorage can hold neither a key that never leaves the
// browser nor a long recording.

/** @throws what the browser throws or reports when it keeps no databases for this page. */
export const openDatabase = (factory: IDBFactory, name: string, storeName: string): Promise<IDBDatabase> => {
  const request = factory.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(storeName);
  return resultOf(request);
};

export const readValue = (database: IDBDatabase, storeName: string, key: IDBValidKey): Promise<unknown> =>
  resultOf(database.transaction(storeName).objectStore(storeName).get(key));

export const countValues = (database: IDBDatabase, storeName: string, range: IDBKeyRange): Promise<number> =>
  resultOf(database.transaction(storeName).objectStore(storeName).count(range));

/** Resolves when the value is on disk, not merely accepted. */
export const writeValue = (database: IDBDatabase, storeName: string, key: IDBValidKey, value: unknown): Promise<void> =>
  change(database, storeName, (store) => void store.put(value, key));

/**
 * All of what `apply` asks for, or nothing; resolves when it is on disk. Rejects with what the browser says, such as
 * QuotaExceededError.
 */
export const change = (
  database: IDBDatabase,
  storeName: string,
  apply: (store: IDBObjectStore) => void,
): Promise<void> => {
  const transaction = database.transaction(storeName, "readwrite", { durability: "strict" });
  apply(transaction.objectStore(storeName));
  transaction.commit(); // A page that is going away does not come to commit it by itself.
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
};

/** What the caller asks of a connection. It may be asked twice, so it must bear that. */
export type DatabaseOperation<T> = (database: IDBDatabase) => Promise<T>;

/**
 * One connection for all operations, opened when the first needs it. Browsers cut connections under a page, such as
 * WebKit those of pages in the background ("Connection to Indexed Database server lost"), and what is on disk is still
 * there: an operation that fails is done once more, on a fresh one. Where the disk is full a fresh one does not help.
 */
export const lastingDatabase = (factory: IDBFactory, name: string, storeName: string) => {
  let connection: Promise<IDBDatabase> | undefined;
  const open = async (): Promise<IDBDatabase> => openDatabase(factory, name, storeName);
  const attempt = async <T>(operation: DatabaseOperation<T>): Promise<T> => {
    connection ??= open();
    const used = connection;
    const forget = (): void => {
      if (connection === used) connection = undefined;
    };
    try {
      const database = await used;
      database.onclose = forget;
      return await operation(database);
    } catch (error) {
      if (!isStorageFull(error)) {
        forget();
        closeOnceOpen(used);
      }
      throw error;
    }
  };
  return async <T>(operation: DatabaseOperation<T>): Promise<T> => {
    try {
      return await attempt(operation);
    } catch (error) {
      if (isStorageFull(error)) throw error;
      return attempt(operation);
    }
  };
};

export const isStorageFull = (error: unknown): boolean =>
  error instanceof DOMException && error.name === "QuotaExceededError";

const closeOnceOpen = (opening: Promise<IDBDatabase>): void => {
  opening.then(
    (database) => database.close(),
    () => undefined, // It never opened: there is nothing to close.
  );
};

const resultOf = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

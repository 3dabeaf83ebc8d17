// The few lines of IndexedDB that one object store needs; localStorage can hold neither a key that never leaves the browser nor a long recording.

/** @throws what the browser throws or reports when it keeps no databases for this page. */
export const openDatabase = (factory: IDBFactory, name: string, storeName: string): Promise<IDBDatabase> => {
  const request = factory.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(storeName);
  return resultOf(request);
};

export const readValue = (database: IDBDatabase, storeName: string, key: IDBValidKey): Promise<unknown> =>
  resultOf(database.transaction(storeName).objectStore(storeName).get(key));

/** Resolves when the value is on disk, not merely accepted. */
export const writeValue = (database: IDBDatabase, storeName: string, key: IDBValidKey, value: unknown): Promise<void> =>
  change(database, storeName, (store) => void store.put(value, key));

/** All of what `apply` asks for, or nothing; resolves when it is on disk. Rejects with what the browser says, such as QuotaExceededError. */
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

const resultOf = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

// An IndexedDB that contains what a test says, and accepts all that is written without keeping it.

interface Request {
  readonly result: unknown;
  onsuccess: (() => void) | null;
}

const succeeding = (result: unknown): Request => {
  const request: Request = { result, onsuccess: null };
  queueMicrotask(() => request.onsuccess?.());
  return request;
};

/** @param valueAt by the last part of a key, or the whole key where it is a number. */
export const heldByIndexedDb = (valueAt: (place: number) => unknown): IDBFactory => {
  const store = {
    get: (key: number | readonly number[]) => succeeding(valueAt([key].flat().at(-1) ?? 0)),
    count: () => succeeding(0),
    put: () => undefined,
    delete: () => undefined,
  };
  const transaction = () => {
    const open: { oncomplete?: () => void; objectStore: () => typeof store; commit: () => void } = {
      objectStore: () => store,
      commit: () => queueMicrotask(() => open.oncomplete?.()),
    };
    return open;
  };
  return { open: () => succeeding({ transaction, close: () => undefined }) } as unknown as IDBFactory;
};

// localStorage and sessionStorage as they are for a page that must go on without them: browsers throw on mere access
// when storage is blocked, and on a write when it is full. Here both are outcomes.

export interface TextStorage {
  /** Undefined when there is nothing, or nothing may be read. */
  read(key: string): string | undefined;
  write(key: string, text: string): StorageOutcome;
}

/** "storage-unavailable" is the code of web/ui/errors.ts: the page goes on, and forgets when it closes. */
export type StorageOutcome = "kept" | "storage-unavailable";

/** @param open such as `() => localStorage`: where storage is blocked the access itself throws. */
export const openTextStorage = (open: () => Pick<Storage, "getItem" | "setItem">): TextStorage => {
  const attempt = <T>(use: (storage: Pick<Storage, "getItem" | "setItem">) => T, otherwise: T): T => {
    try {
      return use(open());
    } catch {
      return otherwise;
    }
  };
  return {
    read: (key) => attempt((storage) => storage.getItem(key) ?? undefined, undefined),
    write: (key, text) =>
      attempt<StorageOutcome>((storage) => {
        storage.setItem(key, text);
        return "kept";
      }, "storage-unavailable"),
  };
};

/** What was stored as JSON; undefined where the text is not JSON. */
export const readJson = (storage: TextStorage, key: string): unknown => {
  const text = storage.read(key);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

// Whether the browser promises to keep what is stored here: without that it may delete all of it when the device is
// short of room. https://storage.spec.whatwg.org/#persistence

/** False: it did not promise it. Some browsers ask the person first. Never rejects. */
export const askToKeep = async (storage: Pick<StorageManager, "persist"> | undefined): Promise<boolean> => {
  try {
    return (await storage?.persist()) ?? false;
  } catch {
    return false;
  }
};

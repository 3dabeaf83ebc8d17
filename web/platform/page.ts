// What only a browser has, as small functions: its address, its files and its permissions.
import { schedule } from "./timers.ts";

/** Undefined where the browser throws on mere access: some do where a person has blocked site data. */
export const accessible = <T>(access: () => T): T | undefined => {
  try {
    return access();
  } catch {
    return undefined;
  }
};

/** The address of this page with the fragment, or without one if it is empty. */
export const addressOf = (fragment: string): string => (fragment === "" ? location.pathname : fragment);

/** Whether the platform did it; why it did not is not for us to know, and the person is told what to do instead. */
export const succeeds = async (attempt: () => Promise<void>): Promise<boolean> => {
  try {
    await attempt();
    return true;
  } catch (error) {
    // Who closes the share sheet has decided so.
    return error instanceof DOMException && error.name === "AbortError";
  }
};

/** A browser that asks the person first still needs the address for a while. */
const fileAddressLivesMs = 60_000;

/** Hands a file to the person. */
export const saveFile = (name: string, file: Blob): void => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  schedule(fileAddressLivesMs, () => URL.revokeObjectURL(link.href));
};

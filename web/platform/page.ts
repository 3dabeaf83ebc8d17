// What only a browser has, as small functions: its address, its files and its permissions.
import { schedule } from "./timers.ts";

/** Undefined where the access itself throws: some browsers do so where a person has blocked site data. */
export const accessible = <T>(access: () => T): T | undefined => {
  try {
    return access();
  } catch {
    return undefined;
  }
};

/** The address of this page with the fragment, or without one if it is empty. */
export const addressOf = (fragment: string): string => (fragment === "" ? location.pathname : fragment);

/** Whether the platform did it. The reason of a failure is of no use: the person reads what to do instead. */
export const succeeds = async (attempt: () => Promise<void>): Promise<boolean> => {
  try {
    await attempt();
    return true;
  } catch (error) {
    // A person who closes the share sheet has decided so.
    return error instanceof DOMException && error.name === "AbortError";
  }
};

/** A browser that asks the person first needs the address until they answer. */
const fileAddressLivesMs = 60_000;

/** Offers a file to the person as a download. */
export const saveFile = (name: string, file: Blob): void => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  schedule(fileAddressLivesMs, () => URL.revokeObjectURL(link.href));
};

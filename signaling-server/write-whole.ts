// Writes a file that must never be incomplete, and never have other rights than it should, not even for a moment. If it
// cannot be written, because the disk is full, nothing is left behind.
import { chmod, rename, rm, writeFile } from "node:fs/promises";

export const writeWhole = async (file: string, content: string, mode: number): Promise<void> => {
  const draft = `${file}.${process.pid}`;
  try {
    await writeFile(draft, content, { mode });
    await chmod(draft, mode); // In case the draft of a broken run was there with other rights.
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
};

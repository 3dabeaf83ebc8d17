// Which lines of the log are shown while it is short: the newest, with places kept for problems. Pure.
import type { LogLine } from "./app-model.ts";

/** What fits beside the other parts without pushing them away. */
export const shortLogLines = 8;
/** Of these, for the newest problems: what happens all the time must not push them out of sight. */
export const shortLogProblems = 3;

/** @param lines oldest first, as is what it returns. */
export const shortLog = (lines: readonly LogLine[]): readonly LogLine[] => {
  const problems = lines.filter(({ tone }) => tone === "problem").slice(-shortLogProblems);
  const kept = new Set(problems);
  const others = lines.filter((line) => !kept.has(line)).slice(problems.length - shortLogLines);
  for (const line of others) kept.add(line);
  return lines.filter((line) => kept.has(line));
};

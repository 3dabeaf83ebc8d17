// Which lines the short log shows: the newest, with some places kept for problems. Pure.
import type { LogLine } from "./app-model.ts";

/** So many fit beside the other parts without pushing them down. */
export const shortLogLines = 8;
/** How many of these are kept for the newest problems: frequent lines must not push them out of sight. */
export const shortLogProblems = 3;

/** @param lines oldest first; the result is in the same order. */
export const shortLog = (lines: readonly LogLine[]): readonly LogLine[] => {
  const problems = lines.filter(({ tone }) => tone === "problem").slice(-shortLogProblems);
  const kept = new Set(problems);
  const others = lines.filter((line) => !kept.has(line)).slice(problems.length - shortLogLines);
  for (const line of others) kept.add(line);
  return lines.filter((line) => kept.has(line));
};

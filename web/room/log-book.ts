// What happened, in plain words, oldest first; bounded, because a shift has eight hours. What happens again and again
// is one line with a count.
// Invariant: neither can ordinary lines make problems go, nor can what one peer does make the lines of the page or of
// other peers go.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { LogLine } from "../ui/app-model.ts";

/** Enough for half an hour of a lively room; about 30 kB. */
export const maxLogLines = 200;
/** Beside those: problems are rarer, and worth looking up hours later. */
export const maxProblemLines = 100;

interface Entry {
  readonly line: LogLine;
  /** Without its count. */
  readonly text: string;
  readonly times: number;
  /** Gateway id of the peer that caused it, or `strangers`; undefined: nobody but the page and its person. */
  readonly from: string | undefined;
}

/** All that never proved to be members: each could call itself anything, so they have one share together. */
export const strangers = "strangers";

export class LogBook {
  readonly #lines = signal<readonly LogLine[]>([]);
  readonly #today: () => Date;
  #entries: readonly Entry[] = [];
  #nextId = 1;

  constructor(today: () => Date) {
    this.#today = today;
  }

  get lines(): ReadonlySignal<readonly LogLine[]> {
    return this.#lines;
  }

  /** @param from gateway id of the peer that caused it, or `strangers`. */
  add(tone: LogLine["tone"], text: string, from?: string): void {
    const newest = this.#entries.at(-1);
    const at = this.#today();
    if (newest !== undefined && newest.line.tone === tone && newest.text === text && newest.from === from) {
      const times = newest.times + 1;
      const line = { ...newest.line, at, text: `${text} ×${times}` };
      this.#entries = [...this.#entries.slice(0, -1), { ...newest, line, times }];
    } else {
      const entry = { line: { id: this.#nextId++, at, tone, text }, text, times: 1, from };
      this.#entries = withinBounds([...this.#entries, entry], isProblem(entry));
    }
    this.#lines.value = this.#entries.map(({ line }) => line);
  }
}

const isProblem = ({ line }: Entry): boolean => line.tone === "problem";

/** Without the one that has to make room, among the problems or among the rest. */
const withinBounds = (entries: readonly Entry[], areProblems: boolean): readonly Entry[] => {
  const most = areProblems ? maxProblemLines : maxLogLines;
  const ofKind = entries.filter((entry) => isProblem(entry) === areProblems);
  if (ofKind.length <= most) return entries;
  const leaving = entryToForget(ofKind, most);
  return entries.filter((entry) => entry !== leaving);
};

/**
 * Half of the lines are the page's own, if it has so many; the other half are shared by the peers: the oldest line of
 * whoever has most of them goes.
 */
const entryToForget = (entries: readonly Entry[], most: number): Entry | undefined => {
  const counts = new Map<string, number>();
  for (const { from } of entries) if (from !== undefined) counts.set(from, (counts.get(from) ?? 0) + 1);
  const ofPeers = entries.filter(({ from }) => from !== undefined).length;
  const isOwn = ofPeers <= most / 2;
  const greatest = Math.max(...counts.values());
  return entries.find(({ from }) => (from === undefined ? isOwn : !isOwn && counts.get(from) === greatest));
};

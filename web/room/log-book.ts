// What happened, in plain words, oldest first; bounded, because a shift has eight hours. What happens again and again is one line with a count.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { LogLine } from "../ui/app-model.ts";

/** Enough for half an hour of a lively room; about 30 kB. */
export const maxLogLines = 200;

export class LogBook {
  readonly #lines = signal<readonly LogLine[]>([]);
  readonly #today: () => Date;
  #nextId = 1;
  /** What the newest line says, without its count. */
  #text = "";
  #times = 0;

  constructor(today: () => Date) {
    this.#today = today;
  }

  get lines(): ReadonlySignal<readonly LogLine[]> {
    return this.#lines;
  }

  add(tone: LogLine["tone"], text: string): void {
    const lines = this.#lines.value;
    const newest = lines.at(-1);
    const at = this.#today();
    if (newest?.tone === tone && this.#text === text) {
      const counted = { ...newest, at, text: `${text} ×${++this.#times}` };
      this.#lines.value = [...lines.slice(0, -1), counted];
    } else {
      this.#text = text;
      this.#times = 1;
      this.#lines.value = [...lines.slice(1 - maxLogLines), { id: this.#nextId++, at, tone, text }];
    }
  }
}

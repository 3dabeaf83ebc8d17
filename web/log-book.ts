// What happened, in plain words, oldest first; bounded, because a shift has eight hours.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { LogLine } from "./ui/app-model.ts";

/** Enough for half an hour of a lively room; about 30 kB. */
export const maxLogLines = 200;

export class LogBook {
  readonly #lines = signal<readonly LogLine[]>([]);
  readonly #today: () => Date;
  #nextId = 1;

  constructor(today: () => Date) {
    this.#today = today;
  }

  get lines(): ReadonlySignal<readonly LogLine[]> {
    return this.#lines;
  }

  add(tone: LogLine["tone"], text: string): void {
    const line: LogLine = { id: this.#nextId++, at: this.#today(), tone, text };
    this.#lines.value = [...this.#lines.value.slice(1 - maxLogLines), line];
  }
}

// Whether the page shows a dark screen, for a phone in a pocket: a person darkens it, or it gets dark by itself when
// nobody has touched it for as long as the power plan says. The page stays in front and awake, so that the gateway
// keeps working.
// Neighbours: power.ts sets the time, ui/dark-screen.tsx draws; everything that draws reads `isDark` and stops.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Cancel, Schedule } from "../../gateway/basics/runtime.ts";

export interface DarkScreenOptions {
  readonly schedule: Schedule;
}

export class DarkScreen {
  readonly #schedule: Schedule;
  readonly #isDark = signal(false);
  #darkAfterMs: number | undefined;
  #cancelDark: Cancel | undefined;

  constructor({ schedule }: DarkScreenOptions) {
    this.#schedule = schedule;
  }

  get isDark(): ReadonlySignal<boolean> {
    return this.#isDark;
  }

  /** Undefined: the screen gets dark only when a person darkens it. */
  set darkAfterMs(darkAfterMs: number | undefined) {
    if (darkAfterMs === this.#darkAfterMs) return;
    this.#darkAfterMs = darkAfterMs;
    this.#wait();
  }

  darken(): void {
    this.#cancelDark?.();
    this.#isDark.value = true;
  }

  wake(): void {
    this.#isDark.value = false;
    this.#wait();
  }

  /** A person is using the page. */
  touched(): void {
    if (!this.#isDark.peek()) this.#wait();
  }

  close(): void {
    this.#cancelDark?.();
  }

  #wait(): void {
    this.#cancelDark?.();
    if (this.#darkAfterMs !== undefined && !this.#isDark.peek())
      this.#cancelDark = this.#schedule(this.#darkAfterMs, () => this.darken());
  }
}

// Whether the screen is dark because the phone is in a pocket: by hand, or by itself when nobody has touched it for as long as the governor says.
// The page stays in front and awake meanwhile, so that it goes on as a gateway; who draws looks at `isDark` and stops.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { Cancel, Schedule } from "../../gateway/basics/runtime.ts";

export interface PocketOptions {
  readonly schedule: Schedule;
}

export class Pocket {
  readonly #schedule: Schedule;
  readonly #isDark = signal(false);
  #darkAfterMs: number | undefined;
  #cancelDark: Cancel | undefined;

  constructor({ schedule }: PocketOptions) {
    this.#schedule = schedule;
  }

  get isDark(): ReadonlySignal<boolean> {
    return this.#isDark;
  }

  /** Undefined: only by hand. */
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

  /** Somebody is using the page. */
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

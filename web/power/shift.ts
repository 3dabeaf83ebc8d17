// The shift that the battery has to last: it begins when a room is entered. The person sets its length, or the time of
// day at which it ends. It is stored on this device for all tabs, and survives a reload. After its end, the next room
// begins a new one.
import { type ReadonlySignal, type Signal, signal } from "@preact/signals";
import type { Now } from "../../gateway/basics/runtime.ts";
import { shiftHoursRange } from "../panel/figure-settings.ts";
import { readJson, type StorageOutcome, type TextStorage } from "../store/text-storage.ts";

const storageKey = "earl-mesh.shift";
const hourMs = 3_600_000;
/** One hour more: clocks may be set back on that day. */
const maxShiftMs = (shiftHoursRange.most + 1) * hourMs;

export interface ShiftOptions {
  /** Milliseconds of the wall clock. */
  readonly wallNow: Now;
  readonly storage: TextStorage;
  /** The length of a new shift. */
  readonly hours: () => number;
}

interface Span {
  readonly beganAtMs: number;
  readonly endsAtMs: number;
}

export class Shift {
  readonly #options: ShiftOptions;
  readonly #endsAtMs: Signal<number>;
  #beganAtMs: number;

  constructor(options: ShiftOptions) {
    this.#options = options;
    const { beganAtMs, endsAtMs } = this.#stored() ?? this.#fresh();
    this.#beganAtMs = beganAtMs;
    this.#endsAtMs = signal(endsAtMs);
  }

  /** By the wall clock. */
  get endsAtMs(): ReadonlySignal<number> {
    return this.#endsAtMs;
  }

  /** A room is entered: the stored shift continues, or a new one begins. */
  enter(): StorageOutcome {
    return this.#keep(this.#stored() ?? this.#fresh());
  }

  /** The person changes the length of the shift that has begun. */
  setHours(hours: number): StorageOutcome {
    return this.#keep({ beganAtMs: this.#beganAtMs, endsAtMs: this.#beganAtMs + hours * hourMs });
  }

  /**
   * @param time a time of day such as "18:00"; the shift ends when it comes next. Undefined: this is no time of day.
   */
  setEnd(time: string): StorageOutcome | undefined {
    const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time) ?? [];
    if (hours === undefined || minutes === undefined) return undefined;
    const nowMs = this.#options.wallNow();
    const end = new Date(nowMs);
    end.setHours(Number(hours), Number(minutes), 0, 0);
    if (end.getTime() <= nowMs) end.setDate(end.getDate() + 1);
    return this.#keep({ beganAtMs: this.#beganAtMs, endsAtMs: end.getTime() });
  }

  /** To be called when another tab has changed the stored shift. */
  read(): void {
    const stored = this.#stored();
    if (stored !== undefined) this.#take(stored);
  }

  #fresh(): Span {
    const nowMs = this.#options.wallNow();
    return { beganAtMs: nowMs, endsAtMs: nowMs + this.#options.hours() * hourMs };
  }

  /** Undefined when no stored shift is under way. The stored text may be anything, or from before the clock was set. */
  #stored(): Span | undefined {
    const nowMs = this.#options.wallNow();
    const { beganAtMs, endsAtMs }: Partial<Record<string, unknown>> = Object(
      readJson(this.#options.storage, storageKey),
    );
    if (typeof beganAtMs !== "number" || typeof endsAtMs !== "number") return undefined;
    if (beganAtMs < 0) return undefined; // Another length, added to that, might give no valid date.
    const isUnderWay = beganAtMs <= nowMs && endsAtMs > nowMs && endsAtMs - nowMs <= maxShiftMs;
    return isUnderWay ? { beganAtMs, endsAtMs } : undefined;
  }

  #keep(span: Span): StorageOutcome {
    this.#take(span);
    return this.#options.storage.write(storageKey, JSON.stringify(span));
  }

  #take({ beganAtMs, endsAtMs }: Span): void {
    this.#beganAtMs = beganAtMs;
    this.#endsAtMs.value = endsAtMs;
  }
}

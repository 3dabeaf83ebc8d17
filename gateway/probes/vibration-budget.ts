// What one body has felt lately, and whether one more vibration is within what its wearer allows: so many begun, and so
// long felt, in any ten seconds.
// Neighbours: downlink.ts asks for a turn before each write; vibration-budgets.ts has one budget for each device.
// Invariant: a vibration counts from the moment it may begin until ten seconds after it can no longer be felt,
// whichever page asked for it.
import { maxVibrateMs } from "../../firmware-bridge/frames/payloads.ts";
import type { Now } from "../basics/runtime.ts";
import { TokenBucket } from "../basics/token-bucket.ts";
import { effectLifetimeMs } from "../wire/record.ts";

/** The span over which vibrations are counted and added up. It slides, so that no ten seconds contain more. */
const rateSpanMs = 10_000;

/**
 * No vibration ends later than this after it was asked for. A time further ahead was stored under a clock that has been
 * set back since.
 */
const maxAheadMs = effectLifetimeMs + maxVibrateMs;

/**
 * Turns that are let through and given back, because something newer came before their write: each is noted in the
 * memory, which costs a page far more than a record does, and peers decide how many they ask for. A wearer allows 20 in
 * ten seconds at most (`buzzRateRange`).
 */
export const maxNotedTurnsPerSecond = 20;
export const maxNotedTurnBurst = 40;

/** A turn as other pages read it, on the wall clock: clocks of pages have no common origin. */
export interface KeptTurn {
  /** Differs for every turn, on whatever page. */
  readonly id: string;
  readonly vibratingMs: number;
  readonly begunByMs: number;
  readonly endsByMs: number;
}

/** What all pages of this device know of the vibrations of its probes. A page that may store nothing reads nothing. */
export interface TurnMemory {
  /** Differs for every page, and for every load of a page: the ids of turns begin with it. */
  readonly pageId: string;
  read(deviceId: string): readonly KeptTurn[];
  write(deviceId: string, turns: readonly KeptTurn[]): void;
}

export interface VibrationBudgetOptions {
  readonly deviceId: string;
  readonly now: Now;
  /** Milliseconds of the wall clock, for what other pages read. */
  readonly wallNow: Now;
  /** Undefined where no other page can reach the device. */
  readonly memory: TurnMemory | undefined;
  readonly maxVibratingMsPerTenSeconds: number;
  readonly makeTurnId: () => string;
}

/** One vibration that was let through. */
export interface Turn {
  readonly id: string;
  readonly vibratingMs: number;
  /** From beginning to end, pauses too. */
  readonly lengthMs: number;
  /** No write of it begins later. */
  readonly expiresAtMs: number;
  /** The latest moment at which it began: the end of its write. Infinite while the write is under way. */
  begunByMs: number;
  /** When it can no longer be felt, however late in its pattern it vibrates. Infinite while the write is under way. */
  endsByMs: number;
}

export class VibrationBudget {
  readonly #options: VibrationBudgetOptions;
  /** The vibrations that may have begun in the last ten seconds, in their order; never more than the wearer allows. */
  readonly #begun = new Set<Turn>();
  /** Those that may have been felt in the last ten seconds; never longer in all than anybody is allowed. */
  readonly #felt = new Set<Turn>();
  /** All in `#felt` together. */
  #vibratingMs = 0;
  /** The turns that the memory contained when it was last read: each is taken over once. */
  #known: ReadonlySet<string> = new Set();

  readonly #notes: TokenBucket;

  constructor(options: VibrationBudgetOptions) {
    this.#options = options;
    this.#notes = new TokenBucket({
      capacity: maxNotedTurnBurst,
      refillPerSecond: maxNotedTurnsPerSecond,
      now: options.now,
    });
  }

  /**
   * Undefined when the last ten seconds contain as many as the wearer allows, or would be filled beyond what anybody is
   * allowed.
   */
  take(
    { durationsMs }: { readonly durationsMs: readonly number[] },
    expiresAtMs: number,
    buzzesPerTenSeconds: number,
    nowMs = this.#options.now(),
  ): Turn | undefined {
    if (this.#options.memory !== undefined && !this.#notes.take()) return undefined;
    this.#learn();
    const hasForgotten = this.#forgetOld(nowMs - rateSpanMs);
    const vibratingMs = sumOf(durationsMs.filter((_, i) => i % 2 === 0)); // Every other duration is a pause.
    const isWithin =
      this.#begun.size < buzzesPerTenSeconds &&
      this.#vibratingMs + vibratingMs <= this.#options.maxVibratingMsPerTenSeconds;
    const turn: Turn | undefined = isWithin
      ? {
          id: this.#options.makeTurnId(),
          vibratingMs,
          lengthMs: sumOf(durationsMs),
          expiresAtMs,
          begunByMs: Number.POSITIVE_INFINITY,
          endsByMs: Number.POSITIVE_INFINITY,
        }
      : undefined;
    if (turn !== undefined) this.#add(turn);
    if (turn !== undefined || hasForgotten) this.#keep();
    return turn;
  }

  /** The write is over, and the vibration may be felt from now on. */
  begun(turn: Turn, nowMs = this.#options.now()): void {
    turn.begunByMs = nowMs;
    turn.endsByMs = turn.begunByMs + turn.lengthMs;
    this.#keep();
  }

  /** Nothing was felt. */
  cancel(turn: Turn): void {
    this.#forget(turn);
    this.#keep();
  }

  /** Counts what other pages have asked for, this page before a reload included. */
  #learn(): void {
    const { deviceId, memory, now, wallNow } = this.#options;
    if (memory === undefined) return;
    const kept = memory.read(deviceId);
    const own = new Set([...this.#felt].map(({ id }) => id));
    const nowMs = now();
    const aheadMs = nowMs - wallNow();
    const toPageMs = (wallMs: number): number => Math.min(wallMs + aheadMs, nowMs + maxAheadMs);
    for (const { id, vibratingMs, begunByMs, endsByMs } of kept) {
      if (this.#known.has(id) || own.has(id)) continue;
      const times = { begunByMs: toPageMs(begunByMs), endsByMs: toPageMs(endsByMs) };
      this.#add({ id, vibratingMs, lengthMs: endsByMs - begunByMs, expiresAtMs: times.begunByMs, ...times });
    }
    this.#known = new Set(kept.map(({ id }) => id));
  }

  /** What another page has stored meanwhile is kept, too. */
  #keep(): void {
    const { deviceId, memory, now, wallNow } = this.#options;
    if (memory === undefined) return;
    this.#learn();
    const nowMs = now();
    const aheadMs = wallNow() - nowMs;
    const kept = [...this.#felt].map(({ id, vibratingMs, lengthMs, expiresAtMs, begunByMs, endsByMs }) => {
      // A page may end before its write does: that write has begun by its deadline.
      const deadlineMs = Math.min(expiresAtMs, nowMs + effectLifetimeMs);
      const isOver = Number.isFinite(begunByMs);
      return {
        id,
        vibratingMs,
        begunByMs: aheadMs + (isOver ? begunByMs : deadlineMs),
        endsByMs: aheadMs + (isOver ? endsByMs : deadlineMs + lengthMs),
      };
    });
    memory.write(deviceId, kept);
    this.#known = new Set(kept.map(({ id }) => id));
  }

  /** Whether there was anything to forget. */
  #forgetOld(agoMs: number): boolean {
    const before = this.#felt.size;
    // Those behind the first one that counts began later: to count one of them for a little longer does no harm.
    for (const turn of this.#begun) {
      if (turn.begunByMs > agoMs) break;
      this.#begun.delete(turn);
    }
    for (const turn of this.#felt) {
      if (turn.endsByMs > agoMs) break;
      this.#forget(turn);
    }
    return this.#felt.size < before;
  }

  #add(turn: Turn): void {
    this.#begun.add(turn);
    this.#felt.add(turn);
    this.#vibratingMs += turn.vibratingMs;
  }

  #forget(turn: Turn): void {
    this.#begun.delete(turn);
    if (this.#felt.delete(turn)) this.#vibratingMs -= turn.vibratingMs;
  }
}

const sumOf = (durationsMs: readonly number[]): number =>
  durationsMs.reduce((totalMs, durationMs) => totalMs + durationMs, 0);

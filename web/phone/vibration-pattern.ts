// From strength and durations to a pattern for navigator.vibrate(), which knows no strength: a weaker vibration becomes
// shorter pulses in the same time, which a phone's motor, slow to spin up, turns into less amplitude.
// Invariant: however a vibration is divided, the motor is on for no more than the strength's share of it, or for one
// shortest pulse.
import type { Vibration } from "../../firmware-bridge/frames/payloads.ts";
import { strengthLimitRange } from "../../gateway/probes/wearer-limits.ts";

/**
 * A 3 s vibration in 14 parts stays under the 99 entries to which Chromium cuts a pattern (vibration_controller.cc).
 */
export const pulsePeriodMs = 75;

/** Below this a phone's motor does not turn at all. */
export const shortestPulseMs = 15;

interface Part {
  onMs: number;
  offMs: number;
}

/**
 * Parts without a pause between them are joined: as many pieces, each as short as a pulse, they would not be weakened.
 */
const joined = (durationsMs: readonly number[]): readonly Part[] => {
  const parts: Part[] = [];
  for (let i = 0; i < durationsMs.length; i += 2) {
    const onMs = durationsMs[i] ?? 0;
    const offMs = durationsMs[i + 1] ?? 0;
    const last = parts.at(-1);
    if (last !== undefined && (last.offMs === 0 || onMs === 0)) {
      last.onMs += onMs;
      last.offMs += offMs;
    } else parts.push({ onMs, offMs });
  }
  return parts;
};

/**
 * Periods of equal length, each long enough for a pulse of this strength if the part is: so a weak rhythm keeps its
 * beat.
 */
const periodsOf = (onMs: number, strengthPercent: number): readonly number[] => {
  const pulses = Math.floor((onMs * strengthPercent) / (100 * shortestPulseMs));
  const count = Math.min(Math.max(1, pulses), Math.ceil(onMs / pulsePeriodMs));
  const endMs = (i: number): number => Math.round((i * onMs) / count);
  return Array.from({ length: count }, (_, i) => endMs(i + 1) - endMs(i));
};

/** Milliseconds, by turns on and off, beginning with on. */
export const vibrationPattern = ({ strengthPercent, durationsMs }: Vibration): number[] => {
  if (strengthPercent >= 100) return [...durationsMs];
  const pattern: number[] = [];
  const rest = (offMs: number): void => {
    if (pattern.length === 0) pattern.push(0, offMs);
    else pattern.push((pattern.pop() ?? 0) + offMs);
  };
  // What the strength allows and was not used yet, in hundredths of ms. The next pulse may use it, so that nothing is
  // lost by rounding.
  let allowed = 0;
  let isFelt = false;
  for (const { onMs, offMs } of joined(durationsMs)) {
    for (const periodMs of periodsOf(onMs, strengthPercent)) {
      const leastMs = Math.min(periodMs, shortestPulseMs);
      allowed += periodMs * strengthPercent;
      const allowedMs = Math.min(periodMs, Math.floor(allowed / 100));
      // A wearer who allows little, and is not muted, feels at least one pulse of each vibration.
      const pulseMs = isFelt ? allowedMs : Math.max(leastMs, allowedMs);
      isFelt = true;
      if (pulseMs < leastMs) rest(periodMs);
      else {
        pattern.push(pulseMs, periodMs - pulseMs);
        allowed -= pulseMs * 100;
      }
    }
    if (offMs > 0) rest(offMs);
  }
  return pattern;
};

interface Running {
  readonly beginsAtMs: number;
  readonly strengthPercent: number;
  readonly pattern: readonly number[];
}

/**
 * The patterns of one motor. Each replaces the one before and begins with a pulse, so that many in a row would be one
 * vibration of full strength. So a pattern that comes before the motor has rested from its pulses begins with that
 * rest.
 */
export class PhoneMotor {
  #running: Running | undefined;

  /** The pattern that carries out `vibration` when it is begun now. */
  patternOf(vibration: Vibration, nowMs: number): number[] {
    const beginsAtMs = Math.max(nowMs, this.#restedAtMs(nowMs));
    const pattern = vibrationPattern(vibration);
    this.#running = { beginsAtMs, strengthPercent: vibration.strengthPercent, pattern };
    const restMs = Math.ceil(beginsAtMs - nowMs);
    return restMs === 0 ? pattern : [0, restMs, ...pattern];
  }

  /**
   * When the strength's share of the time since the pattern began is as long as the motor was on. No wearer's limit is
   * below the least, so that this rest is enough; the next pattern waits for it for a third of a second at most.
   */
  #restedAtMs(nowMs: number): number {
    if (this.#running === undefined) return nowMs;
    const { beginsAtMs, strengthPercent, pattern } = this.#running;
    let onMs = 0;
    let atMs = beginsAtMs;
    for (const [i, durationMs] of pattern.entries()) {
      if (i % 2 === 0) onMs += Math.max(0, Math.min(durationMs, nowMs - atMs));
      atMs += durationMs;
    }
    return beginsAtMs + (onMs * 100) / Math.max(strengthPercent, strengthLimitRange.least);
  }
}

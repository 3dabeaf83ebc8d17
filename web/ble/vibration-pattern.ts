// From strength and durations to a pattern for navigator.vibrate(), which knows no strength: a weaker vibration becomes
// shorter pulses in the same time, which a phone's motor, slow to spin up, turns into less amplitude.
import type { Vibration } from "../../firmware-bridge/payloads.ts";

/** A 3 s vibration in 14 parts stays under the 99 entries to which Chromium cuts a pattern (vibration_controller.cc). */
export const pulsePeriodMs = 75;

/** Below this a phone's motor does not turn at all. */
export const shortestPulseMs = 15;

/** Milliseconds, by turns on and off, beginning with on. */
export const vibrationPattern = ({ strengthPercent, durationsMs }: Vibration): number[] => {
  if (strengthPercent >= 100) return [...durationsMs];
  const pattern: number[] = [];
  for (let i = 0; i < durationsMs.length; i += 2) {
    const offMs = durationsMs[i + 1] ?? 0;
    let leftMs = durationsMs[i] ?? 0;
    do {
      const periodMs = Math.min(leftMs, pulsePeriodMs);
      const pulseMs = Math.min(periodMs, Math.max(shortestPulseMs, Math.round((periodMs * strengthPercent) / 100)));
      const isLast = leftMs <= pulsePeriodMs;
      pattern.push(pulseMs, periodMs - pulseMs + (isLast ? offMs : 0));
      leftMs -= pulsePeriodMs;
    } while (leftMs > 0); // A part of no length still has its pause.
  }
  return pattern;
};

// The levels at which a gateway can run, from all that it can do to the least that still serves: what each spares. The
// figures are chosen, not tuned to a phone: docs/energy.md says what each lever does and what it costs. Gestures,
// buttons and commands wait at none.
import type { MotionLimits } from "../probes/motion-rate.ts";
import { noMotionLimits } from "../probes/motion-rate.ts";
import { defaultWindowMs, windowRangeMs } from "../wire/record.ts";

/** From the fastest to the most sparing. */
export const powerLevels = ["full", "eased", "saving", "least"] as const;
export type PowerLevel = (typeof powerLevels)[number];

export interface PowerPlan {
  readonly level: PowerLevel;
  /** How long samples and status are held back to share a packet. */
  readonly windowMs: number;
  readonly motion: MotionLimits;
  /** The screen goes dark when nobody has touched it for so long; undefined: it stays on until a person darkens it. */
  readonly darkAfterMs: number | undefined;
}

/**
 * Each step wakes the radio about half as often. The screen comes first, because a phone in a pocket loses nothing by
 * it. The rates end at what finding gestures needs (`leastDetectionHz`); for a probe that finds its own they end where
 * one can just see that an arm moves.
 */
export const powerPlans: Readonly<Record<PowerLevel, PowerPlan>> = {
  full: { level: "full", windowMs: defaultWindowMs, motion: noMotionLimits, darkAfterMs: undefined },
  eased: {
    level: "eased",
    windowMs: 300,
    motion: { detectedHz: 16, selfDetectingHz: 10 },
    darkAfterMs: 60_000,
  },
  saving: {
    level: "saving",
    windowMs: 500,
    motion: { detectedHz: 12, selfDetectingHz: 5 },
    darkAfterMs: 30_000,
  },
  least: {
    level: "least",
    windowMs: windowRangeMs.most,
    motion: { detectedHz: 12, selfDetectingHz: 2 },
    darkAfterMs: 15_000,
  },
};

// What a wearer allows others to do to their bands: the type, its ranges and its defaults, here and nowhere else.
// Neighbours: downlink.ts and vibration-budget.ts enforce it.

export interface WearerLimits {
  readonly isMuted: boolean;
  /** Percent; no vibration is stronger. */
  readonly strengthLimit: number;
  /** Vibrations that one probe begins within any ten seconds. */
  readonly buzzesPerTenSeconds: number;
}

/** Below this a motor hardly turns; a wearer who wants less mutes. */
export const strengthLimitRange = { least: 5, most: 100 } as const;
/** Two buzzes a second are as many as a wrist can tell apart for long. */
export const buzzRateRange = { least: 1, most: 20 } as const;

/**
 * How long others may keep one band vibrating within any ten seconds: ten of the longest pattern (rules.ts). Without
 * it, ten commands of three seconds, each within strength and number, would be one vibration without end. The limit
 * belongs to the body: it holds for a device over all tabs.
 */
export const maxVibratingMsPerTenSeconds = 6_000;

export const defaultWearerLimits: WearerLimits = { isMuted: false, strengthLimit: 80, buzzesPerTenSeconds: 10 };

// What a wearer allows others to do to their bands: the type, its ranges and its defaults, here and nowhere else. downlink.ts makes them hold.

export interface WearerLimits {
  readonly isMuted: boolean;
  /** Percent; no vibration is stronger. */
  readonly strengthLimit: number;
  /** Vibrations that one probe begins within any ten seconds. */
  readonly buzzesPerTenSeconds: number;
  /** Left out by every page: no wearer can allow more than `maxVibratingMsPerTenSeconds`. For the test bench, whose bands shake nobody. */
  readonly benchVibratingMsPerTenSeconds?: number;
}

/** Below this a motor hardly turns; who wants less mutes. */
export const strengthLimitRange = { least: 5, most: 100 } as const;
/** Two buzzes a second, without end, are as much as a wrist can tell apart. */
export const buzzRateRange = { least: 1, most: 20 } as const;

/**
 * How long others may keep one band vibrating within any ten seconds: ten of the longest pattern (rules.ts). Else ten commands of three seconds,
 * each within strength and number, would be one vibration without end.
 */
export const maxVibratingMsPerTenSeconds = 6_000;

export const defaultWearerLimits: WearerLimits = { isMuted: false, strengthLimit: 80, buzzesPerTenSeconds: 10 };

// What a gesture of another person does to my bands: the receiver's consent, as data. Pure.
// Neighbours: effects.ts looks up the rule; downlink.ts applies mute, strength and rate.
import { type GestureName, gestureNames } from "../../firmware-bridge/gestures/gestures.ts";

export const patternNames = ["short", "double", "long", "pulse", "none"] as const;
export type PatternName = (typeof patternNames)[number];

/** The first rule that fits decides. `from` is a gateway id, or "anyone". */
export interface Rule {
  readonly gesture: GestureName | "any";
  readonly from: string;
  readonly pattern: PatternName;
}

/** On and off times in ms, beginning with on. */
export const patternDurationsMs: Readonly<Record<PatternName, readonly number[]>> = {
  short: [150],
  double: [120, 100, 120],
  long: [600],
  pulse: [80, 80, 80, 80, 80, 80, 80],
  none: [],
};

export const maxRules = 32;

export const defaultRules: readonly Rule[] = [
  { gesture: "wave", from: "anyone", pattern: "double" },
  { gesture: "shake", from: "anyone", pattern: "pulse" },
  { gesture: "raise", from: "anyone", pattern: "long" },
  { gesture: "tap", from: "anyone", pattern: "short" },
];

/** The pattern for this gesture of that gateway; "none" where no rule fits. */
export const patternFor = (rules: readonly Rule[], gesture: GestureName, fromGatewayId: string): PatternName =>
  rules.find(
    (rule) =>
      (rule.gesture === "any" || rule.gesture === gesture) && (rule.from === "anyone" || rule.from === fromGatewayId),
  )?.pattern ?? "none";

const isOneOf = <T extends string>(names: readonly T[], value: unknown): value is T =>
  names.some((name) => name === value);

/** Stored rules may be anything: what is not a rule is left out. */
export const readRules = (stored: unknown): readonly Rule[] => {
  if (!Array.isArray(stored)) return defaultRules;
  const rules: Rule[] = [];
  for (const entry of stored.slice(0, maxRules)) {
    if (typeof entry !== "object" || entry === null) continue;
    const { gesture, from, pattern } = entry as Record<string, unknown>;
    const isGesture = gesture === "any" || isOneOf<GestureName>(gestureNames, gesture);
    const isSender = from === "anyone" || (typeof from === "string" && /^[0-9a-f]{32}$/.test(from));
    if (isGesture && isSender && isOneOf<PatternName>(patternNames, pattern)) rules.push({ gesture, from, pattern });
  }
  return rules;
};

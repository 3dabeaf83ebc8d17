// What the page does to save power, and why, in the words of a person. Pure.
import type { PowerView } from "./app-model.ts";

/** The time of day as the value of a field for it: "18:00". */
export const fieldTime = (atMs: number): string => {
  const at = new Date(atMs);
  return [at.getHours(), at.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
};

/** The time of day as the browser writes it in such a field, so that both look the same. */
const clockText = (atMs: number): string =>
  new Date(atMs).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;

/** "0.5 s" and "1 s". */
const secondsText = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

const measuresText = ({ plan: { windowMs, motion, darkAfterMs } }: PowerView): string => {
  const parts = [`the others get your movement every ${secondsText(windowMs)}`];
  if (motion.detectedHz !== undefined) parts.push(`bands measure it ${motion.detectedHz} times a second`);
  if (darkAfterMs !== undefined) parts.push(`the screen goes dark after ${secondsText(darkAfterMs)}`);
  return parts.join(", ");
};

/** The state in a few words, and where there is more to say, one or two sentences about it. */
export const powerText = (power: PowerView): { readonly title: string; readonly detail: string | undefined } => {
  const { reason, shiftEndsAtMs, noBattery } = power;
  const end = clockText(shiftEndsAtMs);
  switch (reason.kind) {
    case "no-battery":
      return {
        title: "Saving power is not available here",
        detail: sentence(noBattery ?? "this phone does not say how full its battery is"),
      };
    case "charging":
      return { title: "Charging: no need to save power", detail: undefined };
    case "shift-over":
      return { title: `The shift ended at ${end}: saving power has stopped`, detail: undefined };
    case "measuring":
      return {
        title: "Measuring how fast the battery empties",
        detail: "The page begins to save power after that, if it must.",
      };
    case "lasts":
      return { title: `The battery should last until ${end}`, detail: "There is no need to save power." };
    case "overruled":
      return { title: "Full speed, as you wish", detail: overruledDetail(reason.reach, end) };
    case "saving":
      return {
        title: `Saving power to last until ${end}`,
        detail:
          `Now ${measuresText(power)}. Gestures and buzzes are still sent at once. ${reachTexts[reason.reach ?? "unknown"]}`.trim(),
      };
  }
};

const reachTexts = {
  yes: "With this, the battery should last.",
  uncertain: "Whether it lasts is not certain yet.",
  no: "It may still be empty earlier: charge it when you can.",
  unknown: "How much this helps is being measured.",
} as const;

const overruledDetail = (reach: "yes" | "uncertain" | "no" | undefined, end: string): string => {
  switch (reach) {
    case "yes":
      return `The battery should last until ${end} anyway.`;
    case "no":
      return `The battery will be empty before ${end}.`;
    case "uncertain":
      return `The battery may be empty before ${end}.`;
    case undefined:
      return "Whether the battery lasts is being measured.";
  }
};

/** Follows the band's name. */
export const unthinnedTexts: Readonly<Record<PowerView["unthinned"][number]["why"], string>> = {
  "not-supported": "cannot be asked to send less, so it does not save power.",
  "not-taken": "was asked to send less, but the request did not reach it.",
};

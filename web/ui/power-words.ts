// What the governor does and why, as a person would say it. Pure.
import type { PowerView } from "./app-model.ts";

/** The time of day as the value of a field for it: "18:00". */
export const fieldTime = (atMs: number): string => {
  const at = new Date(atMs);
  return [at.getHours(), at.getMinutes()].map((part) => String(part).padStart(2, "0")).join(":");
};

/** The time of day as the browser writes it in such a field, so that both look the same. */
const clockText = (atMs: number): string =>
  new Date(atMs).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

/** "0.5 s" and "1 s". */
const secondsText = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

const measuresText = ({ plan: { windowMs, motion, darkAfterMs } }: PowerView): string => {
  const parts = [`samples leave every ${secondsText(windowMs)}`];
  if (motion.detectedHz !== undefined) parts.push(`bands send ${motion.detectedHz} a second`);
  if (darkAfterMs !== undefined) parts.push(`the screen goes dark after ${secondsText(darkAfterMs)}`);
  return parts.join(", ");
};

/** What is the case, in a few words; and what follows from it, where anything does. */
export const powerText = (power: PowerView): { readonly title: string; readonly detail: string | undefined } => {
  const { reason, shiftEndsAtMs, noBattery } = power;
  const end = clockText(shiftEndsAtMs);
  switch (reason.kind) {
    case "no-battery":
      return { title: "Saving power is not available here", detail: `${noBattery ?? "the battery tells no level"}.` };
    case "charging":
      return { title: "Charging: no need to save power", detail: undefined };
    case "shift-over":
      return { title: `The shift ended at ${end}: power is not saved any more`, detail: undefined };
    case "measuring":
      return { title: "The battery's drain is being measured", detail: "Power is not saved until then." };
    case "lasts":
      return { title: `The battery should last until ${end}`, detail: "There is no need to save power." };
    case "overruled":
      return { title: "Full speed, as you wish", detail: overruledDetail(reason.reach, end) };
    case "saving":
      return {
        title: `Saving power to reach ${end}`,
        detail:
          `Now ${measuresText(power)}. Gestures and buzzes do not wait. ${reachTexts[reason.reach ?? "unknown"]}`.trim(),
      };
  }
};

const reachTexts = {
  yes: "So the battery should last.",
  uncertain: "Whether it lasts is not certain yet.",
  no: "It may still be empty before: charge it when you can.",
  unknown: "How much that helps is being measured.",
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

/** To be read after the band's name. */
export const unthinnedTexts: Readonly<Record<PowerView["unthinned"][number]["why"], string>> = {
  "not-supported": "sends at its own pace: it cannot be asked for less.",
  "not-taken": "sends at its own pace: the command to send less did not reach it.",
};

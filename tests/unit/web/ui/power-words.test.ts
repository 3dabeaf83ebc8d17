import { describe, expect, it } from "vitest";
import { powerLevels, powerPlans } from "../../../../gateway/power/power-plan.ts";
import type { PowerReason } from "../../../../gateway/power/shift-governor.ts";
import type { PowerView } from "../../../../web/ui/app-model.ts";
import { fieldTime, powerText } from "../../../../web/ui/power-words.ts";

const endMs = new Date(2026, 4, 4, 18).getTime();
const end = new Date(endMs).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

const view = (reason: PowerReason, level: (typeof powerLevels)[number] = "full"): PowerView => ({
  plan: powerPlans[level],
  reason,
  shiftEndsAtMs: endMs,
  noBattery: "this browser does not tell",
  unthinned: [],
});

describe("what is said of power", () => {
  it("should say what is done, until when and for what", () => {
    expect(powerText(view({ kind: "saving", reach: "yes" }, "saving"))).toEqual({
      title: `Saving power to last until ${end}`,
      detail:
        "Now the others get your movement every 0.5 s, bands measure it 12 times a second, the screen goes dark after 30 s. " +
        "Gestures and buzzes are still sent at once. With this, the battery should last.",
    });
  });

  it("should say what no battery has to do with it, and why", () => {
    expect(powerText(view({ kind: "no-battery" }))).toEqual({
      title: "Saving power is not available here",
      detail: "This browser does not tell.",
    });
  });

  it("should have plain sentences for every state", () => {
    const reaches = ["yes", "uncertain", "no", undefined] as const;
    const reasons: readonly PowerReason[] = [
      { kind: "charging" },
      { kind: "shift-over" },
      { kind: "measuring" },
      { kind: "lasts" },
      ...reaches.map((reach) => ({ kind: "overruled", reach }) as const),
      ...reaches.map((reach) => ({ kind: "saving", reach }) as const),
    ];
    const texts = powerLevels.flatMap((level) =>
      reasons.map((reason) => Object.values(powerText(view(reason, level))).join(" ")),
    );
    for (const text of texts) expect(text).not.toMatch(/undefined|NaN|null|\[object/);
    expect(new Set(reasons.map((reason) => JSON.stringify(powerText(view(reason))))).size).toBe(reasons.length);
  });

  it("should give a time field its value", () => {
    expect(fieldTime(new Date(2026, 0, 1, 6, 5).getTime())).toBe("06:05");
  });
});

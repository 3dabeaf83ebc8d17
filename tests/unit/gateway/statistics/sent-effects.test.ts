import { describe, expect, it } from "vitest";
import { SentEffects } from "../../../../gateway/statistics/sent-effects.ts";
import { makeGesture, makeRecord } from "../../../support/records.ts";

describe("sent effects", () => {
  it("should know when a gesture was made, and nothing of samples", () => {
    const effects = new SentEffects();
    effects.sent(makeGesture({ probe: 2, sequence: 7, timeUs: 5_000 }));
    effects.sent(makeRecord({ probe: 2, sequence: 8, timeUs: 6_000 }));
    expect(effects.madeAtMs(2, 7)).toBe(5);
    expect(effects.madeAtMs(2, 8)).toBeUndefined();
    expect(effects.madeAtMs(1, 7)).toBeUndefined();
  });

  it("should forget the oldest, however many there are", () => {
    const effects = new SentEffects();
    for (let sequence = 0; sequence < 1_000; sequence++) effects.sent(makeGesture({ sequence, timeUs: 1_000 }));
    expect(effects.madeAtMs(1, 0)).toBeUndefined();
    expect(effects.madeAtMs(1, 999 - 256)).toBeUndefined();
    expect(effects.madeAtMs(1, 1_000 - 256)).toBe(1);
    expect(effects.madeAtMs(1, 999)).toBe(1);
  });
});

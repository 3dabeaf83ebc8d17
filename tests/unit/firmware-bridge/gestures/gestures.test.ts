import { describe, expect, it } from "vitest";
import { gestureCode, gestureName, gestureNames } from "../../../../firmware-bridge/gestures/gestures.ts";

describe("gestures", () => {
  it("should have the codes of the spec, from 1, and no name for any other", () => {
    expect(gestureNames.map(gestureCode)).toEqual([1, 2, 3, 4]);
    for (const name of gestureNames) expect(gestureName(gestureCode(name))).toBe(name);
    for (const code of [0, 5, 255]) expect(gestureName(code)).toBeUndefined();
  });
});

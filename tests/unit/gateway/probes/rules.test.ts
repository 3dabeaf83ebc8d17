import { describe, expect, it } from "vitest";
import { defaultRules, maxRules, patternFor, type Rule, readRules } from "../../../../gateway/probes/rules.ts";

const anna = "a".repeat(32);
const ben = "b".repeat(32);

describe("rules", () => {
  it("should let the first rule that fits decide", () => {
    const rules: Rule[] = [
      { gesture: "wave", from: anna, pattern: "none" },
      { gesture: "any", from: "anyone", pattern: "long" },
    ];
    expect(patternFor(rules, "wave", anna)).toBe("none");
    expect(patternFor(rules, "wave", ben)).toBe("long");
    expect(patternFor(rules, "tap", anna)).toBe("long");
  });

  it("should do nothing where no rule fits", () => {
    expect(patternFor([], "wave", anna)).toBe("none");
  });

  it("should answer every gesture of anyone by default", () => {
    for (const gesture of ["wave", "shake", "raise", "tap"] as const) {
      expect(patternFor(defaultRules, gesture, ben)).not.toBe("none");
    }
  });

  it("should read back what was stored", () => {
    const rules: Rule[] = [{ gesture: "any", from: anna, pattern: "pulse" }];
    expect(readRules(JSON.parse(JSON.stringify(rules)))).toEqual(rules);
    expect(readRules([])).toEqual([]);
  });

  it("should leave out what is not a rule, and fall back to the defaults where nothing is stored", () => {
    const good = { gesture: "tap", from: "anyone", pattern: "short" };
    const bad = [
      null,
      3,
      "rule",
      {},
      { ...good, gesture: "__proto__" },
      { ...good, from: "nobody" },
      { ...good, pattern: "toString" },
      { ...good, from: "A".repeat(32) },
    ];
    expect(readRules([...bad, good])).toEqual([good]);
    expect(readRules(undefined)).toEqual(defaultRules);
    expect(readRules({ length: 1 })).toEqual(defaultRules);
  });

  it("should keep no more rules than it may", () => {
    expect(readRules(Array.from({ length: 1000 }, () => defaultRules[0]))).toHaveLength(maxRules);
  });
});

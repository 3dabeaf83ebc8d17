import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BoundedMap } from "../../../../gateway/basics/bounded-map.ts";

describe("BoundedMap", () => {
  it("should let the entry leave that was set longest ago, and say so", () => {
    const map = new BoundedMap<string, number>(2);
    expect([map.set("a", 1), map.set("b", 2), map.set("a", 3), map.set("c", 4)]).toEqual([
      undefined,
      undefined,
      undefined,
      2,
    ]);
    expect([...map.values()]).toEqual([3, 4]);
    expect([map.get("a"), map.get("b"), map.get("c")]).toEqual([3, undefined, 4]);
    expect([map.shift(), map.shift(), map.shift()]).toEqual([3, 4, undefined]);
  });

  it("should never contain more than it may, and report everything that it loses", () => {
    fc.assert(
      fc.property(fc.nat({ max: 8 }), fc.array(fc.tuple(fc.nat({ max: 12 }), fc.boolean())), (maxEntries, steps) => {
        const map = new BoundedMap<number, number>(maxEntries);
        const expected = new Map<number, number>();
        for (const [key, isSet] of steps) {
          if (isSet) {
            const left = map.set(key, key);
            expected.set(key, key);
            if (left !== undefined) expected.delete(left);
          } else expect(map.delete(key)).toBe(expected.delete(key));
          expect(map.size).toBeLessThanOrEqual(maxEntries);
          expect(new Set(map.values())).toEqual(new Set(expected.values()));
        }
      }),
    );
  });
});

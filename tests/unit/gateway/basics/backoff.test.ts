import { describe, expect, it } from "vitest";
import { backoffMs } from "../../../../gateway/basics/backoff.ts";

const range = { firstMs: 500, longestMs: 30_000 };

describe("backoff", () => {
  it("should double from failure to failure, up to its bound, however many there are", () => {
    const whole = [1, 2, 3, 4, 20, 2_000].map((failures) => backoffMs(failures, range, () => 1));
    expect(whole).toEqual([500, 1_000, 2_000, 4_000, 30_000, 30_000]);
  });

  it("should differ by chance between half and all of it", () => {
    expect(backoffMs(1, range, () => 0)).toBe(250);
    expect(backoffMs(100, range, () => 0.5)).toBe(22_500);
  });
});

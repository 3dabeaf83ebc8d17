import { describe, expect, it } from "vitest";
import { FairPlaces } from "../../../../gateway/admission/fair-places.ts";

describe("places that are shared fairly", () => {
  it("should leave half to the others when one peer takes all that it gets, and some to each that comes later", () => {
    const places = new FairPlaces(256);
    const taken = Array.from({ length: 64 }, () => {
      const share = places.share();
      let count = 0;
      while (share.take()) count++;
      return count;
    });
    expect(taken.slice(0, 4)).toEqual([128, 64, 32, 16]);
    expect(Math.min(...taken)).toBe(2);
    expect(taken.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(1.5 * 256);
  });

  it("should be free again when they are given back", () => {
    const places = new FairPlaces(8);
    const [first, second] = [places.share(), places.share()];
    for (let n = 0; n < 4; n++) expect(first.take()).toBe(true);
    expect(first.take()).toBe(false);
    for (let n = 0; n < 4; n++) first.release();
    for (let n = 0; n < 4; n++) expect(second.take()).toBe(true);
  });
});

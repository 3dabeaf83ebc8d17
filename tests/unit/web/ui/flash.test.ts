import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { patternDurationsMs } from "../../../../gateway/probes/rules.ts";
import { leastSwellMs, swellsOf } from "../../../../web/ui/flash.ts";

describe("swells of the flash", () => {
  it("should show a short buzz as one swell that can be seen", () => {
    expect(swellsOf([150])).toEqual([{ startMs: 0, endMs: 180 }]);
  });

  it("should keep two buzzes apart that are far enough apart", () => {
    expect(swellsOf([200, 300, 200])).toEqual([
      { startMs: 0, endMs: 200 },
      { startMs: 500, endMs: 700 },
    ]);
  });

  it("should join a fast pattern into one swell", () => {
    expect(swellsOf(patternDurationsMs.pulse)).toEqual([{ startMs: 0, endMs: 660 }]);
    expect(swellsOf(patternDurationsMs.double)).toEqual([{ startMs: 0, endMs: 400 }]);
  });

  it("should have nothing to show for no buzz", () => {
    expect(swellsOf([])).toEqual([]);
    expect(swellsOf([0, 100])).toEqual([]);
  });

  it("should never swell more than three times in a second, whatever the pattern", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2550 }), { maxLength: 14 }), (durationsMs) => {
        const swells = swellsOf(durationsMs);
        swells.slice(1).forEach((swell, i) => {
          const before = swells[i] ?? swell;
          expect(swell.startMs - before.startMs).toBeGreaterThanOrEqual(leastSwellMs);
          expect(swell.startMs).toBeGreaterThan(before.endMs);
        });
      }),
    );
  });
});

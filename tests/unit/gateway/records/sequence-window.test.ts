import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SequenceWindow, windowRecords } from "../../../../gateway/records/sequence-window.ts";

/** The same rule with a plain set that never forgets. */
class PlainWindow {
  readonly #seen = new Set<number>();
  #newest = -1;

  accept(sequence: number): string {
    if (sequence <= this.#newest - windowRecords) return "too-old";
    if (this.#seen.has(sequence)) return "duplicate";
    this.#seen.add(sequence);
    this.#newest = Math.max(this.#newest, sequence);
    return "fresh";
  }
}

describe("sequence window", () => {
  it("should take each number once, in any order", () => {
    const window = new SequenceWindow();
    expect([3, 0, 3, 1, 0, 2, 2].map((sequence) => window.accept(sequence))).toEqual([
      "fresh",
      "fresh",
      "duplicate",
      "fresh",
      "duplicate",
      "fresh",
      "duplicate",
    ]);
  });

  it("should call a number too old once 1024 newer ones have passed", () => {
    const window = new SequenceWindow();
    window.accept(1023);
    expect(window.accept(0)).toBe("fresh");
    window.accept(1025);
    expect(window.accept(1)).toBe("too-old");
    expect(window.accept(2)).toBe("fresh");
  });

  it("should go to the end of the u32 numbers", () => {
    const window = new SequenceWindow();
    expect(window.accept(2 ** 31)).toBe("fresh");
    expect(window.accept(2 ** 32 - 1)).toBe("fresh");
    expect(window.accept(2 ** 32 - 1)).toBe("duplicate");
    expect(window.accept(2 ** 32 - 2)).toBe("fresh");
    expect(window.accept(2 ** 31)).toBe("too-old");
  });

  it("should judge like a set that never forgets", () => {
    // Steps forward and back, short ones and some beyond the window.
    const steps = fc.array(fc.oneof(fc.integer({ min: -40, max: 50 }), fc.integer({ min: -1500, max: 3000 })), {
      maxLength: 300,
    });
    fc.assert(
      fc.property(steps, (moves) => {
        const window = new SequenceWindow();
        const plain = new PlainWindow();
        let sequence = 0;
        for (const move of moves) {
          sequence = Math.max(0, sequence + move);
          expect(window.accept(sequence)).toBe(plain.accept(sequence));
        }
      }),
    );
  });
});

import { describe, expect, it } from "vitest";
import { EpochBook, maxKnownGateways } from "../../../../gateway/admission/epoch-book.ts";

describe("epoch book", () => {
  it("should take a first, an equal and a newer epoch, and no older one", () => {
    const book = new EpochBook();
    expect([3, 3, 5, 4, 3, 5].map((epoch) => book.prove("a", epoch))).toEqual([true, true, true, false, false, true]);
    expect(book.newest("a")).toBe(5);
    expect(book.prove("b", 1)).toBe(true);
  });

  it("should forget the peer that has been silent longest when it is full", () => {
    const book = new EpochBook();
    for (let n = 0; n < maxKnownGateways; n++) book.prove(`gateway ${n}`, 2);
    book.prove("gateway 0", 2);
    book.prove("one more", 1);
    expect([book.newest("gateway 0"), book.newest("gateway 1"), book.newest("one more")]).toEqual([2, undefined, 1]);
  });
});

import { describe, expect, it } from "vitest";
import { BucketBook } from "../../../../gateway/basics/bucket-book.ts";

const openBook = () => {
  const time = { nowMs: 0 };
  const book = new BucketBook({ capacity: 2, refillPerSecond: 1, maxNames: 3, now: () => time.nowMs });
  const takeAll = (name: string): number => {
    let taken = 0;
    while (book.take(name)) taken++;
    return taken;
  };
  return { time, book, takeAll };
};

describe("bucket book", () => {
  it("should give each name its own tokens, and refill them", () => {
    const { time, takeAll } = openBook();
    expect([takeAll("a"), takeAll("b"), takeAll("a")]).toEqual([2, 2, 0]);
    time.nowMs = 1_000;
    expect([takeAll("a"), takeAll("b")]).toEqual([1, 1]);
  });

  it("should forget only the peer that was silent longest", () => {
    const { book, takeAll } = openBook();
    for (const name of ["a", "b", "c"]) takeAll(name);
    expect(book.take("a")).toBe(false); // Heard of again.
    takeAll("d");
    expect([takeAll("a"), takeAll("c"), takeAll("d")]).toEqual([0, 0, 0]);
    expect(takeAll("b")).toBe(2);
  });
});

import { beforeEach, describe, expect, it } from "vitest";
import {
  firstPenaltyMs,
  forgetPenaltyAfterMs,
  longestPenaltyMs,
  maxPenalties,
  PenaltyBook,
} from "../../../../gateway/admission/penalty-book.ts";

let nowMs: number;
let book: PenaltyBook;

beforeEach(() => {
  nowMs = 1_000;
  book = new PenaltyBook(() => nowMs);
});

/** How long it is kept out after one more excess. */
const addedMs = (gatewayId: string): number => book.add(gatewayId) - nowMs;

describe("PenaltyBook", () => {
  it("should keep out for a time, and nobody else", () => {
    expect(book.isServing("m")).toBe(false);
    expect(addedMs("m")).toBe(firstPenaltyMs);
    nowMs += firstPenaltyMs - 1;
    expect([book.isServing("m"), book.isServing("x")]).toEqual([true, false]);
    nowMs += 1;
    expect(book.isServing("m")).toBe(false);
  });

  it("should keep out twice as long each time, up to a limit", () => {
    const times = Array.from({ length: 8 }, () => {
      const forMs = addedMs("m");
      nowMs += forMs;
      return forMs;
    });
    expect(times).toEqual([
      5_000,
      10_000,
      20_000,
      40_000,
      80_000,
      longestPenaltyMs,
      longestPenaltyMs,
      longestPenaltyMs,
    ]);
  });

  it("should forget after a while of good behaviour", () => {
    nowMs += addedMs("m");
    nowMs += addedMs("m");
    nowMs += forgetPenaltyAfterMs - 1;
    const third = addedMs("m");
    expect(third).toBe(4 * firstPenaltyMs);
    nowMs += third + forgetPenaltyAfterMs;
    expect(addedMs("m")).toBe(firstPenaltyMs);
  });

  it("should stay bounded, and forget first the peers that were disconnected longest ago", () => {
    book.add("a");
    book.add("b");
    book.add("a");
    for (let nth = 0; nth < maxPenalties - 1; nth++) book.add(`${nth}`);
    expect([book.isServing("a"), book.isServing("b"), book.isServing("0")]).toEqual([true, false, true]);
  });
});

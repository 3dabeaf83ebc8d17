import { describe, expect, it } from "vitest";
import {
  dialBackoffMs,
  firstBackoffMs,
  glareMs,
  higherRedialMs,
  keepOf,
  longestBackoffMs,
  redialDelayMs,
} from "../../../../gateway/peers/dial-policy.ts";

const [lower, higher] = ["a", "b"];

/** How the two ends of one pair see a channel. */
const seenBy = {
  lower: { localSessionId: lower, remoteSessionId: higher },
  higher: { localSessionId: higher, remoteSessionId: lower },
};
const channel = (end: "lower" | "higher", dialer: "lower" | "higher") =>
  ({ ...seenBy[end], dialedBy: end === dialer ? "us" : "them", dialer }) as const;

describe("which of two channels stays", () => {
  it("should be the lower id's when both dialled at the same time, whichever was first, at both ends", () => {
    for (const end of ["lower", "higher"] as const) {
      const [byLower, byHigher] = [channel(end, "lower"), channel(end, "higher")];
      expect(keepOf(byLower, byHigher, 100)).toBe(byLower);
      expect(keepOf(byHigher, byLower, 100)).toBe(byLower);
    }
  });

  it("should be the newer when one end dialled twice: it has lost the older", () => {
    for (const dialer of ["lower", "higher"] as const) {
      const [older, newer] = [channel("lower", dialer), channel("lower", dialer)];
      expect(keepOf(older, newer, 100)).toBe(newer);
    }
  });

  it("should be the newer when the older has been open for long: nobody dials a peer that it is connected to", () => {
    for (const end of ["lower", "higher"] as const) {
      const [byLower, byHigher] = [channel(end, "lower"), channel(end, "higher")];
      expect(keepOf(byLower, byHigher, glareMs)).toBe(byHigher);
    }
  });
});

describe("when to dial again", () => {
  it("should be between half and all of a delay that doubles from 1 s to 20 s", () => {
    const longest = [1, 2, 3, 4, 5, 6, 7, 2_000].map((failures) => dialBackoffMs(failures, () => 1));
    expect(longest).toEqual([
      firstBackoffMs,
      2_000,
      4_000,
      8_000,
      16_000,
      longestBackoffMs,
      longestBackoffMs,
      longestBackoffMs,
    ]);
    expect(dialBackoffMs(3, () => 0)).toBe(2_000);
  });

  it("should leave the higher id time until the lower has tried", () => {
    expect(redialDelayMs({ ownSessionId: lower, otherSessionId: higher }, () => 1)).toBeLessThan(higherRedialMs / 2);
    expect(redialDelayMs({ ownSessionId: higher, otherSessionId: lower }, () => 0)).toBe(higherRedialMs);
  });
});

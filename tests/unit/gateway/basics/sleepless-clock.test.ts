import { beforeEach, describe, expect, it } from "vitest";
import type { Now } from "../../../../gateway/basics/runtime.ts";
import { sleeplessClock } from "../../../../gateway/basics/sleepless-clock.ts";

describe("sleeplessClock", () => {
  let monotonicMs: number;
  let wallMs: number;
  let clock: Now;
  const pass = (ms: number): void => {
    monotonicMs += ms;
    wallMs += ms;
  };

  beforeEach(() => {
    monotonicMs = 5_000.25;
    wallMs = 1_800_000_000_000;
    clock = sleeplessClock(
      () => monotonicMs,
      () => wallMs,
    );
  });

  it("should read what the monotonic clock reads, as long as nobody sleeps", () => {
    expect(clock()).toBe(5_000.25);
    pass(60_000);
    expect(clock()).toBe(65_000.25);
  });

  it("should have gone on while the monotonic clock stood still, each time", () => {
    for (const sleptMs of [30_000, 251, 3_600_000]) {
      const before = clock();
      wallMs += sleptMs;
      expect(clock() - before).toBe(sleptMs);
      pass(10);
      expect(clock() - before).toBe(sleptMs + 10);
    }
  });

  it("should not go back, nor stand still, when the wall clock is set back", () => {
    wallMs -= 3_600_000;
    expect(clock()).toBe(5_000.25);
    pass(10);
    expect(clock()).toBe(5_010.25);
    wallMs += 30_000;
    expect(clock()).toBe(35_010.25);
  });

  it("should tolerate a wall clock that is corrected little by little for hours, and one that has only milliseconds", () => {
    for (let second = 0; second < 8 * 3600; second++) {
      pass(1_000);
      wallMs += 0.5 + (second % 2 === 0 ? 0.9 : -0.9); // As fast as NTP slews, and coarse.
      clock();
    }
    expect(clock()).toBe(5_000.25 + 8 * 3_600_000);
  });
});

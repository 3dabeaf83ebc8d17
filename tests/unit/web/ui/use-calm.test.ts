import { effect, signal } from "@preact/signals";
import { describe, expect, it } from "vitest";
import { calmly, calmStepMs } from "../../../../web/ui/use-calm.ts";

describe("a line for people who asked for less motion", () => {
  /** What is drawn of ten values, a quarter of a step after each other. */
  const drawn = (prefersCalm: boolean): readonly number[] => {
    let nowMs = 5_000;
    const value = signal(0);
    const shown: number[] = [];
    const line = calmly(
      value,
      () => prefersCalm,
      () => nowMs,
    );
    const stop = effect(() => void shown.push(line.value));
    for (let i = 1; i <= 10; i++) {
      nowMs += calmStepMs / 4;
      value.value = i;
    }
    stop();
    return shown;
  };

  it("should step", () => {
    expect(drawn(true)).toEqual([0, 4, 8]);
  });

  it("should run for all others", () => {
    expect(drawn(false)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });
});

import { signal } from "@preact/signals";
import { beforeEach, describe, expect, it } from "vitest";
import { paced, redrawBurst, redrawMs } from "../../../../web/room/paced.ts";
import { FakeTime } from "../../../support/fake-time.ts";

let time: FakeTime;
beforeEach(() => {
  time = new FakeTime();
});

/** Every value that would be drawn. */
const drawn = (source: ReturnType<typeof signal<number>>) => {
  const values: (number | undefined)[] = [];
  paced(source, { now: time.now, schedule: time.schedule }).subscribe((value) => values.push(value));
  return values;
};

describe("a signal that is drawn", () => {
  it("should show the changes of one moment at once", async () => {
    const source = signal(0);
    const values = drawn(source);
    for (let n = 1; n <= redrawBurst; n++) source.value = n;
    expect(values.at(-1)).toBe(redrawBurst);
    await time.advance(redrawBurst * redrawMs);
    source.value = 100;
    expect(values.at(-1)).toBe(100);
  });

  it("should be drawn ten times a second, however often it changes, and show the last in the end", async () => {
    const source = signal(0);
    const values = drawn(source);
    for (let n = 1; n <= 1000; n++) {
      source.value = n;
      await time.advance(1);
    }
    await time.advance(redrawMs);
    expect(values.length).toBeLessThanOrEqual(1 + redrawBurst + 1100 / redrawMs);
    expect(values.at(-1)).toBe(1000);
  });
});

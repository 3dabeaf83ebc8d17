// The load: the same for the same seed, and distributed as it says.
import { describe, expect, it } from "vitest";
import { type Load, meanRate, messagesOf, type TraceEvent } from "../../bench/load/workload.ts";

const load: Load = {
  seed: 3,
  hz: 4,
  bytes: 40,
  distribution: "constant",
  phase: "random",
  gesturesPerMinute: 0,
};

const spacings = (atMs: readonly number[]): readonly number[] => atMs.slice(1).map((at, i) => at - (atMs[i] ?? 0));
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe("the load of a phone", () => {
  it("should be the same for the same seed, and another for another phone or seed", () => {
    const messages = messagesOf(load, 2, 3, 5);
    expect(messagesOf(load, 2, 3, 5)).toEqual(messages);
    expect(messagesOf(load, 3, 3, 5)).not.toEqual(messages);
    expect(messagesOf({ ...load, seed: 4 }, 2, 3, 5)).not.toEqual(messages);
  });

  it("should keep the rate of every probe, in order, within the slice", () => {
    const messages = messagesOf(load, 0, 3, 10);
    expect(messages).toHaveLength(3 * 4 * 10);
    expect(messages.map(({ atMs }) => atMs)).toEqual(messages.map(({ atMs }) => atMs).sort((a, b) => a - b));
    for (const { atMs } of messages) expect(atMs).toBeLessThan(10_000);
    for (const probe of [1, 2, 3]) {
      const own = messages.filter((message) => message.probe === probe).map(({ atMs }) => atMs);
      for (const spacing of spacings(own)) expect(spacing).toBeCloseTo(250, 6);
    }
  });

  it("should begin everywhere at once where that is asked for", () => {
    const aligned: Load = { ...load, phase: "aligned" };
    expect(
      messagesOf(aligned, 0, 2, 1)
        .slice(0, 2)
        .map(({ atMs }) => atMs),
    ).toEqual([0, 0]);
    expect(messagesOf(aligned, 5, 2, 1)[0]?.atMs).toBe(0);
    expect(messagesOf(load, 5, 2, 1)[0]?.atMs).not.toBe(0);
  });

  it("should space exponentially: the mean as stated, and a deviation as great as the mean", () => {
    const messages = messagesOf({ ...load, distribution: "exponential" }, 0, 1, 5000);
    const gaps = spacings(messages.map(({ atMs }) => atMs));
    const gap = mean(gaps);
    const deviation = Math.sqrt(mean(gaps.map((value) => (value - gap) ** 2)));
    expect(gap / 250).toBeCloseTo(1, 1);
    expect(deviation / gap).toBeCloseTo(1, 1);
  });

  it("should gesture in bursts, as often as stated, by the first probe", () => {
    const seconds = 36_000;
    const gestures = messagesOf({ ...load, hz: 0, gesturesPerMinute: 12 }, 0, 4, seconds);
    expect(gestures.length / (seconds / 60) / 12).toBeCloseTo(1, 1);
    expect(new Set(gestures.map(({ probe, kind }) => `${probe} ${kind}`))).toEqual(new Set(["1 gesture"]));
    const close = spacings(gestures.map(({ atMs }) => atMs)).filter((gap) => gap < 600).length;
    expect(close).toBeGreaterThan(gestures.length / 2);
  });

  it("should play a trace of more events than a call takes arguments", () => {
    const trace = Array.from(
      { length: 200_000 },
      (_, i): TraceEvent => ({ atMs: i, phone: 1, probe: 1, kind: "sample", bytes: 40 }),
    );
    expect(messagesOf({ ...load, trace }, 0, 1, 10)).toHaveLength(10_000);
  });

  it("should play a trace again and again, for as many phones as there are", () => {
    const trace: readonly TraceEvent[] = [
      { atMs: 0, phone: 1, probe: 1, kind: "sample", bytes: 40 },
      { atMs: 500, phone: 2, probe: 3, kind: "gesture", bytes: 10 },
    ];
    const traced: Load = { ...load, trace };
    expect(messagesOf(traced, 0, 1, 2).map(({ atMs }) => atMs)).toEqual([0, 1000]);
    expect(messagesOf(traced, 1, 1, 2)).toEqual([
      { atMs: 500, probe: 3, kind: "gesture", bytes: 10 },
      { atMs: 1500, probe: 3, kind: "gesture", bytes: 10 },
    ]);
    expect(messagesOf(traced, 2, 1, 2)).toEqual(messagesOf(traced, 0, 1, 2));
    expect(meanRate(traced, 2, 1)).toBe(2);
  });

  it("should report its mean rate", () => {
    expect(meanRate({ ...load, gesturesPerMinute: 12 }, 10, 5)).toBeCloseTo(10 * (5 * 4 + 0.2), 6);
  });
});

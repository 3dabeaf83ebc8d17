import { describe, expect, it } from "vitest";
import { kinds } from "../../../../firmware-bridge/frames/kinds.ts";
import { interestKey, SampleFilter } from "../../../../gateway/records/interest.ts";
import { makeRecord } from "../../../support/records.ts";

const entry = (probe: number, minIntervalMs: number) => ({ probe, minIntervalMs });
const sampleAt = (atMs: number, probe = 1, kind: number = kinds.motion) =>
  makeRecord({ probe, kind, timeUs: atMs * 1000 });

describe("interest", () => {
  it("should have one key for what means the same", () => {
    expect(interestKey([entry(2, 100), entry(1, 0)])).toBe(interestKey([entry(1, 0), entry(2, 100)]));
    expect(interestKey([entry(1, 5), entry(1, 100)])).toBe(interestKey([entry(1, 100)]));
    expect(interestKey([entry(1, 100)])).not.toBe(interestKey([entry(1, 1000)]));
    expect(interestKey([entry(1, 11)])).not.toBe(interestKey([entry(11, 1)]));
  });

  it("should let no sample pass that nobody asked for", () => {
    expect(new SampleFilter([]).passes(sampleAt(0))).toBe(false);
    expect(new SampleFilter([entry(2, 0)]).passes(sampleAt(0))).toBe(false);
  });

  it("should let every sample pass without an interval", () => {
    const filter = new SampleFilter([entry(1, 0)]);
    expect([0, 0, 0.01].map((atMs) => filter.passes(sampleAt(atMs)))).toEqual([true, true, true]);
  });

  it("should keep the interval from the last sample that passed", () => {
    const filter = new SampleFilter([entry(1, 100)]);
    const passed = [0, 40, 80, 120, 160, 200, 240].filter((atMs) => filter.passes(sampleAt(atMs)));
    expect(passed).toEqual([0, 120, 240]);
  });

  it("should thin each probe and each kind by itself", () => {
    const filter = new SampleFilter([entry(0, 100)]);
    expect(filter.passes(sampleAt(0, 1))).toBe(true);
    expect(filter.passes(sampleAt(1, 2))).toBe(true);
    expect(filter.passes(sampleAt(2, 1, kinds.lightLevel))).toBe(true);
    expect(filter.passes(sampleAt(3, 1))).toBe(false);
  });

  it("should prefer a probe's own entry to that for every probe", () => {
    const filter = new SampleFilter([entry(1, 0), entry(0, 1000)]);
    expect([0, 1].map((atMs) => filter.passes(sampleAt(atMs, 1)))).toEqual([true, true]);
    expect([0, 1].map((atMs) => filter.passes(sampleAt(atMs, 2)))).toEqual([true, false]);
  });

  it("should let the next sample pass after it has forgotten the last", () => {
    const filter = new SampleFilter([entry(1, 100)]);
    expect(filter.passes(sampleAt(0))).toBe(true);
    filter.forget();
    expect(filter.passes(sampleAt(1))).toBe(true);
  });
});

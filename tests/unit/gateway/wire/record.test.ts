import { describe, expect, it } from "vitest";
import { kinds } from "../../../../firmware-bridge/frames/kinds.ts";
import { hasEffect, isExpired, lifetimeMsOf, recordClass } from "../../../../gateway/wire/record.ts";
import { makeRecord } from "../../../support/records.ts";

describe("record", () => {
  it("should have the class that docs/protocol.md §2.3 gives its kind", () => {
    expect([kinds.gesture, kinds.button].map(recordClass)).toEqual(["urgent", "urgent"]);
    expect([kinds.vibrate, kinds.led, kinds.rate].map(recordClass)).toEqual(["command", "command", "command"]);
    expect([kinds.motion, kinds.lightLevel, kinds.opaque, 0x77].map(recordClass)).toEqual(Array(4).fill("sample"));
    expect(recordClass(kinds.battery)).toBe("status");
  });

  it("should live for a second when it has an effect, and without end when it has none", () => {
    expect([kinds.gesture, kinds.vibrate].map(lifetimeMsOf)).toEqual([1000, 1000]);
    expect([kinds.motion, kinds.battery].map(lifetimeMsOf)).toEqual([0, 0]);
    expect([kinds.button, kinds.rate, kinds.motion, kinds.battery].map(hasEffect)).toEqual([true, true, false, false]);
  });

  it("should be expired only after its deadline", () => {
    const record = makeRecord({ timeUs: 5_000_000, lifetimeMs: 1000 });
    expect(isExpired(record, 6000)).toBe(false);
    expect(isExpired(record, 6000.1)).toBe(true);
    expect(isExpired({ ...record, lifetimeMs: 0 }, 1e9)).toBe(false);
  });
});

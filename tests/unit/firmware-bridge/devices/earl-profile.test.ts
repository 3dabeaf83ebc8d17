import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  canDo,
  capabilities,
  encodeInfo,
  parseInfo,
  probeClasses,
} from "../../../../firmware-bridge/devices/earl-profile.ts";
import { kinds } from "../../../../firmware-bridge/frames/kinds.ts";
import { gestureCode, gestureName, gestureNames } from "../../../../firmware-bridge/gestures/gestures.ts";

describe("info characteristic", () => {
  it("should return what a device of any known class says, unknown capabilities included", () => {
    const info = fc.record({
      probeClass: fc.constantFrom(...Object.values(probeClasses)),
      capabilities: fc.nat(0xffff),
    });
    fc.assert(
      fc.property(info, (value) => {
        expect(parseInfo(encodeInfo(value))).toEqual(value);
      }),
    );
  });

  it("should read an unknown class as other", () => {
    expect(parseInfo(Uint8Array.of(1, 99, 0x21, 0x80))).toEqual({
      probeClass: probeClasses.other,
      capabilities: 0x8021,
    });
  });

  it("should refuse what is too short or of another version", () => {
    for (const bytes of [[], [1, 1, 0], [0, 1, 0, 0], [2, 1, 0, 0]]) {
      expect(parseInfo(Uint8Array.from(bytes))).toBeUndefined();
    }
  });

  it("should accept fields of a later version behind its own", () => {
    expect(parseInfo(Uint8Array.of(1, 1, 1, 0, 77))).toEqual({ probeClass: 1, capabilities: 1 });
  });
});

describe("canDo", () => {
  const armProbe = { probeClass: probeClasses.armProbe, capabilities: capabilities.vibrateIn };

  it("should ask for the capability that a command needs", () => {
    expect(canDo(armProbe, kinds.vibrate)).toBe(true);
    expect(canDo(armProbe, kinds.led)).toBe(false);
    expect(canDo(armProbe, kinds.rate)).toBe(false);
  });

  it("should let opaque messages pass to every device", () => {
    expect(canDo(armProbe, kinds.opaque)).toBe(true);
  });
});

describe("gestures", () => {
  it("should have the codes of the spec, from 1, and no name for any other", () => {
    expect(gestureNames.map(gestureCode)).toEqual([1, 2, 3, 4]);
    for (const name of gestureNames) expect(gestureName(gestureCode(name))).toBe(name);
    for (const code of [0, 5, 255]) expect(gestureName(code)).toBeUndefined();
  });
});

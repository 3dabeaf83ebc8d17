import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { probeClasses } from "../../../../firmware-bridge/devices/device-info.ts";
import { encodeInfo, parseInfo } from "../../../../firmware-bridge/devices/earl-profile.ts";

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

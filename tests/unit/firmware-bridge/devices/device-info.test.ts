import { describe, expect, it } from "vitest";
import { canDo, capabilities, probeClasses } from "../../../../firmware-bridge/devices/device-info.ts";
import { kinds } from "../../../../firmware-bridge/frames/kinds.ts";

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

import { describe, expect, it } from "vitest";
import { encodeCommandTarget, splitCommandTarget } from "../../../../gateway/wire/command-payload.ts";

describe("command payload", () => {
  it("should begin with its target", () => {
    const payload = Uint8Array.of(100, 15);
    expect(encodeCommandTarget(3, payload)).toEqual(Uint8Array.of(3, 100, 15));
    expect(splitCommandTarget(Uint8Array.of(3, 100, 15))).toEqual({ target: 3, payload });
    expect(splitCommandTarget(encodeCommandTarget(300, payload))).toEqual({ target: 300, payload });
  });

  it("should need no bytes behind the target", () => {
    expect(splitCommandTarget(Uint8Array.of(0))).toEqual({ target: 0, payload: new Uint8Array() });
  });

  it("should be refused without a readable target", () => {
    expect(splitCommandTarget(new Uint8Array())).toBeUndefined();
    expect(splitCommandTarget(Uint8Array.of(0x80))).toBeUndefined();
    expect(splitCommandTarget(Uint8Array.of(0x80, 0x00))).toBeUndefined();
  });
});

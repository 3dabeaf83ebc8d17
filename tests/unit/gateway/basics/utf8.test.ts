import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutUtf8, decodeUtf8, encodeUtf8 } from "../../../../gateway/basics/utf8.ts";

describe("UTF-8", () => {
  it("should bring every text back, a byte order mark too", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(decodeUtf8(encodeUtf8(text))).toBe(text);
      }),
    );
    expect(decodeUtf8(encodeUtf8("\uFEFFarm"))).toBe("\uFEFFarm");
  });

  it("should refuse bytes that are not UTF-8", () => {
    expect(decodeUtf8(Uint8Array.of(0xc3, 0x28))).toBeUndefined();
    expect(decodeUtf8(Uint8Array.of(0xed, 0xa0, 0x80))).toBeUndefined();
  });

  it("should cut a text to the longest beginning that fits", () => {
    expect(cutUtf8("left arm", 64)).toBe("left arm");
    expect(cutUtf8("left arm", 4)).toBe("left");
    expect(cutUtf8("üü", 3)).toBe("ü");
    expect(cutUtf8("a🖐", 4)).toBe("a");
    expect(cutUtf8("🖐", 3)).toBe("");
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.nat(20), (text, maxBytes) => {
        const cut = cutUtf8(text, maxBytes);
        expect(text.startsWith(cut)).toBe(true);
        const fitting = encodeUtf8(cut).length;
        expect(fitting).toBeLessThanOrEqual(maxBytes);
        const next = [...text.slice(cut.length)][0];
        if (next !== undefined) expect(fitting + encodeUtf8(next).length).toBeGreaterThan(maxBytes);
      }),
    );
  });
});

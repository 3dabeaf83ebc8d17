import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { toHex } from "../../../../firmware-bridge/frames/bytes.ts";
import { decodeMessage } from "../../../../gateway/wire/decode-message.ts";
import { encodeMessage } from "../../../../gateway/wire/encode-message.ts";
import { frameCodes } from "../../../../gateway/wire/frame-types.ts";
import { bytesFromHex, framesFromJson, framesToJson } from "../../../support/frame-json.ts";

interface Vectors {
  readonly valid: readonly {
    readonly name: string;
    readonly hex: string;
    readonly frames: readonly { readonly type: string }[];
    readonly skipped: number;
    readonly reencodes: boolean;
  }[];
  readonly malformed: readonly { readonly name: string; readonly hex: string; readonly reason: string }[];
}

const vectors: Vectors = JSON.parse(
  readFileSync(new URL("../../../vectors/gateway-messages.json", import.meta.url), "utf8"),
);

describe("gateway messages, vectors", () => {
  for (const { name, hex, frames, skipped, reencodes } of vectors.valid) {
    it(`should read ${name}`, () => {
      const decoded = decodeMessage(bytesFromHex(hex));
      if ("malformed" in decoded) throw new Error(decoded.malformed);
      expect(framesToJson(decoded.frames)).toEqual(frames);
      expect(decoded.skipped).toBe(skipped);
    });
    if (!reencodes) continue;
    it(`should write ${name}`, () => {
      expect(toHex(encodeMessage(framesFromJson(frames)))).toBe(hex);
    });
  }

  for (const { name, hex, reason } of vectors.malformed) {
    it(`should refuse ${name}`, () => {
      expect(decodeMessage(bytesFromHex(hex))).toEqual({ malformed: reason });
    });
  }

  it("should have valid and malformed cases of every frame type", () => {
    for (const type of Object.keys(frameCodes)) {
      expect(vectors.valid.some(({ frames }) => frames.some((frame) => frame.type === type))).toBe(true);
      expect(vectors.malformed.some(({ reason }) => reason === `bad-${type}`)).toBe(true);
    }
  });
});

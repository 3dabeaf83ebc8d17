import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes, fromHex, toHex } from "../../../../firmware-bridge/frames/bytes.ts";
import { crc8 } from "../../../../firmware-bridge/frames/crc8.ts";
import { FrameDecoder, type ProbeMessage } from "../../../../firmware-bridge/frames/decode-frames.ts";
import { FrameEncoder } from "../../../../firmware-bridge/frames/encode-frames.ts";
import {
  frameBytes,
  maxFramePayload,
  maxMessagePayload,
  sequences,
  sync,
} from "../../../../firmware-bridge/frames/frame.ts";
import { maxKind } from "../../../../firmware-bridge/frames/kinds.ts";
import { earlVectors as vectors } from "../../../support/earl-vectors.ts";

const bytesFromHex = (hex: string): Uint8Array => {
  const bytes = fromHex(hex);
  if (bytes === undefined) throw new Error(`not hexadecimal: ${hex}`);
  return bytes;
};
const readable = ({ kind, sequence, payload }: ProbeMessage) => ({
  kind,
  sequence,
  payload: toHex(payload).toUpperCase(),
});
const clean = { skippedBytes: 0, badChecksums: 0, lostFrames: 0, brokenMessages: 0 };

const anyMessage = fc.record({
  kind: fc.nat(maxKind),
  payload: fc.uint8Array({ maxLength: maxMessagePayload }),
});
const anyMessages = fc.array(anyMessage, { maxLength: 8 });

const encodeAll = (
  messages: readonly { kind: number; payload: Uint8Array }[],
  firstSequence = 0,
): readonly Uint8Array[] => {
  const encoder = new FrameEncoder(firstSequence);
  return messages.flatMap(({ kind, payload }) => encoder.encode(kind, payload));
};

/** Cuts at the given places, which may be equal or beyond the end. */
const cutAt = (bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] => {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
};

describe("Earl frames, vectors", () => {
  it.each(vectors.frames)("should make and read the frames of: $name", ({ kind, firstSequence, payload, frames }) => {
    const made = new FrameEncoder(firstSequence).encode(kind, bytesFromHex(payload));
    expect(made.map((frame) => toHex(frame).toUpperCase())).toEqual(frames);
    const decoder = new FrameDecoder();
    const lastSequence = (firstSequence + frames.length - 1) % sequences;
    expect(decoder.push(bytesFromHex(frames.join(""))).map(readable)).toEqual([
      { kind, sequence: lastSequence, payload },
    ]);
    expect(decoder.counts).toEqual(clean);
  });

  it.each(vectors.streams)("should find the messages in: $name", ({ chunks, messages, counts }) => {
    const decoder = new FrameDecoder();
    const found = chunks.flatMap((chunk) => decoder.push(bytesFromHex(chunk)));
    expect(found.map(readable)).toEqual(messages);
    expect(decoder.counts).toEqual(counts);
  });
});

describe("FrameEncoder", () => {
  it("should never make a frame of more than 20 bytes", () => {
    fc.assert(
      fc.property(anyMessages, (messages) => {
        for (const frame of encodeAll(messages)) expect(frame.length).toBeLessThanOrEqual(20);
      }),
    );
  });

  it("should refuse what fits no message", () => {
    const encoder = new FrameEncoder();
    expect(() => encoder.encode(maxKind + 1, new Uint8Array())).toThrow(RangeError);
    expect(() => encoder.encode(1.5, new Uint8Array())).toThrow(RangeError);
    expect(() => encoder.encode(1, new Uint8Array(maxMessagePayload + 1))).toThrow(RangeError);
    expect(encoder.encode(1, new Uint8Array())[0]?.[2]).toBe(0);
  });
});

describe("FrameDecoder", () => {
  it("should read what was encoded, however it is cut into chunks", () => {
    fc.assert(
      fc.property(anyMessages, fc.nat(255), fc.array(fc.nat(), { maxLength: 30 }), (messages, sequence, places) => {
        const decoder = new FrameDecoder();
        const chunks = cutAt(concatBytes(...encodeAll(messages, sequence)), places);
        const found = chunks.flatMap((chunk) => decoder.push(chunk));
        expect(found.map(({ kind, payload }) => ({ kind, payload }))).toEqual(messages);
        expect(decoder.counts).toEqual(clean);
      }),
    );
  });

  it("should read every message after garbage that has no sync byte, and count the garbage", () => {
    const garbage = fc.uint8Array({ maxLength: 30 }).map((bytes) => bytes.filter((byte) => byte !== sync));
    fc.assert(
      fc.property(fc.array(fc.tuple(garbage, anyMessage), { maxLength: 6 }), fc.array(fc.nat()), (parts, places) => {
        const encoder = new FrameEncoder();
        const stream = parts.flatMap(([noise, { kind, payload }]) => [noise, ...encoder.encode(kind, payload)]);
        const decoder = new FrameDecoder();
        const found = cutAt(concatBytes(...stream), places).flatMap((chunk) => decoder.push(chunk));
        expect(found.map(({ kind, payload }) => ({ kind, payload }))).toEqual(parts.map(([, message]) => message));
        const skippedBytes = parts.reduce((sum, [noise]) => sum + noise.length, 0);
        expect(decoder.counts).toEqual({ ...clean, skippedBytes });
      }),
    );
  });

  it("should be in step again after any bytes at all, at the latest when 20 bytes more have come", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), anyMessage, (noise, { kind, payload }) => {
        const decoder = new FrameDecoder();
        decoder.push(noise);
        decoder.push(new Uint8Array(frameBytes(maxFramePayload)));
        const frames = encodeAll([{ kind, payload }]);
        const found = decoder.push(concatBytes(...frames));
        expect(found.at(-1)).toMatchObject({ kind, payload });
      }),
    );
  });

  it("should count every byte of noise as skipped, except what may still become a frame", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 }), (chunks) => {
        const decoder = new FrameDecoder();
        // No byte is a possible length, so that nothing in the noise is a frame by chance.
        const noise = chunks.map((chunk) => chunk.map((byte) => (byte < 0x10 ? byte + 0x10 : byte)));
        const pushed = noise.reduce((sum, chunk) => sum + chunk.length, 0);
        for (const chunk of noise) expect(decoder.push(chunk)).toEqual([]);
        const waiting = pushed - decoder.counts.skippedBytes;
        expect(waiting).toBeGreaterThanOrEqual(0);
        expect(waiting).toBeLessThan(20);
      }),
    );
  });

  it("should never throw, and return no message above the limit, whatever arrives", () => {
    const syncs = fc.array(fc.oneof(fc.nat(255), fc.constant(sync), fc.nat(20)), { maxLength: 200 });
    fc.assert(
      fc.property(fc.array(syncs, { maxLength: 10 }), (chunks) => {
        const decoder = new FrameDecoder();
        for (const chunk of chunks) {
          for (const { kind, payload } of decoder.push(Uint8Array.from(chunk))) {
            expect(kind).toBeLessThanOrEqual(maxKind);
            expect(payload.length).toBeLessThanOrEqual(maxMessagePayload);
          }
        }
      }),
    );
  });

  it("should keep its messages when the chunk's buffer is used again", () => {
    const chunk = concatBytes(...encodeAll([{ kind: 3, payload: Uint8Array.of(1, 1) }]));
    const [message] = new FrameDecoder().push(chunk);
    chunk.fill(0);
    expect(message?.payload).toEqual(Uint8Array.of(1, 1));
  });
});

describe("crc8", () => {
  it("should notice every single flipped bit of a frame", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 18 }), fc.nat(), (bytes, place) => {
        const bit = place % (8 * bytes.length);
        const flipped = bytes.slice();
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(crc8(flipped)).not.toBe(crc8(bytes));
      }),
    );
  });
});

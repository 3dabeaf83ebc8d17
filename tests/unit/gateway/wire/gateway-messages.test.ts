import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes } from "../../../../firmware-bridge/frames/bytes.ts";
import { aggregateOverheadBytes, recordBytes } from "../../../../gateway/wire/aggregate-layout.ts";
import { decodeMessage } from "../../../../gateway/wire/decode-message.ts";
import { encodeMessage } from "../../../../gateway/wire/encode-message.ts";
import {
  frameCodes,
  type GatewayFrame,
  maxFrames,
  maxMessageBytes,
  maxNeighbourSdpBytes,
  maxRecords,
  protocolVersion,
} from "../../../../gateway/wire/frame-types.ts";
import type { GatewayRecord } from "../../../../gateway/wire/record.ts";
import { arbitraryFrame, arbitraryRecord } from "../../../support/arbitrary-frames.ts";

/** A message may not have as many of these as of the others. */
const isLong = (type: GatewayFrame["type"]): boolean =>
  ["aggregate", "neighbourOffer", "neighbourAnswer"].includes(type);

const messages = fc
  .array(arbitraryFrame, { minLength: 1, maxLength: maxFrames })
  .filter((frames) => frames.filter(({ type }) => isLong(type)).length <= 1);

const record = (sequence: number): GatewayRecord => ({
  probe: 1,
  kind: 1,
  sequence,
  timeUs: 5,
  lifetimeMs: 0,
  payload: new Uint8Array(),
});

/** All that a decoded message contains: neither more frames nor more bytes than were in it. */
const expectWithinLimits = (message: Uint8Array): void => {
  const decoded = decodeMessage(message);
  if ("malformed" in decoded) return;
  expect(decoded.frames.length + decoded.skipped).toBeLessThanOrEqual(maxFrames);
  for (const frame of decoded.frames) {
    if (frame.type !== "aggregate") continue;
    expect(frame.records.length).toBeLessThanOrEqual(maxRecords);
    for (const { payload } of frame.records) expect(payload.buffer).toBe(message.buffer);
  }
};

describe("gateway messages", () => {
  it("should come back from the wire as they were", () => {
    fc.assert(
      fc.property(messages, (frames) => {
        expect(decodeMessage(encodeMessage(frames))).toEqual({ frames, skipped: 0 });
      }),
    );
  });

  it("should be readable wherever they lie in their buffer", () => {
    fc.assert(
      fc.property(messages, fc.nat(9), (frames, offset) => {
        const message = encodeMessage(frames);
        const around = concatBytes(new Uint8Array(offset).fill(0xff), message, Uint8Array.of(0xff));
        const inside = around.subarray(offset, offset + message.length);
        expect(decodeMessage(inside)).toEqual({ frames, skipped: 0 });
      }),
    );
  });

  it("should end in a reason, never in an exception, wherever they are cut off", () => {
    fc.assert(
      fc.property(arbitraryFrame, fc.nat(), (frame, where) => {
        const message = encodeMessage([frame]);
        expect(decodeMessage(message.subarray(0, where % message.length))).toHaveProperty("malformed");
      }),
    );
  });

  it("should stay within the limits with any bits turned", () => {
    const flips = fc.array(fc.record({ at: fc.nat(), bits: fc.integer({ min: 1, max: 255 }) }), { minLength: 1 });
    fc.assert(
      fc.property(messages, flips, (frames, turned) => {
        const message = encodeMessage(frames);
        for (const { at, bits } of turned) message[at % message.length] = (message[at % message.length] ?? 0) ^ bits;
        expectWithinLimits(message);
      }),
    );
  });

  it("should stay within the limits for any bytes behind the version", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expectWithinLimits(concatBytes(Uint8Array.of(protocolVersion), bytes));
      }),
    );
  });

  it("should skip frames of unknown types between the others", () => {
    const unknownType = fc
      .integer({ min: 0, max: 255 })
      .filter((code) => !(Object.values(frameCodes) as number[]).includes(code));
    fc.assert(
      fc.property(
        arbitraryFrame,
        arbitraryFrame,
        unknownType,
        fc.uint8Array({ maxLength: 100 }),
        (a, b, code, body) => {
          const unknown = concatBytes(Uint8Array.of(code, body.length), body);
          const message = concatBytes(encodeMessage([a]), unknown, encodeMessage([b]).subarray(1));
          expect(decodeMessage(message)).toEqual({ frames: [a, b], skipped: 1 });
        },
      ),
    );
  });

  it("should be refused above 16 384 bytes", () => {
    const filler = (length: number) => concatBytes(Uint8Array.of(1, 0x70, 0xfc, 0x7f), new Uint8Array(length - 4));
    expect(decodeMessage(filler(maxMessageBytes))).toEqual({ frames: [], skipped: 1 });
    expect(decodeMessage(new Uint8Array(maxMessageBytes + 1).fill(1))).toEqual({ malformed: "too-long" });
  });

  it("should have 512 records and no more", () => {
    const records = Array.from({ length: maxRecords }, (_, sequence) => record(sequence));
    const frames: GatewayFrame[] = [{ type: "aggregate", rosterVersion: 1, records }];
    expect(decodeMessage(encodeMessage(frames))).toEqual({ frames, skipped: 0 });
    expect(() => encodeMessage([{ type: "aggregate", rosterVersion: 1, records: [...records, record(512)] }])).toThrow(
      RangeError,
    );
  });

  it("should not be written beyond the limits", () => {
    const description = { type: "neighbourOffer", from: "", to: "", dialId: new Uint8Array(16), sdp: "v=0" } as const;
    const beyond: readonly GatewayFrame[] = [
      { type: "roster", version: 0, name: "", isHidden: false, probes: [] },
      { type: "roster", version: 1, name: "n".repeat(65), isHidden: false, probes: [] },
      { type: "aggregate", rosterVersion: 1, records: [] },
      { type: "aggregate", rosterVersion: 1, records: [{ ...record(0), payload: new Uint8Array(1025) }] },
      { type: "aggregate", rosterVersion: 1, records: [{ ...record(0), lifetimeMs: 60_001 }] },
      { type: "interest", version: 1, entries: [{ probe: 1, minIntervalMs: 60_001 }] },
      { type: "members", version: 1, sessionIds: ["x".repeat(50)] },
      { ...description, sdp: "v".repeat(maxNeighbourSdpBytes + 1) },
      { ...description, dialId: new Uint8Array(15) },
      { type: "proof", mac: new Uint8Array(31), signature: new Uint8Array(64) },
    ];
    for (const frame of beyond) expect(() => encodeMessage([frame])).toThrow(RangeError);
    expect(() => encodeMessage([])).toThrow(RangeError);
    expect(() => encodeMessage(Array.from({ length: 17 }, () => ({ type: "ready" })))).toThrow(RangeError);
  });

  it("should write a good message after one that was refused", () => {
    expect(() => encodeMessage([{ type: "bye", reason: 256 }])).toThrow(RangeError);
    expect(encodeMessage([{ type: "bye", reason: 1 }])).toEqual(Uint8Array.of(1, 0x0b, 1, 1));
  });
});

describe("aggregate", () => {
  it("should be as long as its records were said to be", () => {
    fc.assert(
      fc.property(fc.array(arbitraryRecord, { minLength: 1, maxLength: 12 }), (records) => {
        const baseUs = records[0]?.timeUs ?? 0;
        const message = encodeMessage([{ type: "aggregate", rosterVersion: 1, records }]);
        const inRecords = records.reduce((total, record) => total + recordBytes(record, baseUs), 0);
        const overhead = message.length - inRecords;
        expect(overhead).toBeGreaterThanOrEqual(5);
        expect(overhead).toBeLessThanOrEqual(aggregateOverheadBytes);
      }),
    );
  });
});

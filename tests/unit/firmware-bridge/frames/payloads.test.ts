import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes, fromHex, toHex } from "../../../../firmware-bridge/frames/bytes.ts";
import { kinds } from "../../../../firmware-bridge/frames/kinds.ts";
import {
  decodeAck,
  decodeBattery,
  decodeButton,
  decodeGesture,
  decodeLed,
  decodeLightLevel,
  decodeMotion,
  decodeRate,
  decodeVibration,
  encodeAck,
  encodeBattery,
  encodeButton,
  encodeGesture,
  encodeLed,
  encodeLightLevel,
  encodeMotion,
  encodeRate,
  encodeVibration,
  maxVibrateDurations,
  maxVibrateMs,
} from "../../../../firmware-bridge/frames/payloads.ts";
import { earlVectors as vectors } from "../../../support/earl-vectors.ts";

const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const i16 = fc.integer({ min: -0x8000, max: 0x7fff });

/** One line per kind: its code, both directions, and all values that it can carry. */
const codec = <T>(
  kind: number,
  encode: (value: T) => Uint8Array,
  decode: (payload: Uint8Array) => T | undefined,
  values: fc.Arbitrary<T>,
) => ({
  kind,
  decode,
  roundTrip: (): void =>
    fc.assert(
      fc.property(values, (value) => {
        expect(decode(encode(value))).toEqual(value);
      }),
    ),
  grows: (): void =>
    fc.assert(
      fc.property(values, fc.uint8Array({ maxLength: 9 }), (value, tail) => {
        expect(decode(concatBytes(encode(value), tail))).toEqual(value);
      }),
    ),
});

const codecs = {
  motion: codec(kinds.motion, encodeMotion, decodeMotion, fc.record({ clockMs: u16, x: i16, y: i16, z: i16 })),
  gesture: codec(kinds.gesture, encodeGesture, decodeGesture, fc.record({ gesture: u8, intensity: u8 })),
  button: codec(kinds.button, encodeButton, decodeButton, fc.record({ button: u8, action: u8 })),
  battery: codec(
    kinds.battery,
    encodeBattery,
    decodeBattery,
    fc.record({ percent: fc.nat(100), isCharging: fc.boolean() }),
  ),
  lightLevel: codec(kinds.lightLevel, encodeLightLevel, decodeLightLevel, fc.record({ lux: u16 })),
  ack: codec(kinds.ack, encodeAck, decodeAck, fc.record({ sequence: u8, status: u8 })),
  led: codec(kinds.led, encodeLed, decodeLed, fc.record({ red: u8, green: u8, blue: u8, durationMs: u16 })),
  rate: codec(kinds.rate, encodeRate, decodeRate, fc.record({ samplesPerSecond: fc.nat(100) })),
};

const decoders = new Map<number, (payload: Uint8Array) => unknown>([
  ...Object.values(codecs).map(({ kind, decode }) => [kind, decode] as const),
  [kinds.vibrate, decodeVibration],
]);

describe("payloads", () => {
  it.each(vectors.payloads)("should mean what the vector says: $name", ({ kind, payload, value }) => {
    const bytes = fromHex(payload) ?? new Uint8Array();
    expect(decoders.get(kind)?.(bytes)).toEqual(value ?? undefined);
  });

  it.each(Object.entries(codecs))("should return the %s that went in", (_name, { roundTrip }) => roundTrip());

  it.each(Object.entries(codecs))("should ignore what a later version adds to %s", (_name, { grows }) => grows());

  it("should never throw, whatever the bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        for (const decode of decoders.values()) decode(bytes);
      }),
    );
  });

  it("should refuse to encode what is out of its range", () => {
    expect(() => encodeBattery({ percent: 101, isCharging: false })).toThrow(RangeError);
    expect(() => encodeRate({ samplesPerSecond: 101 })).toThrow(RangeError);
    expect(() => encodeMotion({ clockMs: 0, x: 40_000, y: 0, z: 0 })).toThrow(RangeError);
  });
});

describe("vibration", () => {
  const totalMs = (durationsMs: readonly number[]): number => durationsMs.reduce((sum, ms) => sum + ms, 0);
  const anyDurations = fc.array(fc.integer({ min: 0, max: 2550 }), { minLength: 1, maxLength: maxVibrateDurations });

  it("should come out as it went in, rounded to 10 ms, when it is short enough", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.array(fc.nat(21), { minLength: 1, maxLength: 14 }),
        (strengthPercent, tens) => {
          const durationsMs = tens.map((ten) => ten * 10);
          const vibration = { strengthPercent, durationsMs: durationsMs.map((ms) => ms + 4) };
          expect(decodeVibration(encodeVibration(vibration))).toEqual({ strengthPercent, durationsMs });
        },
      ),
    );
  });

  it("should never last longer than the limit, by encoder or decoder", () => {
    fc.assert(
      fc.property(anyDurations, fc.uint8Array({ minLength: 1, maxLength: 30 }), (durationsMs, wild) => {
        const [, ...units] = encodeVibration({ strengthPercent: 50, durationsMs });
        expect(totalMs(units) * 10).toBeLessThanOrEqual(maxVibrateMs);
        const decoded = decodeVibration(Uint8Array.of(50, ...wild));
        expect(totalMs(decoded?.durationsMs ?? [])).toBeLessThanOrEqual(maxVibrateMs);
        expect(decoded?.durationsMs.length).toBeLessThanOrEqual(maxVibrateDurations);
      }),
    );
  });

  it("should be encodable again once it has been decoded, whatever its sender", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
        const decoded = decodeVibration(bytes);
        if (decoded !== undefined) expect(decodeVibration(encodeVibration(decoded))).toEqual(decoded);
      }),
    );
  });

  it("should not be encoded without strength or durations", () => {
    expect(() => encodeVibration({ strengthPercent: 0, durationsMs: [100] })).toThrow(RangeError);
    expect(() => encodeVibration({ strengthPercent: 50, durationsMs: [] })).toThrow(RangeError);
    expect(() => encodeVibration({ strengthPercent: 50, durationsMs: [2600] })).toThrow(RangeError);
    expect(toHex(encodeVibration({ strengthPercent: 50, durationsMs: [100] }))).toBe("320a");
  });
});

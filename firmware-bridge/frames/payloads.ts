// The payloads of docs/protocol.md §1.3, typed. Decoders return undefined for a payload that is too short or out of its
// range, and ignore what follows the fields that they know, so that a later version can add fields. Encoders throw
// RangeError for a caller's bug.
import { ByteReader, ByteWriter } from "./bytes.ts";

/** The device clock of a motion sample, in ms, wraps here: it is a u16. */
export const motionClockRange = 65_536;

/** Accelerations in thousandths of g; the clock is the device's own, 16 bits. */
export interface MotionSample {
  readonly clockMs: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** `gesture` is a code of gestures.ts, perhaps one that this version does not know. */
export interface GestureEvent {
  readonly gesture: number;
  readonly intensity: number;
}

export interface ButtonEvent {
  readonly button: number;
  readonly action: number;
}

export const buttonActions = { released: 0, pressed: 1, held: 2 } as const;

export interface BatteryLevel {
  readonly percent: number;
  readonly isCharging: boolean;
}

export interface LightLevel {
  readonly lux: number;
}

/** `sequence` is the sequence of the command's last frame. */
export interface Ack {
  readonly sequence: number;
  readonly status: number;
}

export const ackStatus = { done: 0, busy: 1, notSupported: 2, malformed: 3 } as const;

export interface Vibration {
  /** 1–100. */
  readonly strengthPercent: number;
  /** By turns on and off, beginning with on. */
  readonly durationsMs: readonly number[];
}

export interface LedColor {
  readonly red: number;
  readonly green: number;
  readonly blue: number;
  /** 0: until changed. */
  readonly durationMs: number;
}

export interface MotionRate {
  /** 0: only gestures. */
  readonly samplesPerSecond: number;
}

/** No vibration is longer: a probe that hangs or a peer that insists must not go on shaking somebody. */
export const maxVibrateMs = 3000;
export const maxVibrateDurations = 14;
/** A duration is one byte in units of this. */
const vibrateUnitMs = 10;
export const maxRateHz = 100;
const chargingFlag = 0x01;

/** Undefined when `read` ran past the end or met a value that it refuses. */
const decode = <T>(payload: Uint8Array, read: (reader: ByteReader) => T): T | undefined => {
  const reader = new ByteReader(payload);
  const value = read(reader);
  return reader.failed ? undefined : value;
};

const within = (reader: ByteReader, value: number, min: number, max: number): number => {
  if (value < min || value > max) reader.fail();
  return value;
};

const requireWithin = (value: number, min: number, max: number): number => {
  if (!(value >= min && value <= max)) throw new RangeError(`not within ${min}…${max}: ${value}`);
  return value;
};

export const encodeMotion = ({ clockMs, x, y, z }: MotionSample): Uint8Array =>
  new ByteWriter(8).u16(clockMs).i16(x).i16(y).i16(z).take();

export const decodeMotion = (payload: Uint8Array): MotionSample | undefined =>
  decode(payload, (reader) => ({ clockMs: reader.u16(), x: reader.i16(), y: reader.i16(), z: reader.i16() }));

export const encodeGesture = ({ gesture, intensity }: GestureEvent): Uint8Array =>
  new ByteWriter(2).u8(gesture).u8(intensity).take();

export const decodeGesture = (payload: Uint8Array): GestureEvent | undefined =>
  decode(payload, (reader) => ({ gesture: reader.u8(), intensity: reader.u8() }));

export const encodeButton = ({ button, action }: ButtonEvent): Uint8Array =>
  new ByteWriter(2).u8(button).u8(action).take();

export const decodeButton = (payload: Uint8Array): ButtonEvent | undefined =>
  decode(payload, (reader) => ({ button: reader.u8(), action: reader.u8() }));

export const encodeBattery = ({ percent, isCharging }: BatteryLevel): Uint8Array =>
  new ByteWriter(2)
    .u8(requireWithin(percent, 0, 100))
    .u8(isCharging ? chargingFlag : 0)
    .take();

export const decodeBattery = (payload: Uint8Array): BatteryLevel | undefined =>
  decode(payload, (reader) => ({
    percent: within(reader, reader.u8(), 0, 100),
    isCharging: (reader.u8() & chargingFlag) !== 0,
  }));

export const encodeLightLevel = ({ lux }: LightLevel): Uint8Array => new ByteWriter(2).u16(lux).take();

export const decodeLightLevel = (payload: Uint8Array): LightLevel | undefined =>
  decode(payload, (reader) => ({ lux: reader.u16() }));

export const encodeAck = ({ sequence, status }: Ack): Uint8Array => new ByteWriter(2).u8(sequence).u8(status).take();

export const decodeAck = (payload: Uint8Array): Ack | undefined =>
  decode(payload, (reader) => ({ sequence: reader.u8(), status: reader.u8() }));

/** Takes 1–14 durations of at most 2550 ms, rounds them to 10 ms, and cuts after `maxVibrateMs`. */
export const encodeVibration = ({ strengthPercent, durationsMs }: Vibration): Uint8Array => {
  requireWithin(durationsMs.length, 1, maxVibrateDurations);
  const writer = new ByteWriter(1 + durationsMs.length).u8(requireWithin(Math.round(strengthPercent), 1, 100));
  const roundedMs = durationsMs.map((durationMs) => Math.round(durationMs / vibrateUnitMs) * vibrateUnitMs);
  for (const durationMs of cutVibration(roundedMs)) writer.u8(durationMs / vibrateUnitMs);
  return writer.take();
};

/** Cut after `maxVibrateMs`, whatever the sender requested. */
export const decodeVibration = (payload: Uint8Array): Vibration | undefined =>
  decode(payload.subarray(0, 1 + maxVibrateDurations), (reader) => {
    const strengthPercent = within(reader, reader.u8(), 1, 100);
    const durationsMs = [reader.u8() * vibrateUnitMs];
    while (reader.remaining > 0) durationsMs.push(reader.u8() * vibrateUnitMs);
    return { strengthPercent, durationsMs: cutVibration(durationsMs) };
  });

const cutVibration = (durationsMs: readonly number[]): readonly number[] => {
  const cut: number[] = [];
  let leftMs = maxVibrateMs;
  for (const durationMs of durationsMs) {
    if (leftMs === 0) break;
    cut.push(Math.min(durationMs, leftMs));
    leftMs -= Math.min(durationMs, leftMs);
  }
  return cut;
};

export const encodeLed = ({ red, green, blue, durationMs }: LedColor): Uint8Array =>
  new ByteWriter(5).u8(red).u8(green).u8(blue).u16(durationMs).take();

export const decodeLed = (payload: Uint8Array): LedColor | undefined =>
  decode(payload, (reader) => ({
    red: reader.u8(),
    green: reader.u8(),
    blue: reader.u8(),
    durationMs: reader.u16(),
  }));

export const encodeRate = ({ samplesPerSecond }: MotionRate): Uint8Array =>
  new ByteWriter(1).u8(requireWithin(samplesPerSecond, 0, maxRateHz)).take();

export const decodeRate = (payload: Uint8Array): MotionRate | undefined =>
  decode(payload, (reader) => ({ samplesPerSecond: within(reader, reader.u8(), 0, maxRateHz) }));

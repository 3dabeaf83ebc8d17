import { beforeEach, describe, expect, it } from "vitest";
import { capabilities, probeClasses } from "../../../../firmware-bridge/devices/device-info.ts";
import { parseInfo } from "../../../../firmware-bridge/devices/earl-profile.ts";
import { FrameDecoder, type ProbeMessage } from "../../../../firmware-bridge/frames/decode-frames.ts";
import { FrameEncoder } from "../../../../firmware-bridge/frames/encode-frames.ts";
import { kinds } from "../../../../firmware-bridge/frames/kinds.ts";
import {
  ackStatus,
  decodeAck,
  decodeBattery,
  decodeMotion,
  encodeLed,
  encodeRate,
  encodeVibration,
  type MotionSample,
  maxVibrateMs,
} from "../../../../firmware-bridge/frames/payloads.ts";
import { GestureDetector } from "../../../../firmware-bridge/gestures/gesture-detector.ts";
import { gestureNames } from "../../../../firmware-bridge/gestures/gestures.ts";
import { SimulatedArmProbe } from "../../../../firmware-bridge/simulated/simulated-arm-probe.ts";
import { FakeTime } from "../../../support/fake-time.ts";

const hourMs = 3_600_000;

describe("SimulatedArmProbe", () => {
  let time: FakeTime;
  let probe: SimulatedArmProbe;
  let messages: ProbeMessage[];
  let decoder: FrameDecoder;
  let encoder: FrameEncoder;
  let motor: { readonly atMs: number; readonly isOn: boolean; readonly strengthPercent: number }[];

  beforeEach(() => {
    time = new FakeTime(777);
    messages = [];
    motor = [];
    let turn = 0;
    probe = new SimulatedArmProbe({
      now: time.now,
      schedule: time.schedule,
      random: () => (turn++ % 10) / 10,
      onVibration: (isOn, strengthPercent) => motor.push({ atMs: time.now(), isOn, strengthPercent }),
    });
  });

  const connect = (): boolean => {
    decoder = new FrameDecoder();
    encoder = new FrameEncoder();
    const isConnected = probe.connect({
      onNotify: (chunk) => messages.push(...decoder.push(chunk)),
      onDisconnect: () => undefined,
    });
    probe.subscribe();
    return isConnected;
  };
  const command = (kind: number, payload: Uint8Array): void => {
    for (const frame of encoder.encode(kind, payload)) probe.writeCommand(frame);
  };
  const vibrate = (strengthPercent: number, ...durationsMs: number[]): void =>
    command(kinds.vibrate, encodeVibration({ strengthPercent, durationsMs }));
  const payloadsOf = (kind: number): readonly Uint8Array[] =>
    messages.filter((message) => message.kind === kind).map(({ payload }) => payload);
  const motion = (): readonly MotionSample[] =>
    payloadsOf(kinds.motion).flatMap((payload) => decodeMotion(payload) ?? []);
  const acks = () => payloadsOf(kinds.ack).map(decodeAck);
  const lastAck = () => acks().at(-1)?.status;

  it("should say what it is and can do", () => {
    expect(parseInfo(probe.readInfo())).toEqual({
      probeClass: probeClasses.simulatedArmProbe,
      capabilities: capabilities.motionOut | capabilities.batteryOut | capabilities.vibrateIn | capabilities.rateIn,
    });
  });

  it("should serve one central at a time, and no timer while it serves none", async () => {
    expect(time.pendingTasks).toBe(0);
    expect(connect()).toBe(true);
    expect(probe.connect({ onNotify: () => undefined, onDisconnect: () => undefined })).toBe(false);
    probe.disconnect();
    expect(time.pendingTasks).toBe(0);
    messages.length = 0;
    await time.advance(1_000);
    expect(messages).toEqual([]);
    expect(connect()).toBe(true);
    probe.disconnect();
  });

  it("should stay silent when the central went before it subscribed", () => {
    probe.disconnect();
    probe.subscribe();
    expect(time.pendingTasks).toBe(0);
  });

  it("should send 20 samples a second of a resting arm that trembles a little", async () => {
    connect();
    await time.advance(1_000);
    expect(motion()).toHaveLength(20);
    expect(motion().map(({ clockMs }) => clockMs)).toEqual(Array.from({ length: 20 }, (_, i) => 50 * (i + 1)));
    for (const { x, y, z } of motion()) {
      expect(Math.abs(x + 1_000)).toBeLessThanOrEqual(20);
      expect(Math.abs(y)).toBeLessThanOrEqual(20);
      expect(Math.abs(z)).toBeLessThanOrEqual(20);
    }
    expect(new Set(motion().map(({ x }) => x)).size).toBeGreaterThan(1);
  });

  it.each([0, 1, 10, 50, 100])("should honour a rate of %i samples a second", async (samplesPerSecond) => {
    connect();
    command(kinds.rate, encodeRate({ samplesPerSecond }));
    expect(acks()).toEqual([{ sequence: 0, status: ackStatus.done }]);
    await time.advance(1_000);
    expect(motion()).toHaveLength(samplesPerSecond);
  });

  it("should let its clock wrap at 16 bits", async () => {
    connect();
    await time.advance(65_600);
    expect(motion().at(-1)?.clockMs).toBe(65_600 - 65_536);
    expect(decoder.counts.lostFrames).toBe(0);
  });

  it.each(gestureNames)("should move its arm so that a gateway finds one %s", async (gesture) => {
    connect();
    await time.advance(1_500);
    probe.move(gesture);
    await time.advance(10);
    probe.move("shake"); // Ignored: the arm is still moving.
    await time.advance(6_000);
    const detector = new GestureDetector();
    const found = motion().flatMap((sample) => detector.push(sample)?.gesture ?? []);
    expect(found).toEqual([gesture]);
  });

  it("should switch its motor on and off, and acknowledge with the command's sequence", async () => {
    connect();
    command(kinds.opaque, new Uint8Array());
    vibrate(80, 120, 100, 120);
    await time.advance(1_000);
    expect(motor).toEqual([
      { atMs: 777, isOn: true, strengthPercent: 80 },
      { atMs: 897, isOn: false, strengthPercent: 0 },
      { atMs: 997, isOn: true, strengthPercent: 80 },
      { atMs: 1_117, isOn: false, strengthPercent: 0 },
    ]);
    expect(acks()[1]).toEqual({ sequence: 1, status: ackStatus.done });
  });

  it("should stop a vibration after the longest time that is allowed, by itself", async () => {
    connect();
    command(kinds.vibrate, Uint8Array.of(100, 255, 0, 255, 0, 255));
    await time.advance(10_000);
    expect(motor.at(-1)).toEqual({ atMs: 777 + maxVibrateMs, isOn: false, strengthPercent: 0 });
  });

  it("should let a new vibration replace the one that plays", async () => {
    connect();
    vibrate(50, 1_000);
    await time.advance(200);
    vibrate(30, 100);
    await time.advance(5_000);
    expect(motor.map(({ atMs, strengthPercent }) => [atMs - 777, strengthPercent])).toEqual([
      [0, 50],
      [200, 0],
      [200, 30],
      [300, 0],
    ]);
  });

  it("should stop its motor when nobody is left to stop it", async () => {
    connect();
    vibrate(50, 1_000);
    await time.advance(10);
    probe.disconnect();
    expect(motor.at(-1)).toMatchObject({ isOn: false });
    expect(time.pendingTasks).toBe(0);
  });

  it("should say why it does not obey", () => {
    connect();
    command(kinds.led, encodeLed({ red: 1, green: 2, blue: 3, durationMs: 0 }));
    expect(lastAck()).toBe(ackStatus.notSupported);
    command(kinds.vibrate, Uint8Array.of(0, 10));
    expect(lastAck()).toBe(ackStatus.malformed);
    command(kinds.rate, Uint8Array.of(101));
    expect(lastAck()).toBe(ackStatus.malformed);
    expect(motor).toEqual([]);
  });

  it("should neither obey nor acknowledge what is no frame", () => {
    connect();
    const [frame = new Uint8Array()] = encoder.encode(kinds.vibrate, Uint8Array.of(50, 10));
    probe.writeCommand(frame.map((byte, i) => (i === 4 ? byte ^ 1 : byte)));
    expect(acks()).toEqual([]);
    expect(motor).toEqual([]);
  });

  it("should report its battery when it is connected and once a minute, lower and lower, and never die", async () => {
    connect();
    command(kinds.rate, encodeRate({ samplesPerSecond: 0 }));
    await time.advance(hourMs);
    const percents = payloadsOf(kinds.battery).map((payload) => decodeBattery(payload)?.percent);
    expect(percents).toHaveLength(61);
    expect([percents[0], percents.at(-1)]).toEqual([100, 90]);
    expect(percents).toEqual(percents.toSorted((a = 0, b = 0) => b - a));
    await time.advance(12 * hourMs);
    expect(probe.batteryPercent).toBe(1);
  });
});

import { describe, expect, test } from "vitest";
import type { DeviceEvent, LinkState } from "../../../../firmware-bridge/devices/device-link.ts";
import { kinds } from "../../../../firmware-bridge/frames/kinds.ts";
import {
  decodeMotion,
  encodeRate,
  encodeVibration,
  type MotionSample,
} from "../../../../firmware-bridge/frames/payloads.ts";
import { GestureDetector, leastDetectionHz } from "../../../../firmware-bridge/gestures/gesture-detector.ts";
import { gestureNames } from "../../../../firmware-bridge/gestures/gestures.ts";
import { meanAcceleration, traceDurationMs } from "../../../../firmware-bridge/gestures/motion-traces.ts";
import { scale } from "../../../../firmware-bridge/gestures/vector.ts";
import type { PhonePlatform } from "../../../../web/phone/phone-platform.ts";
import { firstMotionTimeoutMs, standardGravity, ThisPhone } from "../../../../web/phone/this-phone.ts";
import { type DeviceHold, ownDeviceHold } from "../../../../web/platform/device-hold.ts";
import { FakeTime, settle } from "../../../support/fake-time.ts";

interface Vector {
  readonly x: number | null;
  readonly y: number | null;
  readonly z: number | null;
}

class FakePhone {
  readonly time = new FakeTime();
  readonly vibrated: number[][] = [];
  readonly signalled: { readonly durationsMs: readonly number[]; readonly strengthPercent: number }[] = [];
  readonly states: LinkState[] = [];
  readonly events: DeviceEvent[] = [];
  readonly #listeners = new Set<(event: DeviceMotionEvent) => void>();
  readonly link: ThisPhone;

  constructor(platform: Partial<PhonePlatform> = {}, hold: DeviceHold = ownDeviceHold) {
    this.link = new ThisPhone({
      hold,
      now: this.time.now,
      schedule: this.time.schedule,
      platform: {
        motionEvents: {
          addEventListener: (_, listener) => void this.#listeners.add(listener),
          removeEventListener: (_, listener) => void this.#listeners.delete(listener),
        },
        requestMotionPermission: undefined,
        isSecureContext: true,
        gravitySign: 1,
        vibrate: (pattern) => this.vibrated.push(pattern) > 0,
        signal: (durationsMs, strengthPercent) => this.signalled.push({ durationsMs, strengthPercent }),
        ...platform,
      },
    });
  }

  open(): Promise<LinkState> {
    return this.link.open({
      onState: (state) => this.states.push(state),
      onEvent: (event) => this.events.push(event),
      onDiscard: () => undefined,
    });
  }

  /** Opened, and moved once. */
  async connect(): Promise<this> {
    const opened = this.open();
    await this.time.advance(0);
    this.move({ x: 0, y: 0, z: standardGravity });
    await opened;
    return this;
  }

  move(accelerationIncludingGravity: Vector | null): void {
    for (const listener of this.#listeners) listener({ accelerationIncludingGravity } as DeviceMotionEvent);
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  get samples(): readonly (MotionSample | undefined)[] {
    return this.events.map(({ payload }) => decodeMotion(payload));
  }

  rate(samplesPerSecond: number) {
    const payload = encodeRate({ samplesPerSecond });
    return this.link.write({ kind: kinds.rate, payload, expiresAtMs: this.time.now() });
  }

  vibrate(strengthPercent: number, durationsMs: readonly number[], lifetimeMs = 1_000) {
    return this.link.write({
      kind: kinds.vibrate,
      payload: encodeVibration({ strengthPercent, durationsMs }),
      expiresAtMs: this.time.now() + lifetimeMs,
    });
  }
}

describe("ThisPhone, opened", () => {
  test("should be connected with the first movement that is reported to it", async () => {
    const phone = new FakePhone();
    const opened = phone.open();
    await phone.time.advance(100);
    expect(phone.link.state).toEqual({ kind: "connecting" });
    phone.move({ x: 0, y: 0, z: standardGravity });
    expect(await opened).toEqual({ kind: "connected" });
    expect(phone.time.pendingTasks).toBe(0);
  });

  test("should close on a desktop, which has the event but no sensor", async () => {
    const phone = new FakePhone();
    const opened = phone.open();
    await phone.time.advance(0);
    phone.move({ x: null, y: null, z: null });
    phone.move(null);
    await phone.time.advance(firstMotionTimeoutMs);
    expect(await opened).toEqual({ kind: "closed", failure: "motion-unsupported" });
    expect(phone.listenerCount).toBe(0);
  });

  test.each([
    ["insecure-context", { isSecureContext: false }],
    ["motion-unsupported", { motionEvents: undefined }],
    ["motion-refused", { requestMotionPermission: async () => "denied" as const }],
    [
      "motion-refused",
      { requestMotionPermission: () => Promise.reject(new DOMException("no tap", "NotAllowedError")) },
    ],
  ])("should close with %s", async (failure, platform) => {
    const phone = new FakePhone(platform);
    expect(await phone.open()).toEqual({ kind: "closed", failure });
    expect(phone.states).toEqual([{ kind: "closed", failure }]);
  });

  test("should ask for permission at once, while iOS still sees the tap", () => {
    let isAsked = false;
    const phone = new FakePhone({
      requestMotionPermission: async () => {
        isAsked = true;
        return "granted";
      },
    });
    void phone.open();
    expect(isAsked).toBe(true);
  });

  test("should stay closed when it is closed while the person is asked", async () => {
    let answer: (state: PermissionState) => void = () => undefined;
    const phone = new FakePhone({
      requestMotionPermission: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    const opened = phone.open();
    await phone.link.close();
    answer("granted");
    await phone.time.advance(firstMotionTimeoutMs);
    expect(await opened).toEqual({ kind: "closed" });
    expect(phone.listenerCount).toBe(0);
  });
});

describe("ThisPhone, moving", () => {
  test("should say +1 g upwards of a phone that lies on a table, in thousandths of g", async () => {
    const phone = await new FakePhone().connect();
    expect(phone.samples).toEqual([{ clockMs: 0, x: 0, y: 0, z: 1000 }]);
  });

  test("should say the same where the browser reports gravity as pulling", async () => {
    const phone = new FakePhone({ gravitySign: -1 });
    void phone.open();
    await phone.time.advance(0);
    phone.move({ x: 1, y: -2, z: -standardGravity });
    expect(phone.samples).toEqual([{ clockMs: 0, x: -102, y: 204, z: 1000 }]);
  });

  test("should thin 60 Hz to 20 Hz", async () => {
    const phone = await new FakePhone().connect();
    for (let i = 0; i < 600; i++) {
      await phone.time.advance(1000 / 60);
      phone.move({ x: 0, y: 0, z: 0 });
    }
    expect(phone.events.length).toBeGreaterThanOrEqual(199);
    expect(phone.events.length).toBeLessThanOrEqual(201);
  });

  test("should send as often as it is asked to, not at all for 0, and its own pace again", async () => {
    const phone = await new FakePhone().connect();
    for (const samplesPerSecond of [12, 0, 20]) {
      expect(await phone.rate(samplesPerSecond)).toMatchObject({ kind: "written" });
      const before = phone.events.length;
      for (let i = 0; i < 600; i++) {
        await phone.time.advance(1000 / 60);
        phone.move({ x: 0, y: 0, z: 0 });
      }
      expect(Math.abs(phone.events.length - before - 10 * samplesPerSecond)).toBeLessThanOrEqual(1);
    }
  });

  test("should send the mean of what it felt since the last sample, so that no tap falls between two", async () => {
    const phone = await new FakePhone().connect();
    for (const z of [0, 6 * standardGravity, 0, 0]) {
      await phone.time.advance(15);
      phone.move({ x: 0, y: 0, z });
    }
    expect(phone.samples.at(-1)).toMatchObject({ z: 1500 });
  });

  test.each(gestureNames)("should let a %s be found at the least rate that it may be asked for", async (gesture) => {
    for (let startMs = 0; startMs < 80; startMs += 10) {
      const phone = await new FakePhone().connect();
      await phone.rate(leastDetectionHz);
      for (let atMs = startMs; atMs < traceDurationMs(gesture) + 3_000; atMs += 1000 / 60) {
        await phone.time.advance(1000 / 60);
        const { x, y, z } = scale(meanAcceleration(gesture, atMs - 1501, atMs - 1500), standardGravity / 1000);
        phone.move({ x, y, z });
      }
      const detector = new GestureDetector();
      const found = phone.samples.flatMap((sample) => (sample && detector.push(sample)) ?? []);
      expect(
        found.map((one) => one.gesture),
        `begun at ${startMs} ms`,
      ).toEqual([gesture]);
    }
  });

  test("should not make up for a pause with a burst", async () => {
    const phone = await new FakePhone().connect();
    await phone.time.advance(60_000);
    for (let i = 0; i < 10; i++) phone.move({ x: 0, y: 0, z: 0 });
    expect(phone.events.length).toBeLessThanOrEqual(3);
  });

  test("should count its clock in 16 bits and stamp events with the gateway's", async () => {
    const phone = await new FakePhone().connect();
    await phone.time.advance(65_536 + 100.5);
    phone.move({ x: 0, y: 0, z: 0 });
    expect(phone.samples.at(-1)?.clockMs).toBe(100);
    expect(phone.events.at(-1)?.receivedAtMs).toBe(65_636.5);
  });

  test("should cut what does not fit, rather than wrap it", async () => {
    const phone = await new FakePhone().connect();
    await phone.time.advance(100);
    phone.move({ x: 1e6, y: -1e6, z: 0 });
    expect(phone.samples.at(-1)).toMatchObject({ x: 32_767, y: -32_767, z: 0 });
  });
});

describe("ThisPhone with a command to vibrate", () => {
  test("should vibrate in the rhythm of the durations", async () => {
    const phone = await new FakePhone().connect();
    expect(await phone.vibrate(100, [120, 100, 120])).toEqual({ kind: "written", atMs: 0 });
    expect(phone.vibrated).toEqual([[120, 100, 120]]);
    expect(phone.signalled).toEqual([]);
  });

  test("should be no stronger after another command before it has rested", async () => {
    const phone = await new FakePhone().connect();
    await phone.vibrate(30, [600]);
    await phone.time.advance(22);
    await phone.vibrate(30, [600]);
    expect(phone.vibrated[1]?.slice(0, 2)).toEqual([0, 52]);
  });

  test.each([
    ["that has no motor", undefined],
    ["whose browser refuses the pattern", () => false],
  ])("should signal otherwise on a phone %s", async (_, vibrate) => {
    const phone = await new FakePhone({ vibrate }).connect();
    expect(await phone.vibrate(60, [150])).toMatchObject({ kind: "written" });
    expect(phone.signalled).toEqual([{ durationsMs: [150], strengthPercent: 60 }]);
  });

  test("should not begin after the command has expired", async () => {
    const phone = await new FakePhone().connect();
    expect(await phone.vibrate(100, [100], -1)).toEqual({ kind: "expired" });
    expect(phone.vibrated).toEqual([]);
  });

  test.each([
    ["an LED", kinds.led, [255, 0, 0, 0, 0]],
    ["a malformed vibration", kinds.vibrate, [0]],
  ])("should refuse %s", async (_, kind, payload) => {
    const phone = await new FakePhone().connect();
    const outcome = await phone.link.write({ kind, payload: Uint8Array.from(payload), expiresAtMs: 1_000 });
    expect(outcome).toEqual({ kind: "failed", failure: "not-supported-by-probe" });
  });

  test("should stop vibrating and hear nothing more when it is closed", async () => {
    const phone = await new FakePhone().connect();
    await phone.link.close();
    await phone.link.close();
    expect(phone.vibrated).toEqual([[]]);
    expect(phone.listenerCount).toBe(0);
    expect(phone.states.map(({ kind }) => kind)).toEqual(["connected", "closed"]);
    expect(await phone.vibrate(100, [100])).toEqual({ kind: "failed", failure: "link-lost" });
  });

  test("should ask for motion during the tap, however long the other tabs take to answer", async () => {
    let isAsked = false;
    const hold = { take: () => new Promise<boolean>(() => undefined), release: () => undefined };
    const requestMotionPermission = async (): Promise<PermissionState> => {
      isAsked = true;
      return "granted";
    };
    void new FakePhone({ requestMotionPermission }, hold).open();
    expect(isAsked).toBe(true);
  });

  test("should leave its motor to another tab that has it, and let it go when it is closed", async () => {
    const held: string[] = [];
    const taken = new FakePhone({}, { take: async () => true, release: () => void held.push("released") });
    void taken.open();
    await settle();
    await taken.link.close();
    expect(held).toEqual(["released"]);
    const refused = new FakePhone({}, { take: async () => false, release: () => undefined });
    expect(await refused.open()).toEqual({ kind: "closed", failure: "held-in-another-tab" });
  });
});

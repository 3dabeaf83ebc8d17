import { beforeEach, describe, expect, it } from "vitest";
import { capabilities, probeClasses } from "../../../../firmware-bridge/devices/device-info.ts";
import { kinds } from "../../../../firmware-bridge/frames/kinds.ts";
import { decodeRate, encodeMotion } from "../../../../firmware-bridge/frames/payloads.ts";
import type { Gateway } from "../../../../gateway/gateway.ts";
import { defaultWindowMs } from "../../../../gateway/wire/record.ts";
import { DarkScreen } from "../../../../web/power/dark-screen.ts";
import { Power } from "../../../../web/power/power.ts";
import { Shift } from "../../../../web/power/shift.ts";
import { FakeTime, settle } from "../../../support/fake-time.ts";
import { newGateway, newMember } from "../../../support/memory-room.ts";
import { RecordingLink } from "../../../support/recording-link.ts";

const minuteMs = 60_000;

describe("Power", () => {
  let time: FakeTime;
  let gateway: Gateway;
  let power: Power;
  let darkScreen: DarkScreen;
  let level: number;
  let wallLeadMs: number;

  beforeEach(async () => {
    time = new FakeTime(1_000);
    ({ gateway } = await newMember(time, "Anna"));
    for (const { index } of gateway.probes) await gateway.removeProbe(index);
    darkScreen = new DarkScreen({ schedule: time.schedule });
    const storage = { read: () => undefined, write: () => "kept" as const };
    const shift = new Shift({ wallNow: time.now, storage, hours: () => 8 });
    power = new Power({
      monotonicNow: time.now,
      wallNow: () => time.now() + wallLeadMs,
      schedule: time.schedule,
      shift,
      darkScreen,
    });
    level = 60;
    wallLeadMs = 0;
  });

  const drain = async (steps: number, everyMs = 2 * minuteMs): Promise<void> => {
    for (let i = 0; i < steps; i++) {
      power.batteryChanged({ kind: "known", percent: level--, isCharging: false });
      await time.advance(everyMs);
    }
  };

  const addBand = async (name: string, bits: number): Promise<RecordingLink> => {
    const link = new RecordingLink(name, { probeClass: probeClasses.armProbe, capabilities: bits });
    await gateway.addProbe(link, name)?.open();
    for (let clockMs = 0; clockMs < 2_000; clockMs += 20)
      link.emit({ kind: kinds.motion, payload: encodeMotion({ clockMs, x: 0, y: 0, z: 0 }), receivedAtMs: time.now() });
    await settle();
    return link;
  };

  it("should go on as it is when the room gets another key", async () => {
    power.enter({ gateway });
    const band = await addBand("Left", capabilities.motionOut | capabilities.rateIn);
    await drain(8);
    const commands = band.written.length;
    const next = await newGateway(time, "Anna");
    void gateway.moveTo(next);
    power.move({ gateway: next });
    await time.advance(10_000);
    expect(next.windowMs).toBe(1000);
    expect(darkScreen.isDark.value).toBe(true);
    expect(power.view.value.plan.level).toBe("least");
    expect(band.written).toHaveLength(commands);
  });

  it("should carry the plan out in window, rates and screen, say so, and take it back", async () => {
    power.enter({ gateway });
    const obedient = await addBand("Left", capabilities.motionOut | capabilities.rateIn);
    await addBand("Right", capabilities.motionOut);
    await drain(8);
    expect(power.view.value).toMatchObject({ plan: { level: "least" }, reason: { kind: "saving" } });
    expect(gateway.windowMs).toBe(1000);
    expect(obedient.written.map(({ payload }) => decodeRate(payload)?.samplesPerSecond)).toEqual([12]);
    await time.advance(10_000);
    expect(power.view.value.unthinned).toEqual([{ name: "Right", why: "not-supported" }]);
    expect(darkScreen.isDark.value).toBe(true);

    power.mode = "full-speed";
    await settle();
    expect(power.view.value.reason).toEqual({ kind: "overruled", reach: "no" });
    expect(gateway.windowMs).toBe(defaultWindowMs);
    expect(obedient.written.map(({ payload }) => decodeRate(payload)?.samplesPerSecond)).toEqual([12, 50]);
    expect(power.view.value.unthinned).toEqual([]);
    darkScreen.wake();
    await time.advance(10 * minuteMs);
    expect(darkScreen.isDark.value).toBe(false);
  });

  it("should thin a probe that is added while power is saved", async () => {
    power.enter({ gateway });
    await drain(8);
    const link = await addBand("Late", capabilities.motionOut | capabilities.rateIn);
    expect(link.written.map(({ kind }) => kind)).toEqual([kinds.rate]);
  });

  it("should decide nothing outside a room, and begin there as one does", async () => {
    await drain(8);
    expect(power.view.value.reason).toEqual({ kind: "no-battery" });
    power.enter({ gateway });
    expect(power.view.value).toMatchObject({ plan: { level: "full" }, reason: { kind: "measuring" } });
    await drain(8);
    darkScreen.darken();
    const timers = time.pendingTasks;
    power.leave();
    expect(darkScreen.isDark.value).toBe(false);
    expect(time.pendingTasks).toBeLessThan(timers);
  });

  it("should save no later because the wall clock is set forward", async () => {
    power.enter({ gateway });
    await drain(2);
    wallLeadMs = 2 * 60 * minuteMs;
    await drain(6);
    expect(power.view.value).toMatchObject({ plan: { level: "least" }, reason: { kind: "saving" } });
  });

  it("should show nothing new while nothing is new", async () => {
    power.enter({ gateway });
    power.batteryChanged({ kind: "known", percent: 50, isCharging: true });
    const { value } = power.view;
    await time.advance(minuteMs);
    expect(power.view.value).toBe(value);
  });
});

describe("DarkScreen", () => {
  it("should go dark when nobody has touched the page for so long, and not before", async () => {
    const time = new FakeTime();
    const darkScreen = new DarkScreen({ schedule: time.schedule });
    await time.advance(10 * minuteMs);
    darkScreen.darkAfterMs = 30_000;
    await time.advance(20_000);
    darkScreen.touched();
    await time.advance(29_000);
    expect(darkScreen.isDark.value).toBe(false);
    await time.advance(1_000);
    expect(darkScreen.isDark.value).toBe(true);
    darkScreen.touched(); // What lies over the page decides what wakes it.
    expect(darkScreen.isDark.value).toBe(true);
    darkScreen.wake();
    darkScreen.darkAfterMs = undefined;
    await time.advance(10 * minuteMs);
    expect(darkScreen.isDark.value).toBe(false);
    expect(time.pendingTasks).toBe(0);
  });

  it("should stay dark by hand until it is woken", async () => {
    const time = new FakeTime();
    const darkScreen = new DarkScreen({ schedule: time.schedule });
    darkScreen.darken();
    darkScreen.darkAfterMs = 1_000;
    darkScreen.darkAfterMs = undefined;
    expect(darkScreen.isDark.value).toBe(true);
    darkScreen.close();
    expect(time.pendingTasks).toBe(0);
  });
});

import { describe, expect, it, vi } from "vitest";
import { type BatteryManagerFace, type BatteryState, watchBattery } from "../../web/battery.ts";
import { BusyTime, timedSchedule } from "../../web/busy-time.ts";
import { LoadMeter, type PressureObserverFace, type PressureState } from "../../web/load-meter.ts";
import { FakeTime, settle } from "../support/fake-time.ts";

/** A clock that tasks move themselves, as work does. */
const workClock = () => {
  const clock = { ms: 0 };
  const work = (ms: number): void => {
    clock.ms += ms;
  };
  return { now: () => clock.ms, work };
};

describe("busy time", () => {
  it("should count what a task takes, and a task within it once", () => {
    const { now, work } = workClock();
    const busy = new BusyTime(now);
    busy.run(() => {
      work(3);
      busy.run(() => work(4));
    });
    work(100);
    expect(busy.totalMs).toBe(7);
  });

  it("should count a task that throws, and go on", () => {
    const { now, work } = workClock();
    const busy = new BusyTime(now);
    expect(() =>
      busy.run(() => {
        work(2);
        throw new Error("a bug");
      }),
    ).toThrow("a bug");
    busy.run(() => work(1));
    expect(busy.totalMs).toBe(3);
  });

  it("should time what is scheduled, and let it be cancelled", async () => {
    const time = new FakeTime();
    const { now, work } = workClock();
    const busy = new BusyTime(now);
    const schedule = timedSchedule(time.schedule, busy);
    schedule(10, () => work(5));
    schedule(10, () => work(50))();
    await time.advance(20);
    expect(busy.totalMs).toBe(5);
  });
});

describe("load meter", () => {
  const setUp = (isHidden = () => false) => {
    const time = new FakeTime();
    /** How much later than asked the next timers run. */
    const late = { ms: 0 };
    const busy = new BusyTime(time.now);
    const schedule: typeof time.schedule = (delayMs, task) => time.schedule(delayMs + late.ms, task);
    const meter = new LoadMeter({ now: time.now, schedule, busy, isHidden, PressureObserver: undefined });
    return { time, late, meter };
  };

  it("should know nothing before its first beat", () => {
    expect(setUp().meter.figures()).toEqual({
      busyPercent: undefined,
      eventLoopLagP50Ms: undefined,
      eventLoopLagP99Ms: undefined,
    });
  });

  it("should tell how late tasks begin, over the last minute only", async () => {
    const { time, late, meter } = setUp();
    late.ms = 40;
    await time.advance(30_000);
    expect(meter.figures()).toMatchObject({ eventLoopLagP99Ms: 40, busyPercent: 0 });
    late.ms = 0;
    await time.advance(30_000);
    expect(meter.figures().eventLoopLagP99Ms).toBe(40);
    await time.advance(62_000);
    expect(meter.figures().eventLoopLagP99Ms).toBe(0);
  });

  it("should take neither a hidden page nor a sleep for load", async () => {
    const hidden = setUp(() => true);
    hidden.late.ms = 900;
    await hidden.time.advance(10_000);
    expect(hidden.meter.figures().eventLoopLagP50Ms).toBeUndefined();
    const asleep = setUp();
    asleep.late.ms = 60_000;
    await asleep.time.advance(500);
    await asleep.time.advance(120_000);
    asleep.late.ms = 0;
    await asleep.time.advance(70_000);
    expect(asleep.meter.figures().eventLoopLagP99Ms).toBe(0);
  });

  it("should stop when it is closed", async () => {
    const { time, meter } = setUp();
    meter.close();
    expect(time.pendingTasks).toBe(0);
  });

  it("should say why there is no word of the processor, or what the system says", async () => {
    expect(setUp().meter.pressure).toMatchObject({ kind: "unknown" });
    const time = new FakeTime();
    let tell: (state: PressureState) => void = () => undefined;
    class FakeObserver implements PressureObserverFace {
      constructor(onRecords: (records: readonly { readonly state: PressureState }[]) => void) {
        tell = (state) => onRecords([{ state }]);
      }
      observe = async (): Promise<void> => undefined;
      disconnect = (): void => undefined;
    }
    const { now, schedule } = time;
    const busy = new BusyTime(now);
    const meter = new LoadMeter({ now, schedule, busy, isHidden: () => false, PressureObserver: FakeObserver });
    expect(meter.pressure.kind).toBe("unknown");
    tell("serious");
    expect(meter.pressure).toEqual({ kind: "known", state: "serious" });
  });
});

describe("battery", () => {
  class FakeBattery extends EventTarget implements BatteryManagerFace {
    level = 0.83;
    charging = false;
  }

  const watch = (getBattery: (() => Promise<BatteryManagerFace>) | undefined) => {
    const states: BatteryState[] = [];
    return { states, stop: watchBattery({ getBattery, onState: (state) => states.push(state) }) };
  };

  it("should tell each change until it is stopped", async () => {
    const battery = new FakeBattery();
    const { states, stop } = watch(async () => battery);
    await settle();
    battery.level = 0.82;
    battery.dispatchEvent(new Event("levelchange"));
    battery.charging = true;
    battery.dispatchEvent(new Event("chargingchange"));
    stop();
    battery.dispatchEvent(new Event("levelchange"));
    expect(states).toEqual([
      { kind: "known", percent: 83, isCharging: false },
      { kind: "known", percent: 82, isCharging: false },
      { kind: "known", percent: 82, isCharging: true },
    ]);
  });

  it("should say why it is not known", async () => {
    const refusing = vi.fn(async () => {
      throw new DOMException("no", "NotAllowedError");
    });
    const absurd = Object.assign(new FakeBattery(), { level: Number.NaN });
    const watched = [watch(undefined), watch(refusing), watch(async () => absurd)];
    await settle();
    for (const { states } of watched) expect(states).toEqual([{ kind: "unknown", why: expect.any(String) }]);
    expect(
      new Set(watched.flatMap(({ states }) => states.map((state) => state.kind === "unknown" && state.why))).size,
    ).toBe(3);
  });
});

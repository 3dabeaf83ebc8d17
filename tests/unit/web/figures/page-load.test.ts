import { describe, expect, it, vi } from "vitest";
import { LoadMeter, type PressureObserverFace } from "../../../../web/figures/load-meter.ts";
import type { PressureState } from "../../../../web/panel/panel-model.ts";
import { type BatteryManagerFace, type BatteryState, watchBattery } from "../../../../web/platform/battery.ts";
import { BusyTime, timedSchedule } from "../../../../web/platform/busy-time.ts";
import { FakeTime, settle } from "../../../support/fake-time.ts";

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

  it("should report how late tasks begin, over the last minute only", async () => {
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

  it("should report only the last minute, and nothing once that is over while the page is hidden", async () => {
    const page = { isHidden: false };
    const { time, late, meter } = setUp(() => page.isHidden);
    late.ms = 40;
    await time.advance(10_000);
    page.isHidden = true;
    await time.advance(30_000);
    expect(meter.figures().eventLoopLagP99Ms).toBe(40); // In the time in front, which still belongs to the last minute.
    await time.advance(30_000);
    expect(meter.figures()).toMatchObject({ eventLoopLagP50Ms: undefined, eventLoopLagP99Ms: undefined });
  });

  it("should forget its figures when no beat has come for a minute", () => {
    const clock = { ms: 0 };
    const tasks: (() => void)[] = [];
    const now = () => clock.ms;
    const schedule = (_: number, task: () => void) => {
      tasks.push(task);
      return () => undefined;
    };
    const busy = new BusyTime(now);
    const meter = new LoadMeter({ now, schedule, busy, isHidden: () => false, PressureObserver: undefined });
    clock.ms = 260;
    tasks.shift()?.();
    expect(meter.figures().eventLoopLagP99Ms).toBe(10);
    clock.ms += 60_000;
    expect(meter.figures()).toEqual({
      busyPercent: undefined,
      eventLoopLagP50Ms: undefined,
      eventLoopLagP99Ms: undefined,
    });
  });

  it("should count the gateway's work while the page is hidden too, by the time that passed", async () => {
    const time = new FakeTime();
    const busy = { totalMs: 0 };
    // As a browser that lets a hidden page's timers run once a second.
    const schedule: typeof time.schedule = (delayMs, task) =>
      time.schedule(delayMs + 750, () => {
        busy.totalMs += 100;
        task();
      });
    const meter = new LoadMeter({ now: time.now, schedule, busy, isHidden: () => true, PressureObserver: undefined });
    await time.advance(30_000);
    expect(meter.figures()).toMatchObject({ busyPercent: 10, eventLoopLagP50Ms: undefined });
  });

  it("should say why there is no word of the processor", () => {
    expect(setUp().meter.pressure).toMatchObject({ kind: "unknown", why: expect.stringContaining("browser") });
  });

  describe("what the system says of the processor", () => {
    const observers: { tell: (state: PressureState) => void; isOpen: boolean; refuse: () => void }[] = [];
    class FakeObserver implements PressureObserverFace {
      readonly #told: (typeof observers)[number];
      constructor(onRecords: (records: readonly { readonly state: PressureState }[]) => void) {
        this.#told = { tell: (state) => onRecords([{ state }]), isOpen: true, refuse: () => undefined };
        observers.push(this.#told);
      }
      observe = (): Promise<void> =>
        new Promise((_, reject) => {
          this.#told.refuse = () => reject(new DOMException("no", "NotSupportedError"));
        });
      disconnect = (): void => {
        this.#told.isOpen = false;
        this.#told.refuse(); // As a browser does with code that still waits for its answer.
      };
    }
    const observed = () => {
      observers.length = 0;
      const time = new FakeTime();
      const page = { isHidden: false };
      const busy = new BusyTime(time.now);
      const isHidden = () => page.isHidden;
      const { now, schedule } = time;
      const meter = new LoadMeter({ now, schedule, busy, isHidden, PressureObserver: FakeObserver });
      return { time, page, meter };
    };

    it("should be reported, and before that the reason why not", async () => {
      const { meter } = observed();
      expect(meter.pressure).toMatchObject({ kind: "unknown", why: expect.stringContaining("not reported it yet") });
      observers[0]?.tell("serious");
      expect(meter.pressure).toEqual({ kind: "known", state: "serious" });
      observers[0]?.refuse();
      await settle();
      expect(meter.pressure).toMatchObject({ kind: "unknown", why: expect.stringContaining("nothing") });
    });

    it("should be forgotten while the page is hidden, and asked for again in front", async () => {
      const { time, page, meter } = observed();
      observers[0]?.tell("serious");
      page.isHidden = true;
      expect(meter.pressure).toMatchObject({ kind: "unknown", why: expect.stringContaining("in front") });
      await time.advance(1_000);
      expect(observers.map(({ isOpen }) => isOpen)).toEqual([false]);
      page.isHidden = false;
      await time.advance(1_000);
      expect(observers.map(({ isOpen }) => isOpen)).toEqual([false, true]);
      expect(meter.pressure).toMatchObject({ kind: "unknown", why: expect.stringContaining("not reported it yet") });
      observers[1]?.tell("nominal");
      expect(meter.pressure).toEqual({ kind: "known", state: "nominal" });
      meter.close();
      expect(observers[1]?.isOpen).toBe(false);
    });
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

  it("should report each change until it is stopped", async () => {
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

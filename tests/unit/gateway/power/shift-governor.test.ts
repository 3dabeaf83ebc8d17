import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kinds } from "../../../../firmware-bridge/frames/kinds.ts";
import { leastDetectionHz } from "../../../../firmware-bridge/gestures/gesture-detector.ts";
import { type PowerPlan, powerLevels, powerPlans } from "../../../../gateway/power/power-plan.ts";
import {
  type DrainsByLevel,
  easingHoldMs,
  type Governing,
  leastHoldMs,
  type PowerMode,
  ShiftGovernor,
  wantedLevel,
} from "../../../../gateway/power/shift-governor.ts";
import { Ledger } from "../../../../gateway/records/ledger.ts";
import { Mux } from "../../../../gateway/records/mux.ts";
import { defaultWindowMs, windowRangeMs } from "../../../../gateway/wire/record.ts";
import { FakeTime } from "../../../support/fake-time.ts";
import { MemoryPort } from "../../../support/memory-port.ts";
import { makeRecord } from "../../../support/records.ts";
import { SimulatedBattery } from "../../../support/simulated-battery.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const tickMs = 10_000;
const speedOf = (plan: PowerPlan): number => powerLevels.indexOf(plan.level);

interface Step extends Governing {
  readonly atMs: number;
}

interface ShiftOptions {
  readonly battery: SimulatedBattery;
  readonly hours?: number;
  readonly isGoverned?: boolean;
  readonly mode?: (atMs: number) => PowerMode;
  /** What happens to the battery, or to what is read of it, at that time. */
  readonly meanwhile?: (atMs: number) => void;
  readonly noisePercent?: (atMs: number) => number;
  /** How far the wall clock is off at that time. */
  readonly clockOffMs?: (atMs: number) => number;
}

/** Plays a shift to its end, or until the battery is empty. */
const play = (options: ShiftOptions) => {
  const { battery, hours = 8, isGoverned = true, mode = () => "automatic" } = options;
  const { meanwhile, noisePercent = () => 0, clockOffMs = () => 0 } = options;
  const governor = new ShiftGovernor();
  const steps: Step[] = [];
  let plan = powerPlans.full;
  let atMs = 0;
  for (; atMs < hours * hourMs && !battery.isEmpty; atMs += tickMs) {
    battery.pass(tickMs, plan);
    meanwhile?.(atMs);
    const levelPercent = Math.max(0, Math.min(100, battery.levelPercent + noisePercent(atMs)));
    const governing = governor.step({
      atMs: atMs + clockOffMs(atMs),
      awakeMs: atMs,
      battery: { levelPercent, isCharging: battery.isCharging },
      shiftEndsAtMs: hours * hourMs,
      mode: mode(atMs),
    });
    steps.push({ ...governing, atMs });
    if (isGoverned) plan = governing.plan;
  }
  const changes = steps.filter((step, i) => i > 0 && step.plan !== steps[i - 1]?.plan);
  return { steps, changes, reachedEnd: !battery.isEmpty, diedAtMs: atMs };
};

const kindsOf = (steps: readonly Step[]): ReadonlySet<string> => new Set(steps.map(({ reason }) => reason.kind));

describe("the shift governor, over a shift", () => {
  it("should bring a battery to the end that would die without it", () => {
    const without = play({ battery: new SimulatedBattery(80), isGoverned: false });
    expect(without.reachedEnd).toBe(false);
    expect(without.diedAtMs).toBeLessThan(6.5 * hourMs);
    const { reachedEnd, steps } = play({ battery: new SimulatedBattery(80) });
    expect(reachedEnd).toBe(true);
    expect(kindsOf(steps)).toContain("saving");
  });

  it.each([100, 80, 60, 45, 30])("should let a battery of %i percent last longer than it would", (percent) => {
    const without = play({ battery: new SimulatedBattery(percent), isGoverned: false });
    const governed = play({ battery: new SimulatedBattery(percent) });
    expect(governed.diedAtMs).toBeGreaterThan(without.diedAtMs);
    // Less than what the most sparing plan needs cannot do.
    expect(governed.reachedEnd).toBe(percent >= 60);
    if (percent < 60) expect(governed.steps.at(-1)?.reason).toMatchObject({ kind: "saving" });
  });

  it("should say that it does not suffice when it does not", () => {
    const { steps, reachedEnd } = play({ battery: new SimulatedBattery(25) });
    expect(reachedEnd).toBe(false);
    expect(steps.map(({ reason }) => reason)).toContainEqual({ kind: "saving", reach: "no" });
    expect(steps.some(({ plan }) => plan.level === "least")).toBe(true);
  });

  it("should touch nothing where the battery is generous", () => {
    const { steps, changes, reachedEnd } = play({ battery: new SimulatedBattery(100, 0.6) });
    expect(reachedEnd).toBe(true);
    expect(changes).toEqual([]);
    expect([...kindsOf(steps)]).toEqual(["measuring", "lasts"]);
  });

  it("should not flap: steps are few, and far apart", () => {
    for (const percent of [100, 90, 80, 70, 60, 50]) {
      for (const appetite of [0.7, 0.8, 0.9, 1, 1.2]) {
        const { changes } = play({ battery: new SimulatedBattery(percent, appetite) });
        expect(changes.length, `${percent} %, ${appetite}`).toBeLessThanOrEqual(8);
        changes.slice(1).forEach(({ atMs, plan }, i) => {
          const before = changes[i];
          if (before === undefined) throw new Error("no step before");
          const hold = speedOf(plan) < speedOf(before.plan) ? easingHoldMs : leastHoldMs;
          expect(atMs - before.atMs, `${percent} %, ${appetite}`).toBeGreaterThanOrEqual(hold);
        });
      }
    }
  });

  it("should bear a level that trembles by a step", () => {
    const noisePercent = (atMs: number): number => (Math.floor(atMs / (7 * minuteMs)) % 5 === 4 ? 1 : 0);
    const { reachedEnd, changes } = play({ battery: new SimulatedBattery(80), noisePercent });
    expect(reachedEnd).toBe(true);
    expect(changes.length).toBeLessThanOrEqual(8);
  });

  it("should go back to full service while it is charged, and begin again after it", () => {
    const battery = new SimulatedBattery(80);
    const { steps, reachedEnd } = play({
      battery,
      meanwhile: (atMs) => {
        battery.isCharging = atMs >= 3 * hourMs && atMs < 3.5 * hourMs;
      },
    });
    const during = steps.filter(({ atMs }) => atMs >= 3 * hourMs && atMs < 3.5 * hourMs);
    expect([...kindsOf(during)]).toEqual(["charging"]);
    expect(new Set(during.map(({ plan }) => plan.level))).toEqual(new Set(["full"]));
    const after = steps.find(({ atMs }) => atMs >= 3.5 * hourMs);
    expect(after?.reason).toEqual({ kind: "measuring" });
    expect(steps.find(({ atMs }) => atMs === 3 * hourMs - tickMs)?.reason.kind).toBe("saving");
    expect(reachedEnd).toBe(true);
  });

  it.each([-5, -1, 1, 2])("should bear a wall clock that jumps by %i h", (jumpHours) => {
    const clockOffMs = (atMs: number): number => (atMs < 2 * hourMs ? 0 : jumpHours * hourMs);
    const { steps, reachedEnd } = play({ battery: new SimulatedBattery(80), clockOffMs });
    for (const { plan } of steps) expect(powerPlans[plan.level]).toBe(plan);
    expect(reachedEnd || jumpHours > 0).toBe(true);
  });

  it("should not take a clock that is set forward for hours in which nothing was drained", () => {
    const clockOffMs = (atMs: number): number => (atMs < 10 * minuteMs ? 0 : 2 * hourMs);
    // By that clock ten hours are over in eight.
    const { steps, diedAtMs } = play({ battery: new SimulatedBattery(80), hours: 10, clockOffMs });
    expect(diedAtMs).toBeGreaterThanOrEqual(8 * hourMs);
    expect(kindsOf(steps.filter(({ atMs }) => atMs < 2 * hourMs))).not.toContain("lasts");
  });

  it("should let a person have full speed at once and for as long as they like, and save again at their word", () => {
    const mode = (atMs: number): PowerMode => (atMs >= 2 * hourMs && atMs < 3 * hourMs ? "full-speed" : "automatic");
    const { steps } = play({ battery: new SimulatedBattery(80), mode });
    const at = (atMs: number): Step | undefined => steps.find((step) => step.atMs === atMs);
    expect(at(2 * hourMs - tickMs)?.reason.kind).toBe("saving");
    const during = steps.filter(({ atMs }) => atMs >= 2 * hourMs && atMs < 3 * hourMs);
    expect([...kindsOf(during)]).toEqual(["overruled"]);
    expect(new Set(during.map(({ plan }) => plan))).toEqual(new Set([powerPlans.full]));
    expect(at(3 * hourMs - tickMs)?.reason).toEqual({ kind: "overruled", reach: "no" });
    expect(at(3 * hourMs)?.reason.kind).toBe("saving"); // It remembers what full speed drains.
  });

  it("should serve fully where it knows no battery, and when the shift is over", () => {
    const governor = new ShiftGovernor();
    const input = { atMs: 0, awakeMs: 0, shiftEndsAtMs: hourMs, mode: "automatic" as const };
    for (const levelPercent of [Number.NaN, -1, 101]) {
      const battery = { levelPercent, isCharging: false };
      expect(governor.step({ ...input, battery }).reason).toEqual({ kind: "no-battery" });
    }
    expect(governor.step({ ...input, battery: undefined })).toEqual({
      plan: powerPlans.full,
      reason: { kind: "no-battery" },
    });
    const battery = { levelPercent: 3, isCharging: false };
    expect(governor.step({ ...input, battery, atMs: hourMs }).reason).toEqual({ kind: "shift-over" });
  });
});

describe("the shift governor, whatever comes", () => {
  const drain = fc.record({
    value: fc.double({ min: 0, max: 100, noNaN: true }),
    plusMinus: fc.double({ min: 0, max: 30, noNaN: true }),
  });
  const drains = fc.array(fc.option(drain, { nil: undefined }), { minLength: 4, maxLength: 4 });
  const level = fc.integer({ min: 0, max: powerLevels.length - 1 });
  const percent = fc.double({ min: 0, max: 100, noNaN: true });
  const left = fc.double({ min: 1, max: 24 * hourMs, noNaN: true });

  it("should never choose a faster plan for less battery, for more time, or for more drain", () => {
    fc.assert(
      fc.property(
        level,
        percent,
        drains,
        left,
        fc.double({ min: 0, max: 50, noNaN: true }),
        (present, had, known, leftMs, more) => {
          const wanted = wantedLevel(present, had, known, leftMs);
          expect(wanted).toBeGreaterThanOrEqual(Math.max(0, present - 1));
          expect(wanted).toBeLessThan(powerLevels.length);
          expect(wantedLevel(present, Math.max(0, had - more), known, leftMs)).toBeGreaterThanOrEqual(wanted);
          expect(wantedLevel(present, had, known, leftMs + more * minuteMs)).toBeGreaterThanOrEqual(wanted);
          const hungrier: DrainsByLevel = known.map((one) => one && { ...one, value: one.value + more });
          expect(wantedLevel(present, had, hungrier, leftMs)).toBeGreaterThanOrEqual(wanted);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("should begin to save no later with less battery", () => {
    const firstStep = (percentAtStart: number): number =>
      play({ battery: new SimulatedBattery(percentAtStart) }).changes[0]?.atMs ?? Number.POSITIVE_INFINITY;
    const begins = [100, 95, 90, 85, 80, 70, 60, 50].map(firstStep);
    begins.slice(1).forEach((begin, i) => {
      // A step of 1 % falls a little earlier or later: less than one takes at this drain.
      expect(begin).toBeLessThanOrEqual((begins[i] ?? 0) + 6 * minuteMs);
    });
  });

  it("should keep every plan within its bounds, whatever it reads", () => {
    const reading = fc.record({
      stepMs: fc.integer({ min: -hourMs, max: hourMs }),
      levelPercent: fc.oneof(
        fc.integer({ min: 0, max: 100 }),
        fc.constantFrom(Number.NaN, -5, 300, Number.POSITIVE_INFINITY),
      ),
      isCharging: fc.boolean(),
      isKnown: fc.boolean(),
      mode: fc.constantFrom<PowerMode>("automatic", "full-speed"),
      shiftEndsAtMs: fc.integer({ min: -hourMs, max: 24 * hourMs }),
    });
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 60 }), (readings) => {
        const governor = new ShiftGovernor();
        let atMs = 0;
        for (const { stepMs, isKnown, levelPercent, isCharging, ...rest } of readings) {
          atMs += stepMs;
          const battery = isKnown ? { levelPercent, isCharging } : undefined;
          const { plan, reason } = governor.step({ atMs, awakeMs: atMs, battery, ...rest });
          expect(powerPlans[plan.level]).toBe(plan);
          if (plan.level !== "full") expect(reason.kind).toBe("saving");
        }
      }),
    );
  });
});

describe("the power plans", () => {
  it("should each spare at least as much as the one before", () => {
    const plans = powerLevels.map((name) => powerPlans[name]);
    expect(plans[0]).toMatchObject({ windowMs: defaultWindowMs, darkAfterMs: undefined });
    expect(plans.at(-1)?.windowMs).toBe(windowRangeMs.most);
    plans.slice(1).forEach((plan, i) => {
      const before = plans[i] ?? plan;
      expect(plan.windowMs).toBeGreaterThan(before.windowMs);
      expect(plan.motion.detectedHz ?? 100).toBeLessThanOrEqual(before.motion.detectedHz ?? 100);
      expect(plan.motion.detectedHz).toBeGreaterThanOrEqual(leastDetectionHz);
      expect(plan.motion.selfDetectingHz ?? 100).toBeLessThanOrEqual(before.motion.selfDetectingHz ?? 100);
      expect(plan.darkAfterMs ?? 1e9).toBeLessThanOrEqual(before.darkAfterMs ?? 1e9);
    });
  });

  it.each(powerLevels)("should let no gesture, button or command wait: %s", async (name) => {
    const time = new FakeTime();
    const mux = new Mux({ now: time.now, schedule: time.schedule, windowMs: powerPlans[name].windowMs });
    const port = new MemoryPort();
    const ledger = new Ledger();
    ledger.openChannel();
    mux.addPeer("peer", port, ledger);
    mux.setInterest("peer", [{ probe: 0, minIntervalMs: 0 }]);
    const sentBy = (send: () => void): number => {
      const before = port.messages.length;
      send();
      return port.messages.length - before;
    };
    expect(sentBy(() => mux.announce(makeRecord({ kind: kinds.motion })))).toBe(0);
    expect(sentBy(() => mux.announce(makeRecord({ kind: kinds.gesture })))).toBe(1);
    expect(sentBy(() => mux.announce(makeRecord({ kind: kinds.button })))).toBe(1);
    expect(sentBy(() => mux.sendTo("peer", makeRecord({ kind: kinds.vibrate })))).toBe(1);
    expect(sentBy(() => mux.announce(makeRecord({ kind: kinds.battery })))).toBe(0);
    await time.advance(powerPlans[name].windowMs);
    expect(port.messages).toHaveLength(4);
  });
});

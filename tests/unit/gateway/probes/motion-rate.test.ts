import { beforeEach, describe, expect, it } from "vitest";
import { capabilities, probeClasses } from "../../../../firmware-bridge/devices/device-info.ts";
import type { WriteOutcome } from "../../../../firmware-bridge/devices/device-link.ts";
import { kinds } from "../../../../firmware-bridge/frames/kinds.ts";
import { decodeRate } from "../../../../firmware-bridge/frames/payloads.ts";
import { leastDetectionHz } from "../../../../firmware-bridge/gestures/gesture-detector.ts";
import { SimulatedArmProbe } from "../../../../firmware-bridge/simulated/simulated-arm-probe.ts";
import { SimulatedLink } from "../../../../firmware-bridge/simulated/simulated-link.ts";
import { type MotionLimits, MotionRate, noMotionLimits } from "../../../../gateway/probes/motion-rate.ts";
import { OwnProbe } from "../../../../gateway/probes/own-probe.ts";
import { VibrationBudgets } from "../../../../gateway/probes/vibration-budgets.ts";
import { defaultWearerLimits } from "../../../../gateway/probes/wearer-limits.ts";
import { FakeTime, settle } from "../../../support/fake-time.ts";
import { RecordingLink } from "../../../support/recording-link.ts";

const saving: MotionLimits = { detectedHz: 12, selfDetectingHz: 2 };
const takesRate = capabilities.motionOut | capabilities.rateIn;

class Rig {
  readonly link: RecordingLink;
  readonly rate: MotionRate;
  outcome: WriteOutcome = { kind: "written", atMs: 0 };
  #clockMs = 65_000;

  constructor(bits = takesRate) {
    this.link = new RecordingLink("band", { probeClass: probeClasses.armProbe, capabilities: bits });
    this.link.write = async (command) => {
      this.link.written.push(command);
      return this.outcome;
    };
    this.rate = new MotionRate(this.link, () => 0);
  }

  async connect(): Promise<void> {
    await this.link.open({ onState: () => undefined, onEvent: () => undefined, onDiscard: () => undefined });
    this.rate.connected();
  }

  /** Samples for two seconds; the clock wraps among them, and every fifth is lost. */
  async send(hz: number): Promise<void> {
    for (let i = 0; i < 2 * hz; i++) {
      this.#clockMs = (this.#clockMs + 1000 / hz) % 65_536;
      if (i % 5 !== 4) this.rate.sample(Math.floor(this.#clockMs));
    }
    await settle();
  }

  async beat(): Promise<void> {
    this.rate.beat();
    await settle();
  }

  get asked(): readonly (number | undefined)[] {
    return this.link.written
      .filter(({ kind }) => kind === kinds.rate)
      .map(({ payload }) => decodeRate(payload)?.samplesPerSecond);
  }
}

describe("MotionRate", () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = new Rig();
    await rig.connect();
  });

  it("should ask for nothing while nothing is to be saved", async () => {
    await rig.send(50);
    await rig.beat();
    expect(rig.asked).toEqual([]);
    expect(rig.rate.pace).toEqual({ kind: "own" });
  });

  it("should thin, and give the probe's own pace back", async () => {
    await rig.send(50);
    rig.rate.limits = saving;
    await settle();
    expect(rig.rate.pace).toEqual({ kind: "thinned", motionHz: 12 });
    await rig.send(12); // What it sends now is not its own pace.
    rig.rate.limits = noMotionLimits;
    await settle();
    expect(rig.asked).toEqual([12, 50]);
    expect(rig.rate.pace).toEqual({ kind: "own" });
  });

  it("should know the probe's own pace before it asks for another", async () => {
    rig.rate.limits = saving;
    await rig.beat();
    expect(rig.asked).toEqual([]);
    await rig.send(25);
    expect(rig.asked).toEqual([12]);
  });

  it("should let a slow probe be", async () => {
    await rig.send(10);
    rig.rate.limits = saving;
    await rig.beat();
    expect(rig.asked).toEqual([]);
    expect(rig.rate.pace).toEqual({ kind: "own" });
  });

  it("should never ask for fewer samples than the gestures need that the gateway has to find", async () => {
    await rig.send(50);
    rig.rate.limits = { detectedHz: 1, selfDetectingHz: 1 };
    await settle();
    expect(rig.asked).toEqual([leastDetectionHz]);
  });

  it("should ask a probe that finds its gestures itself for less", async () => {
    rig = new Rig(takesRate | capabilities.gestureOut);
    await rig.connect();
    await rig.send(50);
    rig.rate.limits = saving;
    await settle();
    expect(rig.asked).toEqual([2]);
  });

  it("should thin nothing, and say so, where the probe takes no rate", async () => {
    rig = new Rig(capabilities.motionOut);
    await rig.connect();
    await rig.send(50);
    rig.rate.limits = saving;
    await rig.beat();
    expect(rig.asked).toEqual([]);
    expect(rig.rate.pace).toEqual({ kind: "refused", why: "not-supported" });
    rig.rate.limits = noMotionLimits;
    expect(rig.rate.pace).toEqual({ kind: "own" });
  });

  it("should give up after a few commands that are not taken, say so, and try again at the next level", async () => {
    await rig.send(50);
    rig.outcome = { kind: "failed", failure: "link-timeout" };
    rig.rate.limits = saving;
    await settle();
    for (let i = 0; i < 10; i++) await rig.beat();
    expect(rig.asked).toEqual([12, 12, 12]);
    expect(rig.rate.pace).toEqual({ kind: "refused", why: "not-taken" });
    rig.outcome = { kind: "written", atMs: 0 };
    rig.rate.limits = { ...saving, detectedHz: 16 };
    await settle();
    expect(rig.rate.pace).toEqual({ kind: "thinned", motionHz: 16 });
  });

  it("should ask again for what was dropped while it waited, as often as it takes", async () => {
    await rig.send(50);
    rig.outcome = { kind: "expired" };
    rig.rate.limits = saving;
    await settle();
    for (let i = 0; i < 5; i++) await rig.beat();
    rig.outcome = { kind: "written", atMs: 0 };
    await rig.beat();
    expect(rig.asked).toHaveLength(7);
    expect(rig.rate.pace).toEqual({ kind: "thinned", motionHz: 12 });
  });

  it("should lower the rate again after the link was lost: the probe is at its own rate again", async () => {
    await rig.send(50);
    rig.rate.limits = saving;
    await settle();
    rig.rate.connected();
    expect(rig.rate.pace).toEqual({ kind: "own" });
    await rig.send(40);
    expect(rig.asked).toEqual([12, 12]);
    rig.rate.limits = noMotionLimits;
    await settle();
    expect(rig.asked.at(-1)).toBe(40);
  });

  it("should not take an answer that comes after the link was lost for one of the new link", async () => {
    let answer: (outcome: WriteOutcome) => void = () => undefined;
    rig.link.write = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    await rig.send(50);
    rig.rate.limits = saving;
    rig.rate.connected();
    answer({ kind: "written", atMs: 0 });
    await settle();
    expect(rig.rate.pace).toEqual({ kind: "own" });
  });
});

describe("a simulated arm-probe under the governor's rate", () => {
  it("should send at that rate, let every gesture be found, and go back to its own pace", async () => {
    const time = new FakeTime(1_000);
    const peripheral = new SimulatedArmProbe({
      now: time.now,
      schedule: time.schedule,
      random: () => 0.5,
      onVibration: () => undefined,
    });
    const link = new SimulatedLink({
      deviceId: "arm",
      name: "arm",
      peripheral,
      now: time.now,
      schedule: time.schedule,
    });
    const gestures: string[] = [];
    let samples = 0;
    const probe = new OwnProbe({
      index: 1,
      link,
      limits: defaultWearerLimits,
      budget: new VibrationBudgets({ now: time.now, wallNow: time.now }).of("band"),
      now: time.now,
      observer: undefined,
      listener: {
        onChange: () => undefined,
        onRecord: () => undefined,
        onMotion: () => void samples++,
        onGesture: (gesture) => void gestures.push(gesture),
      },
    });
    const samplesInTenSeconds = async (): Promise<number> => {
      await time.advance(100); // A command is on its way.
      samples = 0;
      await time.advance(10_000);
      return samples;
    };
    void probe.open();
    expect(await samplesInTenSeconds()).toBe(200);
    probe.motionRate.limits = saving;
    expect(await samplesInTenSeconds()).toBeCloseTo(120, -1);
    for (const gesture of ["wave", "shake", "raise", "tap"] as const) {
      peripheral.move(gesture);
      await time.advance(6_000);
    }
    expect(gestures).toEqual(["wave", "shake", "raise", "tap"]);
    probe.motionRate.limits = noMotionLimits;
    expect(await samplesInTenSeconds()).toBe(200);
    await link.close();
    expect(time.pendingTasks).toBe(0);
  });
});

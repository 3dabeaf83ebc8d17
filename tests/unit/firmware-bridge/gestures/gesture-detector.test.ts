import { describe, expect, it } from "vitest";
import type { MotionSample } from "../../../../firmware-bridge/frames/payloads.ts";
import {
  type DetectedGesture,
  GestureDetector,
  leastDetectionHz,
} from "../../../../firmware-bridge/gestures/gesture-detector.ts";
import { type GestureName, gestureNames } from "../../../../firmware-bridge/gestures/gestures.ts";
import { meanAcceleration, traceDurationMs } from "../../../../firmware-bridge/gestures/motion-traces.ts";
import { add, scale, type Vector } from "../../../../firmware-bridge/gestures/vector.ts";
import { motionTrace } from "../../../support/motion-trace.ts";

/** What the arm feels, in its own axes, on average between two times. */
type Movement = (fromMs: number, toMs: number) => Vector;
/** How the band sits on the arm. */
type Orientation = (arm: Vector) => Vector;

const hanging = meanAcceleration(undefined, 0, 0);
const rates = [10, leastDetectionHz, 20, 50];
const clockRange = 65_536;

const orientations: Readonly<Record<string, Orientation>> = {
  "as the arm": (arm) => arm,
  "upside down": ({ x, y, z }) => ({ x, y: -y, z: -z }),
  "turned by a quarter": ({ x, y, z }) => ({ x: y, y: z, z: x }),
  askew: ({ x, y, z }) => ({
    x: (2 * x - 2 * y + z) / 3,
    y: (2 * x + y - 2 * z) / 3,
    z: (x + 2 * y + 2 * z) / 3,
  }),
};

/** Reproducible noise, uniform within ±`peakMg` (Numerical Recipes' linear congruential generator). */
const noiseOf = (seed: number, peakMg: number) => {
  let state = seed;
  return (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return ((2 * state) / 2 ** 32 - 1) * peakMg;
  };
};

interface Wearing {
  readonly rate: number;
  readonly orientation?: Orientation;
  readonly noiseMg?: number;
  readonly rangeMg?: number;
  /** The first sample is taken this much later: movements do not wait for samples. */
  readonly phase?: number;
  readonly clockStartMs?: number;
}

/** The samples that a probe worn like this sends of a movement. */
const wear = (movement: Movement, durationMs: number, wearing: Wearing): readonly MotionSample[] => {
  const { rate, orientation = (arm) => arm, noiseMg = 0, rangeMg = 8_000, phase = 0, clockStartMs = 0 } = wearing;
  const noise = noiseOf(rate + noiseMg, noiseMg);
  const read = (mg: number): number => Math.round(Math.max(-rangeMg, Math.min(rangeMg, mg + noise())));
  const stepMs = 1000 / rate;
  const samples: MotionSample[] = [];
  for (let atMs = stepMs * (1 + phase); atMs <= durationMs; atMs += stepMs) {
    const { x, y, z } = orientation(movement(atMs - stepMs, atMs));
    samples.push({ clockMs: Math.round(clockStartMs + atMs) % clockRange, x: read(x), y: read(y), z: read(z) });
  }
  return samples;
};

const detect = (samples: readonly MotionSample[], detector = new GestureDetector()): readonly DetectedGesture[] =>
  samples.flatMap((sample) => detector.push(sample) ?? []);
const names = (samples: readonly MotionSample[]): readonly GestureName[] =>
  detect(samples).map(({ gesture }) => gesture);

const restMs = 1_500;
/** A gesture after a rest, played that much faster or slower, and a rest behind it. */
const played =
  (gesture: GestureName, speed = 1): Movement =>
  (fromMs, toMs) =>
    meanAcceleration(gesture, (fromMs - restMs) * speed, (toMs - restMs) * speed);
const playedMs = (gesture: GestureName, speed = 1): number => 2 * restMs + traceDurationMs(gesture) / speed;

describe("GestureDetector, gestures", () => {
  for (const gesture of gestureNames) {
    for (const rate of rates) {
      it(`should find exactly one ${gesture} at ${rate} samples a second, however the band sits, with noise or without`, () => {
        for (const [sitting, orientation] of Object.entries(orientations)) {
          for (const noiseMg of [0, 60]) {
            for (const phase of [0, 0.25, 0.5, 0.75]) {
              const samples = wear(played(gesture), playedMs(gesture), { rate, orientation, noiseMg, phase });
              expect(names(samples), `${sitting}, noise ${noiseMg} mg, phase ${phase}`).toEqual([gesture]);
            }
          }
        }
      });
    }

    it(`should find a ${gesture} that is a tenth slower or faster than the trace`, () => {
      for (const speed of [0.9, 1.1]) {
        const samples = wear(played(gesture, speed), playedMs(gesture, speed), { rate: 20, noiseMg: 40 });
        expect(names(samples), `speed ${speed}`).toEqual([gesture]);
      }
    });

    it(`should find a ${gesture} at the least rate whenever it begins, a tenth slower or faster`, () => {
      for (const speed of [0.9, 1.1]) {
        for (let phase = 0; phase < 1; phase += 0.05) {
          const wearing = { rate: leastDetectionHz, noiseMg: 60, phase };
          const samples = wear(played(gesture, speed), playedMs(gesture, speed), wearing);
          expect(names(samples), `speed ${speed}, phase ${phase}`).toEqual([gesture]);
        }
      }
    });

    it(`should find a ${gesture} with a sensor that ends at ±2 g`, () => {
      for (const rate of [20, 50]) {
        expect(names(wear(played(gesture), playedMs(gesture), { rate, rangeMg: 2_000 }))).toEqual([gesture]);
      }
    });

    it(`should find a ${gesture} while the device's clock wraps`, () => {
      for (const untilWrapMs of [restMs, restMs + 300, restMs + 1_000]) {
        const clockStartMs = clockRange - untilWrapMs;
        expect(names(wear(played(gesture), playedMs(gesture), { rate: 20, clockStartMs }))).toEqual([gesture]);
      }
    });

    it(`should find the next ${gesture} after the first`, () => {
      const detector = new GestureDetector();
      const once = motionTrace(gesture, 20);
      const again = once.map((sample) => ({ ...sample, clockMs: sample.clockMs + once.length * 50 }));
      expect(detect([...once, ...again], detector).map((found) => found.gesture)).toEqual([gesture, gesture]);
    });
  }

  it("should report how strong a movement was, in steps of 16 mg", () => {
    // A wave with 1237 mg to either side, of which the sensor's mean over 20 ms and the moving estimate of gravity take
    // a little.
    const [wave] = detect(wear(played("wave"), playedMs("wave"), { rate: 50 }));
    expect((wave?.intensity ?? 0) * 16).toBeGreaterThan(1_000);
    expect((wave?.intensity ?? 0) * 16).toBeLessThan(1_500);
    const [tap] = detect(wear(played("tap"), playedMs("tap"), { rate: 50 }));
    expect(tap?.intensity).toBe(255);
  });

  it("should forget how strong the last movement was once the arm has rested", () => {
    const wave = wear(played("wave"), playedMs("wave"), { rate: 50 });
    const tap = wear(played("tap"), playedMs("tap"), { rate: 50 });
    const afterwards = wave.map((sample) => ({ ...sample, clockMs: sample.clockMs + 20 * tap.length }));
    const [, second] = detect([...tap, ...afterwards]);
    expect(second).toEqual(detect(wave)[0]);
  });
});

describe("GestureDetector, one movement", () => {
  const wavingFor =
    (durationMs: number): Movement =>
    (fromMs, toMs) => {
      const middleMs = 500 + ((fromMs - restMs) % 1_500);
      const isWaving = fromMs >= restMs && fromMs < restMs + durationMs;
      return isWaving ? meanAcceleration("wave", middleMs, middleMs + toMs - fromMs) : hanging;
    };

  it("should be one wave however long it lasts", () => {
    expect(names(wear(wavingFor(20_000), 25_000, { rate: 20 }))).toEqual(["wave"]);
  });

  it("should be a wave and no raise when an arm goes up to wave, and comes down again", () => {
    for (const rate of rates) {
      const upMs = restMs + 900;
      const downMs = upMs + 2_700;
      const movement: Movement = (fromMs, toMs) => {
        // Up with the raise's start, held by staying in the middle of it, down with its end.
        const held = toMs > upMs && toMs <= downMs;
        const offsetMs = restMs + (toMs > downMs ? downMs - upMs - 1_400 : 0);
        const arm = held
          ? meanAcceleration("raise", 1_500, 1_501)
          : meanAcceleration("raise", fromMs - offsetMs, toMs - offsetMs);
        return add(arm, add(meanAcceleration("wave", fromMs - upMs, toMs - upMs), scale(hanging, -1)));
      };
      expect(names(wear(movement, 10_000, { rate })), `${rate} Hz`).toEqual(["wave"]);
    }
  });

  it("should be a raise, and then a wave, when the arm rests between the two", () => {
    const waveAtMs = restMs + 800 + 1_500;
    const movement: Movement = (fromMs, toMs) => {
      const arm = meanAcceleration("raise", Math.min(1_500, fromMs - restMs), Math.min(1_501, toMs - restMs));
      return add(arm, add(meanAcceleration("wave", fromMs - waveAtMs, toMs - waveAtMs), scale(hanging, -1)));
    };
    for (const rate of rates) expect(names(wear(movement, 9_000, { rate }))).toEqual(["raise", "wave"]);
  });
});

describe("GestureDetector, borderline", () => {
  it("should take quick swings for a wave when they are not vigorous", () => {
    const gentle: Movement = (fromMs, toMs) =>
      add(hanging, scale(add(meanAcceleration("shake", fromMs - restMs, toMs - restMs), scale(hanging, -1)), 0.3));
    for (const rate of [20, 50]) expect(names(wear(gentle, playedMs("shake"), { rate }))).toEqual(["wave"]);
  });

  it("should find a tap on an arm that has just been raised", () => {
    const tapAtMs = restMs + 800 + 700;
    const movement: Movement = (fromMs, toMs) => {
      const arm = meanAcceleration("raise", Math.min(1_500, fromMs - restMs), Math.min(1_501, toMs - restMs));
      return add(arm, add(meanAcceleration("tap", fromMs - tapAtMs, toMs - tapAtMs), scale(hanging, -1)));
    };
    for (const rate of rates) expect(names(wear(movement, 6_000, { rate })), `${rate} Hz`).toEqual(["raise", "tap"]);
  });

  it("should not take a steady pull, which is not gravity, for a raised arm", () => {
    const pulled: Movement = (_fromMs, toMs) => scale(hanging, toMs < restMs ? 1 : -1.5);
    expect(names(wear(pulled, 6_000, { rate: 20 }))).toEqual([]);
  });
});

describe("GestureDetector, no gesture", () => {
  const wavy = (hz: number, timeMs: number): number => Math.sin((2 * Math.PI * hz * timeMs) / 1000);
  /** Steps at 2 Hz along the arm, and its swing at half of that. */
  const walking: Movement = (_fromMs, toMs) =>
    add(hanging, { x: 300 * wavy(2, toMs), y: 100 * wavy(1, toMs), z: 150 * wavy(1, toMs + 200) });
  /** Through an angle within 0.7 s, and there it stays. */
  const turnedTo =
    (degrees: number): Movement =>
    (_fromMs, toMs) => {
      const angle = (Math.max(0, Math.min(1, (toMs - restMs) / 700)) * degrees * Math.PI) / 180;
      return { x: -1_000 * Math.cos(angle), y: 0, z: 1_000 * Math.sin(angle) };
    };

  for (const rate of rates) {
    it(`should be found in a minute of walking at ${rate} samples a second`, () => {
      for (const orientation of Object.values(orientations)) {
        expect(names(wear(walking, 60_000, { rate, orientation, noiseMg: 60 }))).toEqual([]);
      }
    });

    it(`should be found in a minute of rest at ${rate} samples a second`, () => {
      expect(names(wear(() => hanging, 60_000, { rate, noiseMg: 60 }))).toEqual([]);
    });
  }

  it("should be found in an arm that is laid on a table, but in one that goes up", () => {
    expect(names(wear(turnedTo(90), 6_000, { rate: 20 }))).toEqual([]);
    expect(names(wear(turnedTo(150), 6_000, { rate: 20 }))).toEqual(["raise"]);
  });

  it("should be found in an arm that comes down again", () => {
    const detector = new GestureDetector();
    const up = wear((_fromMs, toMs) => turnedTo(170)(0, Math.min(toMs, 10_000)), 6_000, { rate: 20 });
    const down = wear((_fromMs, toMs) => turnedTo(170)(0, 2_200 + restMs - toMs), 6_000, {
      rate: 20,
      clockStartMs: 6_000,
    });
    expect(detect(up, detector).map(({ gesture }) => gesture)).toEqual(["raise"]);
    expect(detect(down, detector)).toEqual([]);
  });

  it("should be found across a gap in which the arm has moved", () => {
    const before = wear(() => hanging, 3_000, { rate: 20 });
    const after = wear(() => scale(hanging, -1), 3_000, { rate: 20, clockStartMs: 10_000 });
    expect(names([...before, ...after])).toEqual([]);
  });

  it("should take what was raised for half a minute for the usual posture, so that a band put on upside down recovers", () => {
    const upsideDown = wear((fromMs, toMs) => turnedTo(170)(fromMs, toMs), 40_000, { rate: 10 });
    const detector = new GestureDetector();
    expect(detect(upsideDown, detector).map(({ gesture }) => gesture)).toEqual(["raise"]);
    const turnBack = wear((_fromMs, toMs) => turnedTo(170)(0, 2_200 + restMs - toMs), 6_000, {
      rate: 10,
      clockStartMs: 40_000,
    });
    expect(detect(turnBack, detector).map(({ gesture }) => gesture)).toEqual(["raise"]);
  });
});

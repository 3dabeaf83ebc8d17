// Finds the gestures of an arm in the samples of its accelerometer, whichever way round the band is worn, at 10–50
// samples a second. Only the device's clock counts, so that samples may be fed faster or later than they were taken.
// Memory: a few numbers. It was made with synthetic traces (motion-traces.ts). Each threshold says where it comes from;
// recordings of people should replace the chosen ones.

import { type MotionSample, motionClockRange } from "../frames/payloads.ts";
import type { GestureName } from "./gestures.ts";
import { Posture, type PostureChange } from "./posture.ts";
import { add, dot, length, limit, scale, subtract, type Vector } from "./vector.ts";

export interface DetectedGesture {
  readonly gesture: GestureName;
  /** The strongest acceleration of the movement, without gravity, in units of `intensityUnitMg`; 255: that or more. */
  readonly intensity: number;
}

const intensityUnitMg = 16;

/**
 * The lowest rate, in samples a second, that a probe may be asked for. It was tried on the traces in four orientations,
 * with and without noise, a tenth slower and faster, begun at twenty moments between two samples. At 9 a second one
 * shake in twenty is taken for a wave, at 10 one tap in 600 is missed, at 11 nothing is missed. This is one more,
 * because the clocks of sensors are not exact.
 */
export const leastDetectionHz = 12;

/**
 * Time constant of the low-pass that tells gravity from movement. Android's WindowOrientationListener found 100 ms too
 * short and 500 ms too long for the posture of a phone, and took 200 ms; here the swings of a wave (period 500 ms) must
 * stay out, so it is at the upper end.
 */
const gravityMs = 500;
/** At most this much of a jolt is taken for gravity: a tap must not tilt the estimate. 1 g, as gravity itself. */
const gravityStepMg = 1000;
/**
 * A swing is at least this strong without gravity: twice the ±300 mg of walking in the traces. CODAL (micro:bit) takes
 * 400 mg, gravity included.
 */
const swingMg = 600;
/** Swings, to and fro, that make a wave or a shake. CODAL's ACCELEROMETER_SHAKE_COUNT_THRESHOLD. */
const swings = 4;
/**
 * If the mean interval of the swings is less than this, they are a shake, otherwise a wave: 2.9 Hz, chosen by trying it
 * on the traces (2 and 3.5 Hz).
 */
const shakeIntervalMs = 175;
/** A shake is at least this strong. Chosen by trying it on the traces; quick swings below this are a wave. */
const shakeMg = 1000;
/** Swings farther apart do not belong together: slower than 0.8 Hz. Chosen by trying it on the traces. */
const maxSwingIntervalMs = 600;
/**
 * A spike at least this strong is a tap. The ADXL345's data sheet (tap detection) starts from 3 g for more than 10 ms;
 * averaged over the 100 ms between two samples of the slowest rate, less of it is left. Chosen by trying it on the
 * traces.
 */
const tapMg = 1000;
/** A tap is over within this: at 10 samples a second it may fall into two of them. */
const tapMs = 120;
/**
 * … and is followed by this much quiet, or it was the first swing of something else: half a period of the slowest wave
 * in the traces.
 */
const tapQuietMs = 250;
/**
 * After a wave or a shake the next gesture begins when the arm has not moved for this long, so that one movement is one
 * gesture; a tap and a raise are reported when the arm is quiet already. More than `maxSwingIntervalMs`.
 */
const refractoryMs = 700;
/** After such a gap (the link was lost) what was known about the arm is out of date. */
const maxGapMs = 1000;

/** Swings to and fro that belong together. */
interface Run {
  readonly startMs: number;
  readonly swings: number;
  readonly lastSwingMs: number;
  /** The strongest moment of the present swing. */
  readonly peak: Vector;
  readonly strongestMg: number;
  /** The movement that this swing is part of may have begun earlier. */
  readonly movingSinceMs: number;
  readonly lastMovedMs: number;
}

export class GestureDetector {
  #clockMs: number | undefined;
  /** The device's clock without its wraps. */
  #timeMs = 0;
  #gravity: Vector = { x: 0, y: 0, z: 0 };
  #posture = new Posture();
  #run: Run | undefined;
  /** Since the arm was last at rest. */
  #strongestMg = 0;
  #readyAtMs = 0;

  /** The gesture that this sample completes. */
  push(sample: MotionSample): DetectedGesture | undefined {
    const stepMs = this.#advanceClock(sample.clockMs);
    if (stepMs === undefined) {
      this.#gravity = sample;
      this.#posture = new Posture();
      this.#run = undefined;
      return undefined;
    }
    const moved = subtract(sample, this.#gravity);
    const isMoving = length(moved) >= swingMg;
    if (isMoving) this.#run = extendRun(this.#run, moved, this.#timeMs);
    const posture = this.#posture.push(sample, this.#timeMs);
    this.#gravity = posture === "moving" ? add(this.#gravity, gravityStep(moved, stepMs)) : sample;
    this.#strongestMg = Math.max(this.#strongestMg, length(moved));
    const gesture = this.#gestureNow(posture, isMoving);
    const intensity = Math.min(255, Math.round(this.#strongestMg / intensityUnitMg));
    if (posture !== "moving") this.#strongestMg = 0;
    return gesture && { gesture, intensity };
  }

  /** Milliseconds since the last sample; undefined for the first one and after a gap. */
  #advanceClock(clockMs: number): number | undefined {
    const lastMs = this.#clockMs;
    this.#clockMs = clockMs;
    if (lastMs === undefined) return undefined;
    const stepMs = (clockMs - lastMs + motionClockRange) % motionClockRange;
    this.#timeMs += stepMs;
    return stepMs <= maxGapMs ? stepMs : undefined;
  }

  #gestureNow(posture: PostureChange, isMoving: boolean): GestureName | undefined {
    if (this.#timeMs < this.#readyAtMs) {
      if (isMoving) this.#readyAtMs = this.#timeMs + refractoryMs;
      this.#run = undefined;
      return undefined;
    }
    if (this.#run !== undefined && this.#run.swings >= swings) {
      const gesture = gestureOfSwings(this.#run);
      this.#readyAtMs = this.#timeMs + refractoryMs;
      this.#run = undefined;
      return gesture;
    }
    if (this.#run !== undefined && isTap(this.#run, this.#timeMs)) {
      this.#run = undefined;
      return "tap";
    }
    return posture === "came to rest raised" ? "raise" : undefined;
  }
}

const gravityStep = (moved: Vector, stepMs: number): Vector =>
  scale(limit(moved, gravityStepMg), 1 - Math.exp(-stepMs / gravityMs));

/** `moved` is the acceleration, without gravity, of a sample that is strong enough to be part of a swing. */
const extendRun = (run: Run | undefined, moved: Vector, timeMs: number): Run => {
  const strength = length(moved);
  const wasQuiet = run === undefined || timeMs - run.lastMovedMs >= tapQuietMs;
  const movingSinceMs = wasQuiet ? timeMs : run.movingSinceMs;
  if (run === undefined || timeMs - run.lastSwingMs > maxSwingIntervalMs) {
    const first = { startMs: timeMs, swings: 1, lastSwingMs: timeMs, peak: moved, strongestMg: strength };
    return { ...first, movingSinceMs, lastMovedMs: timeMs };
  }
  const strongestMg = Math.max(run.strongestMg, strength);
  const isReversal = dot(moved, run.peak) / length(run.peak) <= -swingMg;
  if (isReversal) {
    const next = { swings: run.swings + 1, lastSwingMs: timeMs, peak: moved };
    return { ...run, ...next, strongestMg, movingSinceMs, lastMovedMs: timeMs };
  }
  const peak = strength > length(run.peak) ? moved : run.peak;
  return { ...run, peak, strongestMg, movingSinceMs, lastMovedMs: timeMs };
};

const gestureOfSwings = (run: Run): GestureName => {
  const intervalMs = (run.lastSwingMs - run.startMs) / (run.swings - 1);
  return intervalMs < shakeIntervalMs && run.strongestMg >= shakeMg ? "shake" : "wave";
};

const isTap = (run: Run, timeMs: number): boolean =>
  timeMs - run.lastMovedMs >= tapQuietMs && run.lastMovedMs - run.movingSinceMs <= tapMs && run.strongestMg >= tapMg;

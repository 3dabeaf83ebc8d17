// What an accelerometer on a forearm feels during each gesture: formulas, not recordings. The simulated probe plays
// them, and the gesture detector is tested with them. Axes of the arm: x to the hand, y sideways, z to the front;
// thousandths of g.

import type { GestureName } from "./gestures.ts";
import { add, scale, type Vector } from "./vector.ts";

/** The arm hangs: the sensor feels 1 g upwards, the force that carries it, away from the hand. */
const hanging: Vector = { x: -1000, y: 0, z: 0 };

interface Trace {
  readonly durationMs: number;
  at(timeMs: number): Vector;
}

/** 0 before and after, 1 between, with soft edges. */
const envelope = (timeMs: number, durationMs: number, edgeMs: number): number =>
  Math.max(0, Math.min(1, timeMs / edgeMs, (durationMs - timeMs) / edgeMs));

const oscillation = (hz: number, amplitudes: Vector, durationMs: number, edgeMs: number): Trace => ({
  durationMs,
  at: (timeMs) => {
    const phase = Math.sin((2 * Math.PI * hz * timeMs) / 1000);
    return add(hanging, scale(amplitudes, phase * envelope(timeMs, durationMs, edgeMs)));
  },
});

const raisedRadians = (170 * Math.PI) / 180;
const upMs = 800;
const holdMs = 1500;
const downMs = 1000;
/** From the shoulder to a band at the wrist. */
const armMetres = 0.6;
const mgPerMetrePerSecond2 = 1000 / 9.81;

/** A soft start and a soft end (half a cosine): angle, speed and acceleration after `share` of `durationMs`. */
const turn = (share: number, durationMs: number): { angle: number; perSecond: number; perSecond2: number } => {
  const rate = (Math.PI * 1000) / durationMs;
  return {
    angle: (raisedRadians / 2) * (1 - Math.cos(Math.PI * share)),
    perSecond: (raisedRadians / 2) * rate * Math.sin(Math.PI * share),
    perSecond2: (raisedRadians / 2) * rate * rate * Math.cos(Math.PI * share),
  };
};

const raise: Trace = {
  durationMs: upMs + holdMs + downMs,
  at: (timeMs) => {
    const downAtMs = upMs + holdMs;
    const isLowering = timeMs > downAtMs;
    const { angle, perSecond, perSecond2 } = isLowering
      ? turn(Math.max(0, 1 - (timeMs - downAtMs) / downMs), downMs)
      : turn(Math.max(0, Math.min(1, timeMs / upMs)), upMs);
    const isTurning = isLowering ? timeMs < downAtMs + downMs : timeMs > 0 && timeMs < upMs;
    const metresToMg = isTurning ? armMetres * mgPerMetrePerSecond2 : 0;
    return {
      x: -1000 * Math.cos(angle) - perSecond * perSecond * metresToMg,
      y: 0,
      z: 1000 * Math.sin(angle) + perSecond2 * metresToMg,
    };
  },
};

const tapMs = 60;

const traces: Readonly<Record<GestureName, Trace>> = {
  wave: oscillation(2, { x: 0, y: 1200, z: 300 }, 2500, 250),
  shake: oscillation(3.5, { x: 0, y: 1500, z: 2000 }, 1500, 150),
  raise,
  tap: {
    durationMs: tapMs,
    at: (timeMs) =>
      add(hanging, { x: 0, y: 0, z: 6000 * Math.sin(Math.PI * Math.max(0, Math.min(1, timeMs / tapMs))) }),
  },
};

export const traceDurationMs = (gesture: GestureName): number => traces[gesture].durationMs;

/** The widest of the ±2…8 g that the sensors of such bands have. */
const sensorRangeMg = 8000;
/** Enough points in 100 ms to see a tap of 60 ms. */
const pointsPerMean = 10;

/**
 * What the sensor reports at `toMs` when its last report was at `fromMs`: the mean between the two, as its own low-pass
 * leaves it. Times count from the start of the gesture; before and after it the arm hangs. Without a gesture it hangs
 * all the time.
 */
export const meanAcceleration = (gesture: GestureName | undefined, fromMs: number, toMs: number): Vector => {
  if (gesture === undefined) return hanging;
  const clip = (mg: number): number => Math.max(-sensorRangeMg, Math.min(sensorRangeMg, mg));
  let sum: Vector = { x: 0, y: 0, z: 0 };
  for (let i = 0; i < pointsPerMean; i++) {
    const { x, y, z } = traces[gesture].at(fromMs + ((i + 0.5) / pointsPerMean) * (toMs - fromMs));
    sum = add(sum, { x: clip(x), y: clip(y), z: clip(z) });
  }
  return scale(sum, 1 / pointsPerMean);
};

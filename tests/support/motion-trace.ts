// A whole gesture as the samples that a band sends of it.
import { type MotionSample, motionClockRange } from "../../firmware-bridge/frames/payloads.ts";
import type { GestureName } from "../../firmware-bridge/gestures/gestures.ts";
import { meanAcceleration, traceDurationMs } from "../../firmware-bridge/gestures/motion-traces.ts";

/** The gesture as samples, with `restMs` of a hanging arm before and after it. */
export const motionTrace = (gesture: GestureName, samplesPerSecond: number, restMs = 1500): readonly MotionSample[] => {
  const samples: MotionSample[] = [];
  const stepMs = 1000 / samplesPerSecond;
  for (let atMs = stepMs; atMs <= restMs + traceDurationMs(gesture) + restMs; atMs += stepMs) {
    const { x, y, z } = meanAcceleration(gesture, atMs - stepMs - restMs, atMs - restMs);
    samples.push({
      clockMs: Math.round(atMs) % motionClockRange,
      x: Math.round(x),
      y: Math.round(y),
      z: Math.round(z),
    });
  }
  return samples;
};

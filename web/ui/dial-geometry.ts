// Where things sit on the dial: a square of 100 × 100 units with me in its centre. Pure.
import type { MotionPoint } from "./app-model.ts";

/** No more discs with names fit on a phone's dial, each as large as a fingertip; the other people are in the list. */
export const maxSeats = 10;
/** Up to this many people, discs and names can be larger. */
export const roomySeats = 6;

const centreUnits = 50;
export const bezelRadiusUnits = 49.6;
/** Leaves a disc and two lines of text between the seats and the bezel. */
export const seatRadiusUnits = 33;
export const hubRadiusUnits = 15.5;
const traceRadiusUnits = 22;
/** 1 g more than at rest moves the trace this far out. */
const traceUnitsPerG = 3.2;
/** The trace keeps clear of the hub on its inside and of the discs on its outside. */
const traceSwingUnits = 5;

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** The place at `turn` (0 … 1, clockwise from the top) on a circle about the centre. */
export const placeAt = (turn: number, radiusUnits: number): Place => ({
  x: centreUnits + radiusUnits * Math.sin(2 * Math.PI * turn),
  y: centreUnits - radiusUnits * Math.cos(2 * Math.PI * turn),
});

/** The first sits at the top. The place depends on the order alone. */
export const seatTurn = (index: number, count: number): number => index / count;

/** Names stand on the far side of their disc, seen from the hub, so that no spoke runs through them. */
export const isUpperHalf = (turn: number): boolean => turn < 0.249 || turn > 0.751;

/** The swing of the arm beyond gravity, in g. */
const swingOf = ({ x, y, z }: MotionPoint): number => Math.hypot(x, y, z) / 1000 - 1;

/** The newest movement as a line round the hub: the newest point at the top, older ones counter-clockwise behind it. */
export const roundTrace = (trail: readonly MotionPoint[], trailLength: number): string =>
  trail
    .map((point, i) => {
      const swing = Math.max(-traceSwingUnits, Math.min(traceSwingUnits, swingOf(point) * traceUnitsPerG));
      const place = placeAt((i - trail.length + 1) / trailLength, traceRadiusUnits + swing);
      return `${place.x.toFixed(2)},${place.y.toFixed(2)}`;
    })
    .join(" ");

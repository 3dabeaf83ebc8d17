// A probe's movement as a line that runs from right to left, like the paper of a seismograph. The signal moves the
// SVG's attribute alone: no component renders again when a sample arrives. A line that is off the screen does not move.
import { computed, type ReadonlySignal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { type MotionPoint, motionTrailLength } from "./app-model.ts";
import { useCalm } from "./use-calm.ts";
import { useSeen, useWhileSeen } from "./use-seen.ts";

const widthUnits = motionTrailLength - 1;
const heightUnits = 16;
/** The height shows so much up and down; a shaken arm reaches about this much. */
const fullScaleG = 2;

/** One axis as the points of a polyline; the newest at the right edge. */
export const tracePoints = (trail: readonly MotionPoint[], axis: keyof MotionPoint): string =>
  trail
    .map((point, i) => {
      const g = Math.max(-fullScaleG, Math.min(fullScaleG, point[axis] / 1000));
      const y = heightUnits / 2 - (g / fullScaleG) * (heightUnits / 2 - 1);
      return `${widthUnits - (trail.length - 1 - i)},${y.toFixed(2)}`;
    })
    .join(" ");

const Axis = ({ trail, axis }: { trail: ReadonlySignal<readonly MotionPoint[]>; axis: keyof MotionPoint }) => {
  const points = useMemo(() => computed(() => tracePoints(trail.value, axis)), [trail, axis]);
  return <polyline class={`trace-line trace-${axis}`} points={points} />;
};

/** Decoration for the eye: the words beside it name the movement. */
export const MotionTrace = ({ trail }: { trail: ReadonlySignal<readonly MotionPoint[]> }) => {
  const screen = useRef<HTMLDivElement>(null);
  const seenTrail = useCalm(useWhileSeen(trail, useSeen(screen)));
  const isStill = useMemo(() => computed(() => trail.value.length === 0), [trail]);
  return (
    <div ref={screen} class="trace">
      <svg viewBox={`0 0 ${widthUnits} ${heightUnits}`} preserveAspectRatio="none" aria-hidden="true">
        <line class="trace-zero" x1="0" y1={heightUnits / 2} x2={widthUnits} y2={heightUnits / 2} />
        <Axis trail={seenTrail} axis="z" />
        <Axis trail={seenTrail} axis="y" />
        <Axis trail={seenTrail} axis="x" />
      </svg>
      {isStill.value && <p class="trace-empty">No movement yet</p>}
    </div>
  );
};

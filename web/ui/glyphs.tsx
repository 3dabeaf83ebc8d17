// The few drawings on buttons: decoration beside a text or under an accessible name.
import { type GestureName, gestureNames } from "../../firmware-bridge/gestures/gestures.ts";
import { type PatternName, patternDurationsMs } from "../../gateway/probes/rules.ts";

const Stroke = ({ path }: { path: string }) => (
  <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true">
    <path d={path} />
  </svg>
);

export const UpGlyph = () => <Stroke path="M12 19V5M5.5 11.5 12 5l6.5 6.5" />;
export const DownGlyph = () => <Stroke path="M12 5v14M5.5 12.5 12 19l6.5-6.5" />;
export const RemoveGlyph = () => <Stroke path="M6 6l12 12M18 6 6 18" />;
export const OpenGlyph = () => <Stroke path="M8.5 5.5 15.5 12l-7 6.5" />;

/** What each movement looks like on the trace. */
const gesturePaths: Readonly<Record<GestureName, string>> = {
  wave: "M2 12c2.5-8 4.5-8 6.5 0s4.5 8 7 0 4.5-8 6.5 0",
  shake: "M2 12h3l2-8 3 16 3-16 3 16 2-8h4",
  raise: "M2 18h6c4 0 4-12 8-12h6",
  tap: "M2 15h8l2-11 2 14 1-3h7",
};

export const isGesture = (name: string): name is GestureName => gestureNames.some((known) => known === name);

export const GestureGlyph = ({ gesture }: { gesture: GestureName }) => <Stroke path={gesturePaths[gesture]} />;

const patternUnitsPerMs = 0.1;
const patternHeightUnits = 12;

/** The pattern's on times as bars to scale, 10 ms to a unit. */
export const PatternBars = ({ pattern }: { pattern: PatternName }) => {
  const bars: { atMs: number; durationMs: number }[] = [];
  let atMs = 0;
  patternDurationsMs[pattern].forEach((durationMs, i) => {
    if (i % 2 === 0) bars.push({ atMs, durationMs });
    atMs += durationMs;
  });
  return (
    <svg class="pattern-bars" viewBox={`0 0 64 ${patternHeightUnits}`} aria-hidden="true">
      <line x1="0" y1={patternHeightUnits - 0.5} x2="64" y2={patternHeightUnits - 0.5} />
      {bars.map((bar) => (
        <rect
          key={bar.atMs}
          x={bar.atMs * patternUnitsPerMs}
          y="1"
          width={bar.durationMs * patternUnitsPerMs}
          height={patternHeightUnits - 1.5}
        />
      ))}
    </svg>
  );
};

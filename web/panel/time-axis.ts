// Where an axis of time has its marks: at whole minutes or hours of the wall clock, few enough for a phone. Pure.

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const stepsMs = [minuteMs, 2 * minuteMs, 5 * minuteMs, 10 * minuteMs, 15 * minuteMs, 30 * minuteMs, hourMs].concat(
  [2, 3, 4, 6, 12, 24].map((hours) => hours * hourMs),
);

/**
 * The marks between two moments, at most `most`; in milliseconds of the page's clock, which `wallOffsetMs` leads to the
 * wall clock.
 */
export const timeTicks = (fromMs: number, toMs: number, wallOffsetMs: number, most: number): readonly number[] => {
  const stepMs = stepsMs.find((step) => (toMs - fromMs) / step <= most) ?? 24 * hourMs;
  const ticks: number[] = [];
  const zoneMs = new Date(wallOffsetMs + fromMs).getTimezoneOffset() * minuteMs;
  const firstMs = Math.ceil((fromMs + wallOffsetMs - zoneMs) / stepMs) * stepMs - wallOffsetMs + zoneMs;
  for (let atMs = firstMs; atMs <= toMs && ticks.length < most + 1; atMs += stepMs) ticks.push(atMs);
  return ticks;
};

const clockFormat = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

export const clockText = (wallMs: number): string => clockFormat.format(wallMs);

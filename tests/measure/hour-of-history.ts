// Stands in for web/figures/figure-history.ts in the page that is measured: the same history, which begins with the
// better part of an hour behind it. Made up, because nobody waits an hour for a measurement; what comes after it is
// real.
import type { OneWayDelay, StatisticsSnapshot } from "../../gateway/statistics/statistics-types.ts";
import { firstIntervalMs, maxPoints, FigureHistory as RealHistory } from "../../web/figures/figure-history.ts";
import { allFigures, noPath } from "../support/made-up-figures.ts";

export * from "../../web/figures/figure-history.ts";

/** So many that those of a measurement of ten minutes fit below the number at which every second one goes. */
const pointsBefore = maxPoints - 120;

/** Between 0 and 1, with no pattern that a line could be drawn cheaply by. */
const uneven = (i: number, phase: number): number => 0.5 + 0.3 * Math.sin(i / 23 + phase) + 0.2 * Math.sin(i * 1.7);

const promptOf = (i: number): OneWayDelay => {
  const p50Ms = 6 + 12 * uneven(i, 0);
  const delay = { count: 240, p50Ms, p95Ms: p50Ms * 2, p99Ms: p50Ms * (2.5 + uneven(i, 1)), maxMs: 90, boundMs: 3 };
  return { sinceStart: delay, lastMinute: delay, jitterMs: 2 };
};

const snapshotAt = (atMs: number, i: number): StatisticsSnapshot => ({
  atMs,
  elapsedMs: 0,
  peers: [],
  all: allFigures({
    oneWay: { ...noPath.oneWay, prompt: promptOf(i) },
    rates: { ...noPath.rates, recordsInPerSecond: 40 * uneven(i, 2), recordsOutPerSecond: 30 * uneven(i, 3) },
  }),
  probes: [],
  bands: [],
});

export class FigureHistory extends RealHistory {
  constructor() {
    super();
    for (let i = 0; i < pointsBefore; i++) {
      this.add(snapshotAt(performance.now() - (pointsBefore - i) * firstIntervalMs, i), {
        eventLoopLagP50Ms: uneven(i, 4),
        eventLoopLagP99Ms: 20 * uneven(i, 5),
        busyPercent: 2 * uneven(i, 6),
        cpuPressure: undefined,
        batteryPercent: Math.round(97 - (7 * i) / pointsBefore),
        isCharging: false,
      });
    }
  }
}

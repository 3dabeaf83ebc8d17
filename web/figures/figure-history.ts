// The panel's figures over the whole shift, in a bounded number of points: when it is full every second point goes, and
// from then on points are taken half as often. Each point speaks of the minute before it, so that up to a point a
// minute nothing is left out.
import type { PageFigures, StatisticsSnapshot } from "../../gateway/statistics/statistics-types.ts";
import type { HistoryPoint } from "../panel/panel-model.ts";

/** More than a phone's screen has columns; at 5 s a point an hour, at 40 s a shift. */
export const maxPoints = 720;
export const firstIntervalMs = 5_000;

export class FigureHistory {
  #points: readonly HistoryPoint[] = [];
  #intervalMs = firstIntervalMs;

  /** Oldest first; another array whenever one has come. */
  get points(): readonly HistoryPoint[] {
    return this.#points;
  }

  /** Points further apart have something unknown between them. */
  get gapMs(): number {
    return 3 * this.#intervalMs;
  }

  isDue(nowMs: number): boolean {
    const newest = this.#points.at(-1);
    return newest === undefined || nowMs - newest.atMs >= this.#intervalMs;
  }

  add(snapshot: StatisticsSnapshot, page: PageFigures): void {
    const { prompt } = snapshot.all.oneWay;
    const { rates } = snapshot.all;
    const point: HistoryPoint = {
      atMs: snapshot.atMs,
      oneWayP50Ms: prompt.lastMinute?.p50Ms,
      oneWayP95Ms: prompt.lastMinute?.p95Ms,
      oneWayP99Ms: prompt.lastMinute?.p99Ms,
      oneWayBoundMs: prompt.lastMinute?.boundMs,
      recordsInPerSecond: rates.recordsInPerSecond,
      recordsOutPerSecond: rates.recordsOutPerSecond,
      page,
    };
    this.#points = [...this.#points, point];
    if (this.#points.length < maxPoints) return;
    this.#points = this.#points.filter((_, i) => i % 2 === 0);
    this.#intervalMs *= 2;
  }
}

// Lines over time. The text beside the chart says the same in words; a gap in a line is a time in which nothing was
// measured.
import { axisLook, Chart, commonOptions, fontOf, type Inks } from "./chart-kit.ts";
import { figure } from "./panel-words.ts";
import { clockText, timeTicks } from "./time-axis.ts";
import type { LiveChart } from "./use-chart.ts";

/** "band" fills the room between it and the line before it. What comes first lies on top. */
export type LineLook = "bold" | "plain" | "dashed" | "edge" | "band";

export interface TimePoint {
  readonly atMs: number;
  /** Undefined: not known then. */
  readonly value: number | undefined;
}

export interface TimeLine {
  readonly label: string;
  readonly look: LineLook;
  readonly points: readonly TimePoint[];
}

export interface TimeChartData {
  readonly lines: readonly TimeLine[];
  readonly unit: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** What the axis shows at least, from 0 on. */
  readonly leastTop: number;
  /** The wall clock minus the clock of the points. */
  readonly wallOffsetMs: number;
}

const tickWidthPx = 64;
const maxValueTicks = 5;

const widths: Readonly<Record<LineLook, number>> = { bold: 2.5, plain: 1.25, dashed: 1.25, edge: 0, band: 0 };

const datasetOf = ({ label, look, points }: TimeLine, inks: Inks) => ({
  label,
  borderColor: inks.line,
  borderWidth: widths[look],
  borderDash: look === "dashed" ? [4, 3] : [],
  borderJoinStyle: "round" as const,
  backgroundColor: inks.grid,
  fill: look === "band" ? "-1" : false,
  pointRadius: 0,
  pointHitRadius: look === "edge" || look === "band" ? 0 : 8,
  // chart.js leaves a gap where a value is no number.
  data: points.map(({ atMs, value }) => ({ x: atMs, y: value ?? Number.NaN })),
});

export const drawTimeChart = (canvas: HTMLCanvasElement, inks: Inks): LiveChart<TimeChartData> => {
  let shown: TimeChartData = { lines: [], unit: "", fromMs: 0, toMs: 1, leastTop: 1, wallOffsetMs: 0 };
  const common = commonOptions(inks);
  const x = axisLook(inks, { grid: false });
  const y = axisLook(inks, { grid: true });
  const wallText = (atMs: number): string => clockText(atMs + shown.wallOffsetMs);
  const chart = new Chart(canvas, {
    type: "line",
    data: { datasets: [] },
    options: {
      ...common,
      interaction: { mode: "nearest", axis: "x", intersect: false },
      plugins: {
        tooltip: {
          ...common.plugins.tooltip,
          filter: ({ dataset }) => dataset.borderWidth !== 0,
          callbacks: {
            title: ([item]) => (item === undefined ? "" : wallText(item.parsed.x ?? 0)),
            label: ({ dataset, parsed }) => `${dataset.label} ${figure(parsed.y ?? 0)} ${shown.unit}`,
          },
        },
      },
      scales: {
        x: {
          ...x,
          type: "linear",
          afterBuildTicks: (axis) => {
            const most = Math.max(2, Math.floor(axis.width / tickWidthPx));
            axis.ticks = timeTicks(axis.min, axis.max, shown.wallOffsetMs, most).map((value) => ({ value }));
          },
          ticks: { ...x.ticks, autoSkip: false, callback: (value) => wallText(Number(value)) },
        },
        y: {
          ...y,
          type: "linear",
          beginAtZero: true,
          ticks: { ...y.ticks, font: fontOf(inks), maxTicksLimit: maxValueTicks },
        },
      },
    },
  });
  return {
    show(data) {
      shown = data;
      chart.data.datasets = data.lines.map((line) => datasetOf(line, inks));
      const { x: times, y: values } = chart.options.scales ?? {};
      Object.assign(times ?? {}, { min: data.fromMs, max: data.toMs });
      Object.assign(values ?? {}, { suggestedMax: data.leastTop });
      chart.update("none");
    },
    close: () => chart.destroy(),
  };
};

// Bars: peers beside each other, lying, because names are long and phones are narrow; and a histogram, standing.
import type { DelayBin } from "../../gateway/statistics/statistics-types.ts";
import { axisLook, Chart, commonOptions, type Inks } from "./chart-kit.ts";
import type { PeerBar } from "./panel-model.ts";
import { withBound } from "./panel-words.ts";
import type { LiveChart } from "./use-chart.ts";

/** On both axes by number: the category by its place. */
type BarPoint = { x: number; y: number };

export const toneLabels = ["p50", "p95", "p99"] as const;

/** What fits beside a bar on a phone. */
const nameCharacters = 11;

const shortName = (name: string): string => {
  const characters = [...name];
  return characters.length <= nameCharacters ? name : `${characters.slice(0, nameCharacters - 1).join("")}…`;
};

export const drawPeerBars = (canvas: HTMLCanvasElement, inks: Inks): LiveChart<readonly PeerBar[]> => {
  let shown: readonly PeerBar[] = [];
  const common = commonOptions(inks);
  const x = axisLook(inks, { grid: true });
  const y = axisLook(inks, { grid: false });
  const tones = [
    { backgroundColor: inks.line, borderWidth: 0 },
    { backgroundColor: inks.soft, borderWidth: 0 },
    { backgroundColor: inks.grid, borderColor: inks.soft, borderWidth: 1 },
  ];
  const chart = new Chart<"bar", BarPoint[], string>(canvas, {
    type: "bar",
    data: { labels: [], datasets: [] },
    options: {
      ...common,
      indexAxis: "y",
      interaction: { mode: "index", axis: "y", intersect: false },
      plugins: {
        tooltip: {
          ...common.plugins.tooltip,
          callbacks: {
            // By its place on the axis: peers that have not been measured have no point.
            label: ({ datasetIndex, parsed }) => {
              const { endsMs, boundMs = 0 } = shown[parsed.y ?? 0] ?? {};
              const endMs = endsMs?.[datasetIndex];
              return `${toneLabels[datasetIndex]} ${endMs === undefined ? "not known" : `${withBound(endMs, boundMs)} ms`}`;
            },
          },
        },
      },
      scales: {
        x: { ...x, type: "linear", stacked: true, beginAtZero: true, ticks: { ...x.ticks, maxTicksLimit: 5 } },
        y: {
          ...y,
          type: "category",
          stacked: true,
          ticks: { ...y.ticks, color: inks.line, autoSkip: false },
        },
      },
    },
  });
  return {
    show(bars) {
      shown = bars;
      chart.data.labels = bars.map(({ name }) => shortName(name));
      chart.data.datasets = tones.map((tone, i) => ({
        ...tone,
        label: toneLabels[i] ?? "",
        barPercentage: 0.7,
        categoryPercentage: 0.9,
        data: bars.flatMap(({ endsMs }, at) => {
          const end = endsMs?.[i];
          return end === undefined ? [] : [{ x: end - (endsMs?.[i - 1] ?? 0), y: at }];
        }),
      }));
      chart.update("none");
    },
    close: () => chart.destroy(),
  };
};

export const drawHistogram = (canvas: HTMLCanvasElement, inks: Inks): LiveChart<readonly DelayBin[]> => {
  let shown: readonly DelayBin[] = [];
  const common = commonOptions(inks);
  const x = axisLook(inks, { grid: false });
  const y = axisLook(inks, { grid: true });
  const chart = new Chart<"bar", BarPoint[], string>(canvas, {
    type: "bar",
    data: { labels: [], datasets: [] },
    options: {
      ...common,
      interaction: { mode: "index", intersect: false },
      scales: {
        x: {
          ...x,
          type: "category",
          ticks: { ...x.ticks, maxTicksLimit: 8, callback: (at) => binText(shown[Number(at)]?.fromMs ?? 0) },
        },
        y: { ...y, type: "linear", beginAtZero: true, ticks: { ...y.ticks, precision: 0, maxTicksLimit: 4 } },
      },
    },
  });
  return {
    show(bins) {
      shown = bins;
      chart.data.labels = bins.map(({ fromMs, toMs }) => `${binText(fromMs)} to ${binText(toMs)} ms`);
      chart.data.datasets = [
        {
          label: "round trips",
          backgroundColor: inks.line,
          barPercentage: 1,
          categoryPercentage: 0.92,
          data: bins.map(({ count }, i) => ({ x: i, y: count })),
        },
      ];
      chart.update("none");
    },
    close: () => chart.destroy(),
  };
};

const binText = (ms: number): string => String(Math.round(ms * 10) / 10);

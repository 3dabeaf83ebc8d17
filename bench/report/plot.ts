// A report as an SVG chart, written by hand so that it needs nothing: bars for one run, lines over the phones for a
// ramp.
import { figure, isRamp, stepsOf } from "./markdown.ts";
import type { ModeReport, RampReport, RunReport } from "./report.ts";

export interface Series {
  readonly name: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface LineChart {
  readonly title: string;
  readonly xTitle: string;
  readonly yTitle: string;
  readonly series: readonly Series[];
}

const size = { width: 720, height: 360 };
const margin = { left: 64, right: 16, top: 40, bottom: 72 };
const inner = { width: size.width - margin.left - margin.right, height: size.height - margin.top - margin.bottom };
/** Colours that differ in print too, and for people who see no red: after Okabe and Ito. */
const colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000"];

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const colourOf = (i: number): string => colours[i % colours.length] ?? "#000000";

const text = (x: number, y: number, content: string, attributes = ""): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escaped(content)}</text>`;

/** A round step that divides the whole into about five. */
export const stepFor = (most: number): number => {
  const rough = Math.max(most, 1e-9) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
};

const frame = (title: string, description: string, parts: readonly string[]): string =>
  [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title><desc>${escaped(description)}</desc>`,
    `<rect width="${size.width}" height="${size.height}" fill="#ffffff"/>`,
    text(margin.left, 22, title, 'font-size="15" font-weight="bold"'),
    ...parts,
    "</svg>",
    "",
  ].join("\n");

const yAxis = (
  most: number,
  title: string,
): { readonly parts: readonly string[]; readonly at: (y: number) => number } => {
  const step = stepFor(most);
  const top = Math.max(step, Math.ceil(most / step) * step);
  const at = (y: number): number => margin.top + inner.height * (1 - y / top);
  const parts: string[] = [];
  for (let i = 0; i * step <= top * 1.0001; i++) {
    const y = at(i * step);
    parts.push(
      `<line x1="${margin.left}" x2="${size.width - margin.right}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}" stroke="#dddddd"/>`,
    );
    parts.push(text(margin.left - 6, y + 4, String(Number((i * step).toPrecision(6))), 'text-anchor="end"'));
  }
  parts.push(
    text(
      16,
      margin.top + inner.height / 2,
      title,
      `text-anchor="middle" transform="rotate(-90 16 ${margin.top + inner.height / 2})"`,
    ),
  );
  return { parts, at };
};

const legend = (names: readonly string[]): readonly string[] =>
  names.map((name, i) => {
    const x = margin.left + (i % 4) * 160;
    const y = size.height - 26 + Math.floor(i / 4) * 16;
    return `<rect x="${x}" y="${y - 9}" width="10" height="10" fill="${colourOf(i)}"/>${text(x + 14, y, name)}`;
  });

export const lineChart = ({ title, xTitle, yTitle, series }: LineChart): string => {
  const points = series.flatMap((one) => one.points);
  const xs = [...new Set(points.map(({ x }) => x))].sort((a, b) => a - b);
  const [least = 0, most = 1] = [xs[0], xs.at(-1)];
  const atX = (x: number): number =>
    margin.left + (most === least ? inner.width / 2 : (inner.width * (x - least)) / (most - least));
  const { parts, at } = yAxis(Math.max(0, ...points.map(({ y }) => y)), yTitle);
  const ticks = xs.map((x) => text(atX(x), margin.top + inner.height + 16, String(x), 'text-anchor="middle"'));
  const lines = series.map(({ points: own }, i) => {
    const path = own.map(({ x, y }) => `${atX(x).toFixed(1)},${at(y).toFixed(1)}`).join(" ");
    const dots = own.map(
      ({ x, y }) => `<circle cx="${atX(x).toFixed(1)}" cy="${at(y).toFixed(1)}" r="3" fill="${colourOf(i)}"/>`,
    );
    return `<polyline points="${path}" fill="none" stroke="${colourOf(i)}" stroke-width="2"/>${dots.join("")}`;
  });
  const description = series
    .map(({ name, points: own }) => `${name}: ${own.map(({ x, y }) => `${x} ${figure(y)}`).join(", ")}`)
    .join("; ");
  return frame(title, description, [
    ...parts,
    ...ticks,
    text(margin.left + inner.width / 2, margin.top + inner.height + 34, xTitle, 'text-anchor="middle"'),
    ...lines,
    ...legend(series.map(({ name }) => name)),
  ]);
};

interface Bar {
  readonly name: string;
  readonly values: readonly number[];
}

const barChart = (title: string, yTitle: string, groups: readonly Bar[], names: readonly string[]): string => {
  const { parts, at } = yAxis(Math.max(0, ...groups.flatMap(({ values }) => values)), yTitle);
  const groupWidth = inner.width / Math.max(1, groups.length);
  const bars = groups.flatMap(({ name, values }, g) => {
    const barWidth = (groupWidth * 0.7) / Math.max(1, values.length);
    const left = margin.left + g * groupWidth + groupWidth * 0.15;
    return [
      ...values.map((value, i) => {
        const y = at(value);
        const height = margin.top + inner.height - y;
        const x = left + i * barWidth;
        return `<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${(barWidth * 0.9).toFixed(1)}" height="${height.toFixed(1)}" fill="${colourOf(i)}"/>${text(x + barWidth * 0.45, y - 3, figure(value), 'text-anchor="middle" font-size="10"')}`;
      }),
      text(left + groupWidth * 0.35, margin.top + inner.height + 16, name, 'text-anchor="middle"'),
    ];
  });
  const description = groups.map(({ name, values }) => `${name}: ${values.map(figure).join(", ")}`).join("; ");
  return frame(title, description, [...parts, ...bars, ...legend(names)]);
};

/**
 * The figure by which the modes are compared: the delay of gestures if there are any, otherwise the processing delay,
 * and without that the delay of samples.
 */
const measureOf = (
  modes: readonly ModeReport[],
): { readonly title: string; readonly of: (mode: ModeReport) => readonly number[] } => {
  if (modes.some(({ oneWayMs }) => oneWayMs.gesture !== null)) {
    return {
      title: "one-way delay of gestures",
      of: ({ oneWayMs: { gesture } }) => (gesture === null ? [] : [gesture.p50, gesture.p95, gesture.p99]),
    };
  }
  if (modes.some(({ processingMs }) => processingMs !== null)) {
    return {
      title: "processing delay",
      of: ({ processingMs }) =>
        processingMs === null ? [] : [processingMs.median, processingMs.mean, processingMs.p99],
    };
  }
  return {
    title: "one-way delay of samples",
    of: ({ oneWayMs: { sample } }) => (sample === null ? [] : [sample.p50, sample.p95, sample.p99]),
  };
};

export const plotOf = (report: RunReport | RampReport): string => {
  const steps = stepsOf(report);
  const modes = steps.flatMap((step) => step.modes);
  const { title, of } = measureOf(modes);
  const names = title === "processing delay" ? ["median", "mean", "p99"] : ["p50", "p95", "p99"];
  if (!isRamp(report)) {
    return barChart(
      `${report.scenario}, ${report.phones} phones: ${title}`,
      "ms",
      report.modes.map((mode) => ({ name: mode.mode, values: of(mode) })),
      names,
    );
  }
  const series = [...new Set(modes.map(({ mode }) => mode))].map((name) => ({
    name,
    points: steps.flatMap(({ phones, modes: own }) =>
      own.flatMap((mode) => {
        const [middle] = mode.mode === name ? of(mode) : [];
        return middle === undefined ? [] : { x: phones, y: middle };
      }),
    ),
  }));
  return lineChart({ title: `${report.scenario}: ${title}, ${names[0]}`, xTitle: "phones", yTitle: "ms", series });
};

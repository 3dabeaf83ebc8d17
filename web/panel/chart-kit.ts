// The few parts of chart.js that the panel draws with, in the page's own look: dark screens, one ink, lines that differ
// by weight and dash. Only this chunk, which is loaded late, contains chart.js. Nothing is animated: a chart costs its
// drawing and no more.
import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartOptions,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from "chart.js";

Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
);

/** The tokens of web/ui/tokens.css that stand on a screen. */
export interface Inks {
  readonly line: string;
  readonly soft: string;
  readonly grid: string;
  readonly ground: string;
  readonly type: string;
}

/** As they are now: light and dark have inks of their own. */
export const inksOf = (element: Element): Inks => {
  const style = getComputedStyle(element);
  const token = (name: string): string => style.getPropertyValue(`--${name}`).trim();
  return {
    line: token("screen-line"),
    soft: token("screen-soft"),
    grid: token("screen-grid"),
    ground: token("screen"),
    type: token("plate-type"),
  };
};

/** Small, and still readable at arm's length on a phone. */
const typePx = 13;

export const fontOf = (inks: Inks) => ({ family: inks.type, size: typePx });

/** What all charts have in common. */
export const commonOptions = (inks: Inks) =>
  ({
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    parsing: false,
    normalized: true,
    layout: { padding: { top: 8, right: 12, bottom: 4, left: 4 } },
    plugins: {
      tooltip: {
        backgroundColor: inks.line,
        titleColor: inks.ground,
        bodyColor: inks.ground,
        titleFont: fontOf(inks),
        bodyFont: fontOf(inks),
        displayColors: false,
        cornerRadius: 4,
        animation: false,
      },
    },
  }) satisfies ChartOptions;

/** The look of an axis; `grid`: it draws lines across the screen. */
export const axisLook = (inks: Inks, { grid }: { readonly grid: boolean }) => ({
  border: { display: false },
  grid: { display: grid, color: inks.grid, tickLength: 0 },
  ticks: { color: inks.soft, font: fontOf(inks), padding: 6, maxRotation: 0 },
});

/** Calls `onChange` when the page turns light or dark; the returned function ends that. */
export const watchScheme = (onChange: () => void): (() => void) => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  dark.addEventListener("change", onChange);
  return () => dark.removeEventListener("change", onChange);
};

export { Chart };

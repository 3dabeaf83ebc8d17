// One chart with its title, its legend and its sentence; the sentence says in words what the chart shows.
import type { ComponentChildren, RefObject } from "preact";
import type { DelayBin } from "../../gateway/statistics/statistics-types.ts";
import { drawHistogram, drawPeerBars } from "./bar-charts.ts";
import type { PeerBar } from "./panel-model.ts";
import { peersAlternative } from "./panel-words.ts";
import { drawTimeChart, type TimeChartData } from "./time-chart.ts";
import { useChart } from "./use-chart.ts";

export type Mark = "bold" | "plain" | "dashed" | "area" | "tone-1" | "tone-2" | "tone-3";

export interface LegendEntry {
  readonly mark: Mark;
  readonly text: string;
}

interface ChartFigureProps {
  readonly title: string;
  readonly unit: string;
  readonly sentence: string;
  readonly legend?: readonly LegendEntry[];
  readonly className?: string;
}

const Legend = ({ entries }: { entries: readonly LegendEntry[] }) => (
  <ul class="legend" aria-hidden="true">
    {entries.map(({ mark, text }) => (
      <li key={text}>
        <svg class={`mark-${mark}`} viewBox="0 0 20 10" aria-hidden="true">
          {mark === "bold" || mark === "plain" || mark === "dashed" ? (
            <path d="M0 5h20" />
          ) : (
            <rect x="0.5" y="0.5" width="19" height="9" />
          )}
        </svg>
        {text}
      </li>
    ))}
  </ul>
);

const Frame = ({
  title,
  unit,
  sentence,
  legend = [],
  className = "",
  children,
}: ChartFigureProps & { children: ComponentChildren }) => (
  <figure class={`chart ${className}`}>
    <figcaption>
      <h3>
        {title} <span class="chart-unit">{unit}</span>
      </h3>
      <p class="chart-sentence">{sentence}</p>
    </figcaption>
    <div class="screen chart-screen">
      {legend.length > 0 && <Legend entries={legend} />}
      {children}
    </div>
  </figure>
);

interface PictureProps {
  readonly canvas: RefObject<HTMLCanvasElement | null>;
  readonly label: string;
  /** Undefined: as high as the sheet says. */
  readonly heightPx?: number;
}

const Picture = ({ canvas, label, heightPx }: PictureProps) => (
  <div class="chart-picture" style={heightPx === undefined ? {} : { height: `${heightPx}px` }}>
    <canvas ref={canvas} role="img" aria-label={label} />
  </div>
);

const barRowPx = 26;
const barAxisPx = 44;
const leastBars = 3;

export const TimeFigure = ({ data, ...rest }: ChartFigureProps & { data: TimeChartData }) => {
  const canvas = useChart(drawTimeChart, data);
  return (
    <Frame {...rest}>
      <Picture canvas={canvas} label={`${rest.title}, ${rest.unit}. ${rest.sentence}`} />
    </Frame>
  );
};

export const PeerFigure = ({ bars, ...rest }: ChartFigureProps & { bars: readonly PeerBar[] }) => {
  const canvas = useChart(drawPeerBars, bars);
  return (
    <Frame {...rest}>
      <Picture
        canvas={canvas}
        label={`${rest.title}, ${rest.unit}. ${rest.sentence} ${peersAlternative(bars)}`}
        heightPx={barAxisPx + barRowPx * Math.max(leastBars, bars.length)}
      />
    </Frame>
  );
};

export const HistogramFigure = ({ bins, ...rest }: ChartFigureProps & { bins: readonly DelayBin[] }) => {
  const canvas = useChart(drawHistogram, bins);
  return (
    <Frame {...rest}>
      <Picture canvas={canvas} label={`${rest.title}, ${rest.unit}. ${rest.sentence}`} />
    </Frame>
  );
};

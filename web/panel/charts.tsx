// The figures as charts. Those over time are drawn anew when a point has come, those of the moment with each refresh.
import type { ReadonlySignal } from "@preact/signals";
import { useComputed } from "@preact/signals";
import { nameText } from "../ui/words.ts";
import { type LegendEntry, PeerFigure, TimeFigure } from "./chart-figure.tsx";
import { batteryLines, busyLines, delayLines, lagLines, throughputLines } from "./panel-lines.ts";
import type { PanelModel } from "./panel-model.ts";
import {
  batterySentence,
  busySentence,
  delaySentence,
  lagSentence,
  peersSentence,
  type Span,
  throughputSentence,
} from "./panel-words.ts";

interface ChartProps {
  readonly model: PanelModel;
}

interface SpanChartProps extends ChartProps {
  readonly span: ReadonlySignal<Span>;
}

const delayLegend: readonly LegendEntry[] = [
  { mark: "bold", text: "p50" },
  { mark: "area", text: "± bound" },
  { mark: "plain", text: "p95" },
  { mark: "dashed", text: "p99" },
];

const DelayChart = ({ model }: ChartProps) => {
  const data = useComputed(() => delayLines(model.history.value));
  return (
    <TimeFigure
      className="chart-main"
      title="One-way delay to here"
      unit="ms"
      sentence={delaySentence(model.figures.value.snapshot.all.oneWay.prompt.lastMinute)}
      legend={delayLegend}
      data={data.value}
    />
  );
};

const peerLegend: readonly LegendEntry[] = [
  { mark: "tone-1", text: "to p50" },
  { mark: "tone-2", text: "to p95" },
  { mark: "tone-3", text: "to p99" },
];

const PeerChart = ({ model, span }: SpanChartProps) => {
  const { peers } = model.figures.value.snapshot;
  const bars = peers.map(({ name, oneWay }) => {
    const delay = oneWay.prompt[span.value];
    return {
      name: nameText(name),
      endsMs: delay && ([delay.p50Ms, delay.p95Ms, delay.p99Ms] as const),
      boundMs: delay?.boundMs,
    };
  });
  return (
    <PeerFigure
      className="chart-main"
      title="By peer"
      unit="ms"
      sentence={peersSentence(peers, span.value)}
      legend={peerLegend}
      bars={bars}
    />
  );
};

const throughputLegend: readonly LegendEntry[] = [
  { mark: "bold", text: "in" },
  { mark: "dashed", text: "out" },
];

const ThroughputChart = ({ model }: ChartProps) => {
  const data = useComputed(() => throughputLines(model.history.value));
  return (
    <TimeFigure
      title="Throughput"
      unit="records/s"
      sentence={throughputSentence(model.figures.value.snapshot)}
      legend={throughputLegend}
      data={data.value}
    />
  );
};

const busyLegend: readonly LegendEntry[] = [{ mark: "bold", text: "the gateway's work" }];

const BusyChart = ({ model }: ChartProps) => {
  const data = useComputed(() => busyLines(model.history.value));
  const { page, pressure } = model.figures.value;
  return (
    <TimeFigure
      title="Load"
      unit="% of a core"
      sentence={busySentence(page, pressure)}
      legend={busyLegend}
      data={data.value}
    />
  );
};

const lagLegend: readonly LegendEntry[] = [
  { mark: "bold", text: "p50" },
  { mark: "dashed", text: "p99" },
];

const LagChart = ({ model }: ChartProps) => {
  const data = useComputed(() => lagLines(model.history.value));
  return (
    <TimeFigure
      title="Lateness of tasks"
      unit="ms"
      sentence={lagSentence(model.figures.value.page)}
      legend={lagLegend}
      data={data.value}
    />
  );
};

const batteryLegend: readonly LegendEntry[] = [
  { mark: "bold", text: "level" },
  { mark: "dashed", text: "forecast" },
  { mark: "area", text: "best to worst" },
];

const BatteryChart = ({ model }: ChartProps) => {
  // Peeked at: a forecast that is a second newer is not worth a drawing.
  const data = useComputed(() => batteryLines(model.history.value, model.figures.peek().forecast));
  const { battery, forecast } = model.figures.value;
  const sentence = batterySentence(battery, forecast);
  if (battery.kind === "unknown")
    return (
      <div class="chart">
        <h3>Battery of this device</h3>
        <p class="chart-sentence">{sentence}</p>
      </div>
    );
  return (
    <TimeFigure
      title="Battery of this device"
      unit="%"
      sentence={sentence}
      legend={forecast.kind === "draining" ? batteryLegend : []}
      data={data.value}
    />
  );
};

export const Charts = ({ model, span }: SpanChartProps) => (
  <div class="charts">
    <DelayChart model={model} />
    <PeerChart model={model} span={span} />
    <ThroughputChart model={model} />
    <BatteryChart model={model} />
    <BusyChart model={model} />
    <LagChart model={model} />
  </div>
);

// All figures but the peers' as numbers: this device, throughput, delays by class, what the mux did, drops by cause, and each of my probes.
import type { DelayClass, MeshFigures, ProbeFigures } from "../../gateway/statistics-types.ts";
import type { BatteryState } from "../battery.ts";
import type { PressureReading } from "../load-meter.ts";
import type { FiguresView } from "./panel-model.ts";
import {
  boundFigure,
  bytesText,
  drainText,
  figure,
  lastsWords,
  noFigure,
  type Span,
  timeLeftRangeText,
  timeLeftText,
} from "./panel-words.ts";

/** `why` it is not known, where it is not. */
type Fact = readonly [name: string, text: string, why?: string];

const FactList = ({ title, facts }: { title: string; facts: readonly Fact[] }) => (
  <div class="facts">
    <h3>
      <bdi>{title}</bdi>
    </h3>
    <dl>
      {facts.map(([name, text, why]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {text}
            {why !== undefined && <span class="fact-why">{why}</span>}
          </dd>
        </div>
      ))}
    </dl>
  </div>
);

/** p50 and p99, because a mean hides what a person feels. */
const pair = (low: number | undefined, high: number | undefined, unit: string): string =>
  low === undefined ? noFigure : `${figure(low)} · ${figure(high)} ${unit}`;

const delayPair = (summary: { readonly p50Ms: number; readonly p99Ms: number } | undefined): string =>
  pair(summary?.p50Ms, summary?.p99Ms, "ms");

const muxFacts = ({ mux, demuxProcessing, totals, clockSteps }: MeshFigures, span: Span): readonly Fact[] => [
  ["samples may wait", `${mux.windowMs} ms`],
  ["wait for company, p50 · p99", delayPair(mux.wait[span])],
  ["work for one aggregate, p50 · p99", delayPair(mux.processing[span])],
  ["work for one message that came, p50 · p99", delayPair(demuxProcessing[span])],
  [
    "records in an aggregate, p50 · p99",
    pair(mux.recordsPerAggregate[span]?.p50, mux.recordsPerAggregate[span]?.p99, ""),
  ],
  ["bytes for a record, p50 · p99", pair(mux.bytesPerRecord[span]?.p50, mux.bytesPerRecord[span]?.p99, "B")],
  ...Object.entries(mux.flushes).map(([reason, count]): Fact => [`sent because: ${reason}`, String(count)]),
  ["messages in · out", `${totals.messagesIn} · ${totals.messagesOut}`],
  ["bytes in · out", `${bytesText(totals.bytesIn)} · ${bytesText(totals.bytesOut)}`],
  ["clocks that jumped", String(clockSteps)],
];

const classTexts: Readonly<Record<DelayClass, string>> = {
  prompt: "all that leaves at once",
  urgent: "gestures and buttons",
  command: "commands",
  sample: "samples",
  status: "status",
  ping: "pings",
};

const classFacts = ({ oneWay }: MeshFigures, span: Span): readonly Fact[] =>
  (Object.keys(classTexts) as readonly DelayClass[]).map((name) => {
    const delay = oneWay[name][span];
    return [
      `${classTexts[name]}, p50 · p99`,
      delay === undefined ? noFigure : `${delayPair(delay)} ± ${boundFigure(delay.boundMs)}`,
    ];
  });

const countFacts = (counts: Readonly<Record<string, number>>): readonly Fact[] =>
  Object.entries(counts).map(([name, count]) => [words(name), String(count)]);

/** "fromTheFuture" and "no-roster" as a person would say it. */
const words = (name: string): string =>
  name.replaceAll("-", " ").replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);

const probeFacts = (probe: ProbeFigures, span: Span): readonly Fact[] => [
  ["messages", `${figure(probe.messagesInPerSecond)}/s, ${probe.messagesIn} in all`],
  ["write, p50 · p99", delayPair(probe.writeLatency[span])],
  ["writes waiting, now · most", `${probe.writesPending} · ${probe.mostWritesPending}`],
  ["reconnects", String(probe.reconnects)],
];

const rateFacts = ({ rates }: MeshFigures): readonly Fact[] => [
  ["messages a second in · out", pair(rates.messagesInPerSecond, rates.messagesOutPerSecond, "")],
  ["records a second in · out", pair(rates.recordsInPerSecond, rates.recordsOutPerSecond, "")],
  ["bytes a second in · out", `${bytesText(rates.bytesInPerSecond)} · ${bytesText(rates.bytesOutPerSecond)}`],
];

const processorFact = (pressure: PressureReading): Fact => {
  const name = "processor, by the system";
  return pressure.kind === "known" ? [name, pressure.state] : [name, "not available", pressure.why];
};

const levelFact = (battery: BatteryState): Fact =>
  battery.kind === "known" ? ["battery", `${battery.percent} %`] : ["battery", "not available", battery.why];

const deviceFacts = ({ page, pressure, battery, forecast }: FiguresView): readonly Fact[] => [
  ["tasks begin late, p50 · p99", pair(page.eventLoopLagP50Ms, page.eventLoopLagP99Ms, "ms")],
  ["the gateway's work", page.busyPercent === undefined ? noFigure : `${figure(page.busyPercent)} % of a core`],
  processorFact(pressure),
  levelFact(battery),
  ["drain, % an hour", drainText(forecast)],
  ["time left", [timeLeftText(forecast), timeLeftRangeText(forecast)].filter(Boolean).join(", ")],
  ["lasts the shift", lastsWords(forecast)],
];

export const FactLists = ({ figures, span }: { figures: FiguresView; span: Span }) => {
  const { snapshot } = figures;
  return (
    <div class="fact-lists">
      <FactList title="This device" facts={deviceFacts(figures)} />
      <FactList title="Throughput" facts={rateFacts(snapshot.all)} />
      <FactList title="One-way delay by class" facts={classFacts(snapshot.all, span)} />
      <FactList title="This gateway" facts={muxFacts(snapshot.all, span)} />
      <FactList
        title="Dropped, by cause"
        facts={countFacts({ ...snapshot.all.traffic.droppedBeforeSend, ...snapshot.all.traffic.dropped })}
      />
      <FactList title="Delay not measured, by cause" facts={countFacts({ ...snapshot.all.unmeasured })} />
      <FactList title="My gestures and commands at far probes" facts={countFacts(snapshot.all.doneOutcomes)} />
      {snapshot.probes.map((probe) => (
        <FactList key={probe.index} title={probe.name} facts={probeFacts(probe, span)} />
      ))}
    </div>
  );
};

// All figures but the peers' as numbers: this device, throughput, delays by class, what the mux did, drops by cause,
// and each of my probes. Each list says over which span it is.
import type { BandForecast, BatteryForecast } from "../../gateway/power/battery-figures.ts";
import type { MeshFigures, ProbeFigures } from "../../gateway/statistics/statistics-types.ts";
import { bandName } from "../../gateway/statistics/verdict.ts";
import type { BatteryState } from "../platform/battery.ts";
import type { FiguresView, PressureReading } from "./panel-model.ts";
import {
  boundFigure,
  buzzesTexts,
  bytesText,
  classTexts,
  delayClasses,
  drainText,
  figure,
  lastsWords,
  noFigure,
  powerText,
  type Span,
  spanTexts,
  timeLeftRangeText,
  timeLeftText,
} from "./panel-words.ts";

/** `why` it is not known, where it is not. */
type Fact = readonly [name: string, text: string, why?: string | undefined];

const FactList = ({ title, about, facts }: { title: string; about: string; facts: readonly Fact[] }) => (
  <div class="facts">
    <h3>
      <bdi>{title}</bdi> <span class="chart-unit">{about}</span>
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
  low === undefined ? noFigure : `${figure(low)} · ${figure(high)}${unit === "" ? "" : ` ${unit}`}`;

/** With how many values they rest on. */
const counted = (text: string, of: { readonly count: number } | undefined): string =>
  of === undefined ? noFigure : `${text}, n ${of.count}`;

interface Delay {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly boundMs?: number;
}

const delayPair = (delay: Delay | undefined): string => {
  const bound = delay?.boundMs === undefined ? "" : ` ± ${boundFigure(delay.boundMs, delay.p50Ms, delay.p99Ms)}`;
  return counted(pair(delay?.p50Ms, delay?.p99Ms, "ms") + bound, delay);
};

const countPair = (
  of: { readonly count: number; readonly p50: number; readonly p99: number } | undefined,
  unit: string,
): string => counted(pair(of?.p50, of?.p99, unit), of);

const workFacts = ({ mux, demuxProcessing }: MeshFigures, span: Span): readonly Fact[] => [
  ["samples may wait, now", `${mux.windowMs} ms`],
  ["held back to share a packet", delayPair(mux.wait[span])],
  ["work for one aggregate", delayPair(mux.processing[span])],
  ["work for one message that came", delayPair(demuxProcessing[span])],
  ["records in an aggregate", countPair(mux.recordsPerAggregate[span], "")],
  ["bytes for a record", countPair(mux.bytesPerRecord[span], "B")],
];

const trafficFacts = ({ mux, totals, clockSteps }: MeshFigures): readonly Fact[] => [
  ["messages in · out", `${totals.messagesIn} · ${totals.messagesOut}`],
  ["bytes in · out", `${bytesText(totals.bytesIn)} · ${bytesText(totals.bytesOut)}`],
  ...Object.entries(mux.flushes).map(([reason, count]): Fact => [`sent because: ${reason}`, String(count)]),
  ["clocks that jumped", String(clockSteps)],
];

const delayFacts = ({ oneWay, roundTrip, probeToProbe }: MeshFigures, span: Span): readonly Fact[] => [
  ...delayClasses.map((name): Fact => [`one way to here: ${classTexts[name]}`, delayPair(oneWay[name][span])]),
  ["there and back", delayPair(roundTrip[span])],
  ["from a band here to a band there", delayPair(probeToProbe[span])],
];

const countFacts = (counts: Readonly<Record<string, number>>): readonly Fact[] =>
  Object.entries(counts).map(([name, count]) => [words(name), String(count)]);

/** "fromTheFuture" and "no-roster" as a person would say it. */
const words = (name: string): string =>
  name.replaceAll("-", " ").replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);

const probeFacts = (probe: ProbeFigures, span: Span): readonly Fact[] => [
  ["messages", `${figure(probe.messagesInPerSecond)}/s, ${probe.messagesIn} since start`],
  [`write, p50 · p99, ${spanTexts[span]}`, delayPair(probe.writeLatency[span])],
  ["writes waiting, now · most", `${probe.writesPending} · ${probe.mostWritesPending}`],
  ["buzzes since start", ...buzzesTexts(probe.buzzes)],
  ["reconnects since start", String(probe.reconnects)],
];

const rateFacts = ({ rates }: MeshFigures): readonly Fact[] => [
  ["messages in · out", pair(rates.messagesInPerSecond, rates.messagesOutPerSecond, "")],
  ["records in · out", pair(rates.recordsInPerSecond, rates.recordsOutPerSecond, "")],
  ["bytes in · out", `${bytesText(rates.bytesInPerSecond)} · ${bytesText(rates.bytesOutPerSecond)}`],
];

const processorFact = (pressure: PressureReading): Fact => {
  const name = "processor, by the system";
  return pressure.kind === "known" ? [name, pressure.state] : [name, "not available", pressure.why];
};

const levelFact = (battery: BatteryState): Fact =>
  battery.kind === "known" ? ["battery", `${battery.percent} %`] : ["battery", "not available", battery.why];

const powerFact = (forecast: BatteryForecast): Fact =>
  forecast.kind === "draining" && forecast.powerW === undefined
    ? ["power", noFigure, "say below what this battery holds"]
    : ["power", powerText(forecast)];

const deviceFacts = ({ page, pressure, battery, forecast }: FiguresView): readonly Fact[] => [
  ["tasks begin late, p50 · p99", pair(page.eventLoopLagP50Ms, page.eventLoopLagP99Ms, "ms")],
  ["the gateway's work", page.busyPercent === undefined ? noFigure : `${figure(page.busyPercent)} % of a core`],
  processorFact(pressure),
  levelFact(battery),
  ["drain, % an hour", drainText(forecast)],
  powerFact(forecast),
  ["time left", [timeLeftText(forecast), timeLeftRangeText(forecast)].filter(Boolean).join(", ")],
  ["lasts the shift", lastsWords(forecast)],
];

/** By number, because bands may have the same name. */
const drainFacts = (bands: readonly BandForecast[]): readonly Fact[] =>
  bands.map((band, i): Fact => [`${i + 1}: ${bandName(band)}`, drainText(band.forecast)]);

export const FactLists = ({ figures, span }: { figures: FiguresView; span: Span }) => {
  const { all, probes } = figures.snapshot;
  const chosen = `p50 · p99, ${spanTexts[span]}`;
  const sinceStart = spanTexts.sinceStart;
  return (
    <div class="fact-lists">
      <FactList title="This device" about={spanTexts.lastMinute} facts={deviceFacts(figures)} />
      <FactList title="Delay" about={chosen} facts={delayFacts(all, span)} />
      <FactList title="A second" about={spanTexts.lastMinute} facts={rateFacts(all)} />
      <FactList title="This gateway's work" about={chosen} facts={workFacts(all, span)} />
      <FactList title="This gateway's traffic" about={sinceStart} facts={trafficFacts(all)} />
      <FactList
        title="Dropped, by cause"
        about={sinceStart}
        facts={countFacts({ ...all.traffic.droppedBeforeSend, ...all.traffic.dropped })}
      />
      <FactList title="Delay not measured, by cause" about={sinceStart} facts={countFacts({ ...all.unmeasured })} />
      <FactList title="My gestures and commands at far bands" about={sinceStart} facts={countFacts(all.doneOutcomes)} />
      {figures.bands.length > 0 && (
        <FactList title="Drain of the bands" about="% an hour, since start" facts={drainFacts(figures.bands)} />
      )}
      {probes.map((probe) => (
        <FactList key={probe.index} title={probe.name} about="my band" facts={probeFacts(probe, span)} />
      ))}
    </div>
  );
};

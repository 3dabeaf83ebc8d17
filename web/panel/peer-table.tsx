// The figures as numbers: one row for all together and one for each peer, one table for each of my probes, and what the mux did.
import type { MeshFigures, PeerFigures, ProbeFigures, StatisticsSnapshot } from "../../gateway/statistics-types.ts";
import { nameText, peerStateText } from "../ui/words.ts";
import { boundFigure, bytesText, figure, noFigure, type Span, spanTexts } from "./panel-words.ts";

type Exchange = PeerFigures | MeshFigures;

interface Column {
  readonly head: string;
  readonly unit: string;
  readonly text: (of: Exchange, span: Span) => string;
}

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

const fate = (of: Exchange, count: "lost" | "late" | "duplicate"): string =>
  String("ledger" in of ? of.ledger[count] : of.traffic[count]);

const columns: readonly Column[] = [
  { head: "p50", unit: "ms", text: ({ oneWay }, span) => figure(oneWay.prompt[span]?.p50Ms) },
  { head: "p95", unit: "ms", text: ({ oneWay }, span) => figure(oneWay.prompt[span]?.p95Ms) },
  { head: "p99", unit: "ms", text: ({ oneWay }, span) => figure(oneWay.prompt[span]?.p99Ms) },
  { head: "max", unit: "ms", text: ({ oneWay }, span) => figure(oneWay.prompt[span]?.maxMs) },
  {
    head: "±",
    unit: "ms",
    text: ({ oneWay }, span) => {
      const delay = oneWay.prompt[span];
      return delay === undefined ? noFigure : boundFigure(delay.boundMs);
    },
  },
  { head: "jitter", unit: "ms", text: ({ oneWay }) => figure(oneWay.prompt.jitterMs) },
  { head: "round trip", unit: "ms", text: ({ roundTrip }, span) => figure(roundTrip[span]?.p50Ms) },
  { head: "probe to probe", unit: "ms", text: ({ probeToProbe }, span) => figure(probeToProbe[span]?.p50Ms) },
  { head: "in", unit: "records/s", text: ({ rates }) => figure(rates.recordsInPerSecond) },
  { head: "out", unit: "records/s", text: ({ rates }) => figure(rates.recordsOutPerSecond) },
  { head: "lost", unit: "records", text: (of) => fate(of, "lost") },
  { head: "late", unit: "records", text: (of) => fate(of, "late") },
  { head: "duplicate", unit: "records", text: (of) => fate(of, "duplicate") },
  {
    head: "dropped",
    unit: "records",
    text: (of) => String("ledger" in of ? sum(of.ledger.dropped) : of.traffic.dropped),
  },
  {
    head: "not sent",
    unit: "records",
    text: (of) => String("ledger" in of ? sum(of.ledger.droppedBeforeSend) : of.traffic.droppedBeforeSend),
  },
  { head: "reconnects", unit: "times", text: ({ reconnects }) => String(reconnects) },
  { head: "not measured", unit: "records", text: ({ unmeasured }) => String(sum({ ...unmeasured })) },
];

interface RowProps {
  readonly name: string;
  readonly state: string;
  readonly of: Exchange;
  readonly span: Span;
}

const Row = ({ name, state, of, span }: RowProps) => (
  <tr>
    <th scope="row">
      <bdi>{name}</bdi>
      {state !== "" && <span class="row-state">{state}</span>}
    </th>
    {columns.map(({ head, text }) => (
      <td key={head}>{text(of, span)}</td>
    ))}
  </tr>
);

export const PeerTable = ({ snapshot, span }: { snapshot: StatisticsSnapshot; span: Span }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
  <section class="table-scroll" tabIndex={0} aria-label="Delays and records by peer">
    <table>
      <caption>One-way delay of all that leaves at once, {spanTexts[span]}; records since start.</caption>
      <thead>
        <tr>
          <th scope="col">Peer</th>
          {columns.map(({ head, unit }) => (
            <th key={head} scope="col">
              {head}
              <span class="unit">{unit}</span>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <Row name="All together" state="" of={snapshot.all} span={span} />
        {snapshot.peers.map((peer) => (
          <Row
            key={peer.gatewayId}
            name={nameText(peer.name)}
            state={peer.state.kind === "connected" ? "" : peerStateText(peer.state, snapshot.atMs)}
            of={peer}
            span={span}
          />
        ))}
      </tbody>
    </table>
  </section>
);

type Fact = readonly [name: string, text: string];

const FactList = ({ title, facts }: { title: string; facts: readonly Fact[] }) => (
  <div class="facts">
    <h3>
      <bdi>{title}</bdi>
    </h3>
    <dl>
      {facts.map(([name, text]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{text}</dd>
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

const probeFacts = (probe: ProbeFigures, span: Span): readonly Fact[] => [
  ["messages", `${figure(probe.messagesInPerSecond)}/s, ${probe.messagesIn} in all`],
  ["write, p50 · p99", delayPair(probe.writeLatency[span])],
  ["writes waiting, now · most", `${probe.writesPending} · ${probe.mostWritesPending}`],
  ["reconnects", String(probe.reconnects)],
];

export const FactLists = ({ snapshot, span }: { snapshot: StatisticsSnapshot; span: Span }) => (
  <div class="fact-lists">
    <FactList title="This gateway" facts={muxFacts(snapshot.all, span)} />
    {snapshot.probes.map((probe) => (
      <FactList key={probe.index} title={probe.name} facts={probeFacts(probe, span)} />
    ))}
  </div>
);

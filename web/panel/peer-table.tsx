// The figures as numbers: a row for all together and one for each peer.
import { useId } from "preact/hooks";
import type { MeshFigures, PeerFigures, StatisticsSnapshot } from "../../gateway/statistics-types.ts";
import { nameText, peerStateText } from "../ui/words.ts";
import { boundFigure, figure, noFigure, type Span, spanTexts } from "./panel-words.ts";

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
    text: (of) => String("ledger" in of ? sum(of.ledger.dropped) : sum(of.traffic.dropped)),
  },
  {
    head: "not sent",
    unit: "records",
    text: (of) => String("ledger" in of ? sum(of.ledger.droppedBeforeSend) : sum(of.traffic.droppedBeforeSend)),
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

const PeerRows = ({ snapshot, span, aboutId }: { snapshot: StatisticsSnapshot; span: Span; aboutId: string }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
  <section class="table-scroll" tabIndex={0} aria-label="Delays and records by peer">
    <table aria-describedby={aboutId}>
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

export const PeerTable = ({ snapshot, span }: { snapshot: StatisticsSnapshot; span: Span }) => {
  const aboutId = useId();
  return (
    <div>
      <p id={aboutId} class="hint">
        One-way delay of all that leaves at once, {spanTexts[span]}; rates of the last minute; records since start.
      </p>
      <PeerRows snapshot={snapshot} span={span} aboutId={aboutId} />
    </div>
  );
};

// The figures as numbers: a row for all together and one for each peer. Columns stand in groups, whose titles say which
// way and over which span.
import { sumOf } from "../../gateway/records/ledger.ts";
import type {
  ClockedDelaySummary,
  DelayClass,
  MeshFigures,
  PeerFigures,
  StatisticsSnapshot,
} from "../../gateway/statistics/statistics-types.ts";
import { nameText, peerStateText } from "../ui/words.ts";
import { boundFigure, figure, noFigure, type Span, spanTexts, withBound } from "./panel-words.ts";

type Exchange = PeerFigures | MeshFigures;

interface Column {
  readonly head: string;
  readonly unit: string;
  readonly text: (of: Exchange) => string;
}

interface Group {
  readonly title: string;
  readonly columns: readonly Column[];
}

interface Chosen {
  readonly span: Span;
  readonly delayClass: DelayClass;
}

const fate = (of: Exchange, count: "sent" | "lost" | "received" | "delivered" | "late" | "duplicate"): string =>
  String("ledger" in of ? of.ledger[count] : of.traffic[count]);

const ms = (head: string, text: (of: Exchange) => string): Column => ({ head, unit: "ms", text });

const records = (head: string, text: (of: Exchange) => string): Column => ({ head, unit: "records", text });

/** For whatever of it a group shows. */
const bound = (delay: ClockedDelaySummary | undefined): string => {
  if (delay === undefined) return noFigure;
  const { p50Ms, p95Ms, p99Ms, maxMs, boundMs, maxBoundMs } = delay;
  return boundFigure(boundMs, p50Ms, p95Ms, p99Ms, ...(maxBoundMs === undefined ? [maxMs] : []));
};

/** With its own bound where it is further from the truth than the percentiles are. */
const maximum = (delay: ClockedDelaySummary | undefined): string =>
  delay?.maxBoundMs === undefined ? figure(delay?.maxMs) : withBound(delay.maxMs, delay.maxBoundMs);

const groupsOf = ({ span, delayClass }: Chosen): readonly Group[] => {
  const oneWay = (of: Exchange) => of.oneWay[delayClass][span];
  const roundTrip = (of: Exchange) => of.roundTrip[span];
  const bands = (of: Exchange) => of.probeToProbe[span];
  return [
    {
      title: `One way to here, ${spanTexts[span]}`,
      columns: [
        ms("p50", (of) => figure(oneWay(of)?.p50Ms)),
        ms("p95", (of) => figure(oneWay(of)?.p95Ms)),
        ms("p99", (of) => figure(oneWay(of)?.p99Ms)),
        ms("max", (of) => maximum(oneWay(of))),
        ms("±", (of) => bound(oneWay(of))),
        { head: "n", unit: "times", text: (of) => String(oneWay(of)?.count ?? 0) },
        ms("jitter", (of) => figure(of.oneWay[delayClass].jitterMs)),
      ],
    },
    {
      title: `There and back, ${spanTexts[span]}`,
      columns: [
        ms("p50", (of) => figure(roundTrip(of)?.p50Ms)),
        ms("p99", (of) => figure(roundTrip(of)?.p99Ms)),
        { head: "n", unit: "pings", text: (of) => String(roundTrip(of)?.count ?? 0) },
      ],
    },
    {
      title: `From a band here to a band there, ${spanTexts[span]}`,
      columns: [
        ms("p50", (of) => figure(bands(of)?.p50Ms)),
        ms("p95", (of) => figure(bands(of)?.p95Ms)),
        ms("±", (of) => bound(bands(of))),
        { head: "n", unit: "gestures", text: (of) => String(bands(of)?.count ?? 0) },
      ],
    },
    {
      title: "Records a second, last minute",
      columns: [
        { head: "in", unit: "a second", text: ({ rates }) => figure(rates.recordsInPerSecond) },
        { head: "out", unit: "a second", text: ({ rates }) => figure(rates.recordsOutPerSecond) },
      ],
    },
    {
      title: "From here to there, since start",
      columns: [
        records("sent", (of) => fate(of, "sent")),
        records("lost", (of) => fate(of, "lost")),
        records("not sent", (of) =>
          String("ledger" in of ? sumOf(of.ledger.droppedBeforeSend) : sumOf(of.traffic.droppedBeforeSend)),
        ),
      ],
    },
    {
      title: "From there to here, since start",
      columns: [
        records("received", (of) => fate(of, "received")),
        records("delivered", (of) => fate(of, "delivered")),
        records("late", (of) => fate(of, "late")),
        records("duplicate", (of) => fate(of, "duplicate")),
        records("dropped", (of) => String("ledger" in of ? sumOf(of.ledger.dropped) : sumOf(of.traffic.dropped))),
        records("not measured", ({ unmeasured }) => String(sumOf({ ...unmeasured }))),
      ],
    },
    {
      title: "Channel, since start",
      columns: [{ head: "reconnects", unit: "times", text: ({ reconnects }) => String(reconnects) }],
    },
  ];
};

interface RowProps {
  readonly name: string;
  readonly state: string;
  readonly of: Exchange;
  readonly groups: readonly Group[];
}

const Row = ({ name, state, of, groups }: RowProps) => (
  <tr>
    <th scope="row">
      <bdi>{name}</bdi>
      {state !== "" && <span class="row-state">{state}</span>}
    </th>
    {groups.flatMap(({ title, columns }) =>
      columns.map(({ head, text }, i) => (
        <td key={`${title} ${head}`} class={i === 0 ? "group-start" : ""}>
          {text(of)}
        </td>
      )),
    )}
  </tr>
);

const Heads = ({ groups }: { groups: readonly Group[] }) => (
  <thead>
    <tr class="groups">
      <td />
      {groups.map(({ title, columns }) => (
        <th key={title} scope="colgroup" colSpan={columns.length} class="group-start">
          <span class="group-title">{title}</span>
        </th>
      ))}
    </tr>
    <tr>
      <th scope="col">Peer</th>
      {groups.flatMap(({ title, columns }) =>
        columns.map(({ head, unit }, i) => (
          <th key={`${title} ${head}`} scope="col" class={i === 0 ? "group-start" : ""}>
            {head}
            <span class="unit">{unit}</span>
          </th>
        )),
      )}
    </tr>
  </thead>
);

export const PeerTable = ({ snapshot, ...chosen }: Chosen & { snapshot: StatisticsSnapshot }) => {
  const groups = groupsOf(chosen);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
    <section class="table-scroll" tabIndex={0} aria-label="Delays and records by peer">
      <table>
        <Heads groups={groups} />
        <tbody>
          <Row name="All together" state="" of={snapshot.all} groups={groups} />
          {snapshot.peers.map((peer) => (
            <Row
              key={peer.gatewayId}
              name={nameText(peer.name)}
              state={peer.state.kind === "connected" ? "" : peerStateText(peer.state, snapshot.atMs)}
              of={peer}
              groups={groups}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
};

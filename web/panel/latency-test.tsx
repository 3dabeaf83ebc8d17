// Pings to every peer now, at a pace that the person chooses: figures at once for a quiet room, which by itself sends
// one ping in ten seconds.
import { useSignal } from "@preact/signals";
import { nameText } from "../ui/words.ts";
import { HistogramFigure } from "./chart-figure.tsx";
import { Choice } from "./choice.tsx";
import type { LatencyTestView, PanelActions, PanelModel } from "./panel-model.ts";
import { figure, latencySentence, noFigure, withBound } from "./panel-words.ts";

const paces = [1, 5, 10, 20] as const;
const lengthsSeconds = [5, 10, 30] as const;

type Result = LatencyTestView["results"][number];

const oneWay = (delay: Result["toPeer"]): string =>
  delay === undefined ? noFigure : withBound(delay.p50Ms, delay.boundMs);

const Results = ({ results }: { results: readonly Result[] }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
  <section class="table-scroll" tabIndex={0} aria-label="Latency by peer">
    <table>
      <thead>
        <tr>
          <th scope="col">Peer</th>
          <th scope="col">
            round trip p50<span class="unit">ms</span>
          </th>
          <th scope="col">
            p99<span class="unit">ms</span>
          </th>
          <th scope="col">
            there p50<span class="unit">ms</span>
          </th>
          <th scope="col">
            back p50<span class="unit">ms</span>
          </th>
          <th scope="col">answered</th>
        </tr>
      </thead>
      <tbody>
        {results.map((result) => (
          <tr key={result.gatewayId}>
            <th scope="row">
              <bdi>{nameText(result.name)}</bdi>
            </th>
            <td>{figure(result.roundTrip?.p50Ms)}</td>
            <td>{figure(result.roundTrip?.p99Ms)}</td>
            <td>{oneWay(result.toPeer)}</td>
            <td>{oneWay(result.fromPeer)}</td>
            <td>
              {result.pongsReceived} of {result.pingsSent}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </section>
);

const Histogram = ({ results }: { results: readonly Result[] }) => {
  const chosen = useSignal<string | undefined>(undefined);
  const result = results.find(({ gatewayId }) => gatewayId === chosen.value) ?? results[0];
  if (result === undefined) return null;
  return (
    <>
      {results.length > 1 && (
        <Choice
          label="Histogram of"
          value={result.gatewayId}
          options={results.map(({ gatewayId, name }) => ({ value: gatewayId, text: nameText(name) }))}
          onValue={(gatewayId) => {
            chosen.value = gatewayId;
          }}
        />
      )}
      <HistogramFigure
        title={`Round trips to ${nameText(result.name)}`}
        unit="count by ms"
        sentence={latencySentence(result)}
        bins={result.roundTripBins}
      />
    </>
  );
};

export const LatencyTest = ({ model, actions }: { model: PanelModel; actions: PanelActions }) => {
  const pace = useSignal<number>(10);
  const lengthSeconds = useSignal<number>(5);
  const { isRunning, results } = model.latencyTest.value;
  const hasPeers = model.figures.value.snapshot.peers.some(({ state }) => state.kind === "connected");
  return (
    <section class="panel-box" aria-labelledby="latency-title">
      <h3 id="latency-title">Measure latency now</h3>
      {!hasPeers && <p class="hint">Nobody is connected: there is nothing to measure.</p>}
      <div class="controls">
        <Choice
          label="Pings a second"
          value={String(pace.value)}
          options={paces.map((perSecond) => ({ value: String(perSecond), text: String(perSecond) }))}
          onValue={(value) => {
            pace.value = Number(value);
          }}
        />
        <Choice
          label="For"
          value={String(lengthSeconds.value)}
          options={lengthsSeconds.map((seconds) => ({ value: String(seconds), text: `${seconds} s` }))}
          onValue={(value) => {
            lengthSeconds.value = Number(value);
          }}
        />
        {isRunning ? (
          <button type="button" class="key key-on" onClick={() => actions.stopLatency()}>
            Stop measuring
          </button>
        ) : (
          hasPeers && (
            <button type="button" class="key" onClick={() => actions.measureLatency(pace.value, lengthSeconds.value)}>
              Measure
            </button>
          )
        )}
      </div>
      <p class="for-readers" role="status">
        {isRunning ? "Measuring" : results.length > 0 && "Measured"}
      </p>
      {results.length > 0 && <Results results={results} />}
      <Histogram results={results} />
    </section>
  );
};

// The instrument's small print: the server, whether the phone stays awake, and behind Details what became of every
// record.
import type { ServerState } from "../../gateway/server-state.ts";
import type { AppModel, TrafficView } from "./app-model.ts";
import { Ticking } from "./ticking.tsx";
import { roughDurationText, serverText } from "./words.ts";

const counts: readonly (readonly [string, keyof TrafficView])[] = [
  ["sent", "recordsSent"],
  ["delivered", "recordsDelivered"],
  ["late", "late"],
  ["lost", "lost"],
  ["dropped", "dropped"],
  ["duplicate", "duplicate"],
  ["turned away", "refusedPeers"],
];

const NextTry = ({ model, server }: { model: AppModel; server: ServerState }) =>
  server.kind === "away" ? (
    <span class="status-retry">
      next try in <Ticking now={model.now} text={(nowMs) => roughDurationText(server.retryAtMs - nowMs)} />
    </span>
  ) : null;

export const StatusLine = ({ model }: { model: AppModel }) => {
  const server = model.server.value;
  const traffic = model.traffic.value;
  const isAnybodyConnected = model.peers.value.some(({ state }) => state.kind === "connected");
  return (
    <footer class="status">
      <div class="status-states">
        <p role="status">
          <span class={`lamp lamp-${server.kind}`} aria-hidden="true" />
          {serverText(server, isAnybodyConnected)}
        </p>
        <NextTry model={model} server={server} />
        <p>{model.isAwakeLocked.value ? "Screen: stays on" : "Screen: may sleep"}</p>
      </div>
      <details class="status-details">
        <summary>Details</summary>
        <dl class="status-counts" aria-label="Messages since the room was entered">
          {counts.map(([word, key]) => (
            <div key={key}>
              <dt>{word}</dt>
              <dd>{traffic[key]}</dd>
            </div>
          ))}
        </dl>
      </details>
    </footer>
  );
};

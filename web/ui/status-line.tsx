// The last line of the page: the server and whether the phone stays awake, and behind Details what became of the
// messages.
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
        <div class="status-numbers">
          <p id="counts-title">Messages since you entered the room:</p>
          <dl class="status-counts" aria-labelledby="counts-title">
            {counts.map(([word, key]) => (
              <div key={key}>
                <dt>{word}</dt>
                <dd>{traffic[key]}</dd>
              </div>
            ))}
          </dl>
        </div>
      </details>
    </footer>
  );
};

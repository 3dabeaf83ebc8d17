// Everyone else in the room as a list, with all that is known about each person; the dial shows the same people.
import type { Buzzes } from "./buzzes.ts";
import { isKnown } from "./known.ts";
import { NewcomerRow, PersonRow } from "./person-row.tsx";
import type { AppProps } from "./props.ts";
import { countText } from "./words.ts";

export const People = ({ model, actions, buzzes }: AppProps & { buzzes: Buzzes }) => {
  const peers = model.peers.value;
  const here = peers.filter((peer) => peer.state.kind === "connected").length;
  return (
    <section id="part-people" class="part" aria-labelledby="people-title">
      <h2 id="people-title" tabIndex={-1}>
        People
        {peers.length > 0 && (
          <span class="title-figure">
            {countText(here, "connected", "connected")} of {peers.length}
          </span>
        )}
      </h2>
      {peers.length === 0 ? (
        <p class="empty">Only you so far. People who open the invite appear here.</p>
      ) : (
        <ul class="people">
          {peers.map((peer) =>
            isKnown(peer) ? (
              <PersonRow key={peer.gatewayId} peer={peer} now={model.now} actions={actions} buzzes={buzzes} />
            ) : (
              <NewcomerRow key={peer.gatewayId} peer={peer} now={model.now} />
            ),
          )}
        </ul>
      )}
    </section>
  );
};

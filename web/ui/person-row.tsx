// One person: their state, their delay and a button to buzz them. One tap further: their probes, their movement, and
// the buttons to mute or remove them.
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import type { Now } from "../../gateway/basics/runtime.ts";
import type { AppActions, PeerStateView, PeerView, RemoteProbeView } from "./app-model.ts";
import { Battery } from "./battery.tsx";
import { type Buzzes, canBuzz } from "./buzzes.ts";
import { ConfirmButton } from "./confirm-button.tsx";
import { OpenGlyph } from "./glyphs.tsx";
import { MotionTrace } from "./motion-trace.tsx";
import { Ticking } from "./ticking.tsx";
import { nameText, peerStateLabel, peerStateText } from "./words.ts";

const RemoteProbe = ({ peer, probe, actions }: { peer: PeerView; probe: RemoteProbeView; actions: AppActions }) => (
  <li class="remote-probe">
    <div class="remote-head">
      <bdi class="remote-name">{probe.name}</bdi>
      {!probe.isConnected && <span class="hint">not connected</span>}
      {probe.batteryPercent !== undefined && <Battery percent={probe.batteryPercent} isCharging={false} />}
      {(probe.isConnected || probe.isWatched) && (
        <button
          type="button"
          class="key key-quiet"
          aria-label={`${probe.isWatched ? "Stop watching" : "Watch"} ${probe.name} of ${nameText(peer.name)}`}
          onClick={() => actions.watchProbe(peer.gatewayId, probe.index, !probe.isWatched)}
        >
          {probe.isWatched ? "Stop" : "Watch"}
        </button>
      )}
    </div>
    {probe.isWatched && (
      <div class="screen">
        <MotionTrace trail={probe.motionTrail} />
      </div>
    )}
  </li>
);

const bandText = (peer: PeerView): string => {
  if (peer.probes.length === 0) return "no band";
  return peer.probes.length === 1 ? "1 band" : `${peer.probes.length} bands`;
};

/** The delay without its upper bound, which is shown one tap further. */
const glanceText = (state: PeerStateView, nowMs: number): string =>
  state.kind === "connected" ? peerStateLabel(state) : peerStateText(state, nowMs);

const mayFallAsleep = (peer: PeerView): boolean => peer.isHidden && peer.state.kind === "connected";

export interface PersonRowProps {
  readonly peer: PeerView;
  readonly now: Now;
  readonly actions: AppActions;
  readonly buzzes: Buzzes;
}

const Summary = ({ peer, now, children }: Pick<PersonRowProps, "peer" | "now"> & { children?: ComponentChildren }) => (
  <>
    <span class={`lamp lamp-${peer.state.kind}`} aria-hidden="true" />
    <span class="person-text">
      <bdi class="person-name">{nameText(peer.name)}</bdi>
      <span class="person-facts">
        <span class="figure">
          <Ticking now={now} text={(nowMs) => glanceText(peer.state, nowMs)} />
        </span>
        {children}
      </span>
    </span>
  </>
);

/** It is not known yet who this is: all that a person can do is wait. */
export const NewcomerRow = ({ peer, now }: Pick<PersonRowProps, "peer" | "now">) => (
  <li class="person person-connecting">
    <div class="person-head">
      <div class="person-summary">
        <Summary peer={peer} now={now} />
      </div>
    </div>
  </li>
);

export const PersonRow = ({ peer, now, actions, buzzes }: PersonRowProps) => {
  const isOpen = useSignal(peer.probes.some((probe) => probe.isWatched));
  const detailId = useId();
  const toggle = () => {
    isOpen.value = !isOpen.value;
  };
  const name = nameText(peer.name);
  return (
    <li class={`person person-${peer.state.kind}`}>
      <div class="person-head">
        <button
          type="button"
          class="person-summary person-toggle"
          aria-expanded={isOpen.value}
          aria-controls={detailId}
          onClick={toggle}
        >
          <Summary peer={peer} now={now}>
            {mayFallAsleep(peer) && ", in the background, may fall asleep"}, {bandText(peer)}
            {peer.isMuted && ", muted"}
            {peer.isBeingRemoved && ", is being removed"}
            {peer.lastGesture !== undefined && <span>, last: {peer.lastGesture.name}</span>}
          </Summary>
          <OpenGlyph />
        </button>
        {canBuzz(peer) && (
          <button
            type="button"
            class="key key-touch"
            aria-label={`Buzz ${name}`}
            onClick={() => buzzes.buzzPeer(peer.gatewayId)}
          >
            Buzz
          </button>
        )}
      </div>
      <div id={detailId} class="person-detail" hidden={!isOpen.value}>
        {peer.state.kind === "connected" && peer.state.delay !== undefined && (
          <p class="hint">Delay from them to you: {peerStateText(peer.state, now())}</p>
        )}
        {peer.probes.length > 0 && (
          <ul>
            {peer.probes.map((probe) => (
              <RemoteProbe key={probe.index} peer={peer} probe={probe} actions={actions} />
            ))}
          </ul>
        )}
        <div class="keys">
          <button
            type="button"
            class="key"
            aria-label={`${peer.isMuted ? "Unmute" : "Mute"} ${name}`}
            onClick={() => actions.mutePeer(peer.gatewayId, !peer.isMuted)}
          >
            {peer.isMuted ? "Unmute" : "Mute"}
          </button>
          {!peer.isBeingRemoved && (
            <ConfirmButton
              label="Remove from the room"
              name={`Remove ${name} from the room`}
              question="Really remove?"
              onConfirm={() => actions.removePeer(peer.gatewayId)}
            />
          )}
        </div>
      </div>
    </li>
  );
};

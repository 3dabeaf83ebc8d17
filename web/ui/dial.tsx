// The room as a dial: I am the hub, the others sit on the ring. A tap on a person buzzes them; a spark runs along the
// spoke when a gesture arrives or a buzz leaves. The list of people shows the same people with all that is known about
// them.
import { computed, type ReadonlySignal, useSignal } from "@preact/signals";
import { Fragment } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { motionTrailLength, type PeerView, type ProbeView, type RoomView } from "./app-model.ts";
import { type Buzzes, canBuzz } from "./buzzes.ts";
import { newest, useChangeCount } from "./change-count.ts";
import {
  bezelRadiusUnits,
  hubRadiusUnits,
  isUpperHalf,
  maxSeats,
  type Place,
  placeAt,
  roomySeats,
  roundTrace,
  seatRadiusUnits,
  seatTurn,
} from "./dial-geometry.ts";
import { isKnown } from "./known.ts";
import type { AppProps } from "./props.ts";
import { QrCode } from "./qr-code.tsx";
import { useCalm } from "./use-calm.ts";
import { useSeen, useWhileSeen } from "./use-seen.ts";
import { countText, initials, nameText, peerStateLabel } from "./words.ts";

/** Where the spokes end, short of the hub and of the discs. */
const spokeInnerUnits = hubRadiusUnits + 2;
const spokeOuterUnits = seatRadiusUnits - 7;

const percent = (units: number): string => `${units.toFixed(2)}%`;

const Spark = ({ from, to }: { from: Place; to: Place }) => (
  <circle class="spark" r="1.6" style={{ "--from": `${from.x}px, ${from.y}px`, "--to": `${to.x}px, ${to.y}px` }} />
);

const Spoke = ({ peer, turn, buzzes }: { peer: PeerView; turn: number; buzzes: Buzzes }) => {
  const inner = placeAt(turn, spokeInnerUnits);
  const outer = placeAt(turn, spokeOuterUnits);
  const arrived = useChangeCount(peer.lastGesture?.atMs);
  const { count, to } = buzzes.last.value;
  const left = useChangeCount(to === peer.gatewayId || (to === undefined && canBuzz(peer)) ? count : undefined);
  return (
    <g>
      <line class={`spoke spoke-${peer.state.kind}`} x1={inner.x} y1={inner.y} x2={outer.x} y2={outer.y} />
      {arrived > 0 && <Spark key={`in-${arrived}`} from={outer} to={inner} />}
      {left > 0 && <Spark key={`out-${left}`} from={inner} to={outer} />}
    </g>
  );
};

const RoundTrace = ({ probe, isSeen }: { probe: ProbeView; isSeen: ReadonlySignal<boolean> }) => {
  const trail = useCalm(useWhileSeen(probe.motionTrail, isSeen));
  const points = useMemo(() => computed(() => roundTrace(trail.value, motionTrailLength)), [trail]);
  return <polyline class="round-trace" points={points} />;
};

interface FaceProps {
  readonly peers: readonly PeerView[];
  readonly probes: readonly ProbeView[];
  readonly buzzes: Buzzes;
  readonly isSeen: ReadonlySignal<boolean>;
}

const Face = ({ peers, probes, buzzes, isSeen }: FaceProps) => {
  const moved = useChangeCount(newest(probes.map((probe) => probe.lastGesture?.atMs)));
  const buzzed = useChangeCount(newest(probes.map((probe) => probe.lastBuzzAtMs)));
  const { count, to } = buzzes.last.value;
  const sentToAll = useChangeCount(to === undefined ? count : undefined);
  const shown = probes.find((probe) => probe.link.kind === "connected");
  return (
    <svg class="dial-face" viewBox="0 0 100 100" aria-hidden="true">
      <circle class="dial-plate" cx="50" cy="50" r={bezelRadiusUnits} />
      <circle class="dial-ticks" cx="50" cy="50" r={bezelRadiusUnits - 0.7} pathLength={120} />
      <circle class="dial-ring" cx="50" cy="50" r={bezelRadiusUnits} />
      {peers.map((peer, i) => (
        <Spoke key={peer.gatewayId} peer={peer} turn={seatTurn(i, peers.length)} buzzes={buzzes} />
      ))}
      {peers.length > 0 && shown !== undefined && <RoundTrace key={shown.index} probe={shown} isSeen={isSeen} />}
      {moved + sentToAll > 0 && (
        <circle key={`out-${moved}-${sentToAll}`} class="ripple" cx="50" cy="50" r={bezelRadiusUnits} />
      )}
      {buzzed > 0 && <circle key={`buzz-${buzzed}`} class="throb" cx="50" cy="50" r={hubRadiusUnits + 2} />}
    </svg>
  );
};

interface SeatProps {
  readonly peer: PeerView;
  readonly turn: number;
  readonly buzzes: Buzzes;
  /** One seat at a time is in the tab order; the arrow keys move on from there. */
  readonly isTabStop: boolean;
  readonly onFocus: () => void;
}

const Seat = ({ peer, turn, buzzes, isTabStop, onFocus }: SeatProps) => {
  const place = placeAt(turn, seatRadiusUnits);
  const style = { left: percent(place.x), top: percent(place.y) };
  const gestures = useChangeCount(peer.lastGesture?.atMs);
  const stateLabel = peerStateLabel(peer.state);
  const label = (
    <>
      <span class="disc" aria-hidden="true">
        {initials(peer.name)}
        {gestures > 0 && (
          <Fragment key={gestures}>
            <span class="disc-pulse" />
            <span class="seat-gesture">{peer.lastGesture?.name}</span>
          </Fragment>
        )}
      </span>
      <bdi class="seat-name">{nameText(peer.name)}</bdi>
      <span class="seat-state">{peer.isMuted ? "muted" : stateLabel}</span>
    </>
  );
  const look = `seat seat-${peer.state.kind}${isUpperHalf(turn) ? " seat-upper" : ""}`;
  if (!canBuzz(peer)) {
    return (
      <div class={look} style={style} aria-hidden="true">
        {label}
      </div>
    );
  }
  return (
    <button
      type="button"
      class={`${look} seat-live`}
      style={style}
      aria-label={`Buzz ${nameText(peer.name)}, ${stateLabel}`}
      tabIndex={isTabStop ? 0 : -1}
      onFocus={onFocus}
      onClick={() => buzzes.buzzPeer(peer.gatewayId)}
    >
      {label}
    </button>
  );
};

const stepOfKey: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

const Seats = ({ peers, buzzes }: { peers: readonly PeerView[]; buzzes: Buzzes }) => {
  const toolbar = useRef<HTMLDivElement>(null);
  const held = useSignal<string | undefined>(undefined);
  const live = peers.filter(canBuzz);
  const tabStop = live.find((peer) => peer.gatewayId === held.value) ?? live[0];
  const onKeyDown = (event: KeyboardEvent) => {
    const step = stepOfKey[event.key];
    const buttons = toolbar.current?.querySelectorAll("button");
    if (step === undefined || buttons === undefined || tabStop === undefined) return;
    event.preventDefault();
    buttons[(live.indexOf(tabStop) + step + buttons.length) % buttons.length]?.focus();
  };
  return (
    <div
      ref={toolbar}
      class={peers.length <= roomySeats ? "seats seats-roomy" : "seats"}
      role="toolbar"
      aria-label="Buzz one person"
      onKeyDown={onKeyDown}
    >
      {peers.map((peer, i) => (
        <Seat
          key={peer.gatewayId}
          peer={peer}
          turn={seatTurn(i, peers.length)}
          buzzes={buzzes}
          isTabStop={peer === tabStop}
          onFocus={() => {
            held.value = peer.gatewayId;
          }}
        />
      ))}
    </div>
  );
};

const Hub = ({ peers, room, buzzes }: { peers: readonly PeerView[]; room: RoomView; buzzes: Buzzes }) => {
  const reachable = peers.filter(canBuzz).length;
  if (!peers.some(isKnown)) {
    return (
      <div class="hub hub-invite">
        <QrCode text={room.inviteUrl} label={`Invite to ${room.label} as a QR code`} />
      </div>
    );
  }
  if (reachable === 0) return <p class="hub hub-quiet">Nobody wears a band yet</p>;
  return (
    <button type="button" class="hub hub-buzz" onClick={() => buzzes.buzzAll()}>
      <span class="hub-word">Buzz all</span>
      <span class="hub-count">{countText(reachable, "person", "people")}</span>
    </button>
  );
};

export const Dial = ({ model, room, buzzes }: Pick<AppProps, "model"> & { room: RoomView; buzzes: Buzzes }) => {
  const everyone = model.peers.value;
  const peers = everyone.slice(0, maxSeats);
  const dial = useRef<HTMLDivElement>(null);
  const isSeen = useSeen(dial);
  return (
    <div ref={dial} class={isSeen.value ? "dial" : "dial unseen"}>
      <Face peers={peers} probes={model.probes.value} buzzes={buzzes} isSeen={isSeen} />
      <Hub peers={everyone} room={room} buzzes={buzzes} />
      {peers.length > 0 && <Seats peers={peers} buzzes={buzzes} />}
      {everyone.length > maxSeats && <p class="dial-more">and {everyone.length - maxSeats} more in the list</p>}
    </div>
  );
};

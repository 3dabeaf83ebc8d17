// What the page shows of a room: the gateway's bands and peers as plain views. Reads the gateway, never changes it;
// refreshed ten times a second at most, however much happens. Neighbour: room-log.ts says in sentences what happened.
import { type ReadonlySignal, signal } from "@preact/signals";
import { capabilities } from "../../firmware-bridge/devices/device-info.ts";
import type { DeviceLink } from "../../firmware-bridge/devices/device-link.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { decodeBattery, decodeMotion } from "../../firmware-bridge/frames/payloads.ts";
import type { GestureName } from "../../firmware-bridge/gestures/gestures.ts";
import type { Cancel, Now, Schedule } from "../../gateway/basics/runtime.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { GatewayEvent } from "../../gateway/gateway-events.ts";
import type { Peer } from "../../gateway/peers/peer.ts";
import type { OwnProbe } from "../../gateway/probes/own-probe.ts";
import { sumOf } from "../../gateway/records/ledger.ts";
import type { PeerView, ProbeView, TrafficView } from "../ui/app-model.ts";
import { MotionTrails } from "./motion-trails.ts";
import { nameInText } from "./names-text.ts";
import { redrawMs } from "./paced.ts";

export interface RoomViewsOptions {
  readonly now: Now;
  readonly schedule: Schedule;
  readonly originOf: (link: DeviceLink) => ProbeView["origin"];
}

/** What is read of an OpenRoom. */
export interface ShownRoom {
  readonly gateway: Gateway;
  /** Session ids that are being dialled. */
  readonly pendingDials: ReadonlySet<string>;
}

interface Seen {
  readonly name: GestureName;
  readonly atMs: number;
}

export class RoomViews {
  readonly probes: ReadonlySignal<readonly ProbeView[]>;
  readonly peers: ReadonlySignal<readonly PeerView[]>;
  readonly traffic: ReadonlySignal<TrafficView>;
  readonly #options: RoomViewsOptions;
  readonly #probes = signal<readonly ProbeView[]>([]);
  readonly #peers = signal<readonly PeerView[]>([]);
  readonly #traffic = signal<TrafficView>(noTraffic);
  readonly #trails = new MotionTrails();
  readonly #gestures = new Map<string, Seen>();
  readonly #buzzes = new Map<number, number>();
  readonly #batteries = new Map<string, number>();
  #room: ShownRoom | undefined;
  #cancelRefresh: Cancel | undefined;
  #isPaused = false;

  constructor(options: RoomViewsOptions) {
    this.#options = options;
    this.probes = this.#probes;
    this.peers = this.#peers;
    this.traffic = this.#traffic;
  }

  enter(room: ShownRoom): void {
    this.#show(room);
  }

  move(room: ShownRoom): void {
    this.#show(room);
  }

  leave(): void {
    this.#show(undefined);
  }

  #show(room: ShownRoom | undefined): void {
    this.#room = room;
    this.#gestures.clear();
    this.#buzzes.clear();
    this.#batteries.clear();
    this.#refresh();
  }

  /** Nobody looks at the page: until somebody does, no movement is kept and nothing is drawn. */
  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    if (!isPaused) this.#refresh();
  }

  onEvent(event: GatewayEvent): void {
    const { now } = this.#options;
    switch (event.kind) {
      case "motion":
        if (!this.#isPaused) this.#trails.add(ownKey(event.probe), event.sample);
        return;
      case "gesture":
        this.#gestures.set(ownKey(event.probe), { name: event.gesture, atMs: now() });
        break;
      case "peer-gesture":
        this.#gestures.set(event.peer.gatewayId, { name: event.gesture, atMs: now() });
        break;
      case "peer-record":
        this.#peerRecord(event);
        break;
      case "response":
        if (event.probe !== undefined && event.response === "written") this.#buzzes.set(event.probe.index, now());
        break;
    }
    this.refreshSoon();
  }

  #peerRecord({ peer, probe, record }: Extract<GatewayEvent, { kind: "peer-record" }>): void {
    if (record.kind === kinds.motion) {
      if (this.#isPaused) return;
      const sample = decodeMotion(record.payload);
      if (sample !== undefined) this.#trails.add(remoteKey(peer, probe.index), sample);
    } else if (record.kind === kinds.battery) {
      const level = decodeBattery(record.payload);
      if (level !== undefined) this.#batteries.set(remoteKey(peer, probe.index), level.percent);
    }
  }

  /** Session ids that are dialled for the first time: it is not known yet whose they are. */
  #newcomers(): readonly string[] {
    if (this.#room === undefined) return [];
    const { gateway, pendingDials } = this.#room;
    const known = new Set(gateway.peers.map(({ sessionId }) => sessionId));
    return [...pendingDials].filter((sessionId) => !known.has(sessionId));
  }

  /** Something of the room has changed that is no event of its gateway. */
  refreshSoon(): void {
    if (this.#isPaused) return;
    this.#cancelRefresh ??= this.#options.schedule(redrawMs, () => {
      this.#cancelRefresh = undefined;
      if (!this.#isPaused) this.#refresh();
    });
  }

  #refresh(): void {
    const gateway = this.#room?.gateway;
    this.#probes.value = gateway?.probes.map((probe) => this.#probeView(gateway, probe)) ?? [];
    this.#peers.value = [
      ...(gateway?.peers.map((peer) => this.#peerView(gateway, peer)) ?? []),
      ...this.#newcomers().map(newcomerView),
    ];
    this.#traffic.value = gateway === undefined ? noTraffic : trafficView(gateway);
    this.#forgetOthers(gateway);
  }

  /**
   * Notes of bands and peers that are gone are dropped: otherwise they would grow with every band that somebody names.
   */
  #forgetOthers(gateway: Gateway | undefined): void {
    const ownProbes = gateway?.probes.map(ownKey) ?? [];
    const remoteProbes = gateway?.peers.flatMap((peer) => peer.probes.map(({ index }) => remoteKey(peer, index))) ?? [];
    const peers = gateway?.peers.map(({ gatewayId }) => gatewayId) ?? [];
    this.#trails.keepOnly(new Set([...ownProbes, ...remoteProbes]));
    keepOnly(this.#batteries, new Set(remoteProbes));
    keepOnly(this.#gestures, new Set([...ownProbes, ...peers]));
  }

  #probeView(gateway: Gateway, probe: OwnProbe): ProbeView {
    return {
      index: probe.index,
      name: gateway.probeName(probe.index),
      origin: this.#options.originOf(probe.link),
      link: probe.link.state,
      capabilities: probe.link.info.capabilities,
      battery: probe.battery && { percent: probe.battery.percent, charging: probe.battery.isCharging },
      lastGesture: this.#gestures.get(ownKey(probe)),
      lastBuzzAtMs: this.#buzzes.get(probe.index),
      motionTrail: this.#trails.of(ownKey(probe)),
    };
  }

  #peerView(gateway: Gateway, peer: Peer): PeerView {
    const { state, delay } = peer;
    return {
      gatewayId: peer.gatewayId,
      name: peer.name,
      state: state.kind === "connected" ? { kind: "connected", delay } : state,
      isMuted: gateway.isMuted(peer.gatewayId),
      isHidden: peer.isHidden,
      isBeingRemoved: gateway.isBeingRemoved(peer.gatewayId),
      lastGesture: this.#gestures.get(peer.gatewayId),
      probes: peer.probes.map(({ index, name, isConnected, capabilities: bits }) => ({
        index,
        name,
        isConnected,
        canVibrate: (bits & capabilities.vibrateIn) !== 0,
        batteryPercent: this.#batteries.get(remoteKey(peer, index)),
        isWatched: peer.wants(index),
        motionTrail: this.#trails.of(remoteKey(peer, index)),
      })),
    };
  }
}

const newcomerView = (sessionId: string): PeerView => ({
  gatewayId: sessionId,
  name: nameInText(""),
  state: { kind: "connecting" },
  isMuted: false,
  isHidden: false,
  isBeingRemoved: false,
  lastGesture: undefined,
  probes: [],
});

const keepOnly = (notes: Map<string, unknown>, keys: ReadonlySet<string>): void => {
  for (const key of notes.keys()) if (!keys.has(key)) notes.delete(key);
};

const ownKey = (probe: OwnProbe): string => `own ${probe.index}`;
const remoteKey = (peer: Peer, probeIndex: number): string => `${peer.gatewayId} ${probeIndex}`;

const trafficView = (gateway: Gateway): TrafficView => {
  const { sent, delivered, duplicate, late, lost, dropped, droppedBeforeSend } = gateway.traffic();
  let refusedPeers = 0;
  for (const [reason, count] of gateway.refusals) {
    if (reason !== "closed") refusedPeers += count; // Peers that left by themselves were not refused.
  }
  return {
    recordsSent: sent,
    recordsDelivered: delivered,
    duplicate,
    late,
    lost,
    dropped: sumOf(dropped) + sumOf(droppedBeforeSend),
    refusedPeers,
  };
};

const noTraffic: TrafficView = {
  recordsSent: 0,
  recordsDelivered: 0,
  duplicate: 0,
  late: 0,
  lost: 0,
  dropped: 0,
  refusedPeers: 0,
};

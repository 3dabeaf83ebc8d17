// A gateway's whole account as plain data, for the console, for tests, and for the person who has to explain what
// happened. It contains no secret.
import type { LinkState } from "../firmware-bridge/devices/device-link.ts";
import type { Gateway } from "./gateway.ts";
import type { PeerState } from "./peers/peer-state.ts";
import type { BuzzOutcome } from "./probes/downlink.ts";
import type { MotionPace } from "./probes/motion-rate.ts";
import type { LedgerSnapshot } from "./records/ledger.ts";
import type { Traffic } from "./records/traffic.ts";
import type { Channel } from "./wire/channel.ts";

export interface PeerReport {
  readonly gatewayId: string;
  readonly epoch: number;
  /** That of its present channel, or of its last one. */
  readonly sessionId: string;
  readonly name: string;
  readonly state: PeerState;
  /** What carried the offer and the answer of its present channel. */
  readonly signaledBy: Channel["signaledBy"] | undefined;
  /** Measured by its last ping, with the bound of the error. */
  readonly delay: { readonly oneWayMs: number; readonly boundMs: number } | undefined;
  readonly ledger: LedgerSnapshot;
  /** Frames and messages that were refused, by cause. */
  readonly refusals: Readonly<Record<string, number>>;
}

export interface ProbeReport {
  readonly index: number;
  readonly name: string;
  readonly link: LinkState;
  /** Whether it was asked to send its movement less often. */
  readonly pace: MotionPace;
  /** What became of each request to vibrate. */
  readonly buzzes: Partial<Readonly<Record<BuzzOutcome, number>>>;
  /** Bytes and frames from it that could not be read, by cause. */
  readonly discarded: Readonly<Record<string, number>>;
}

export interface GatewayReport {
  readonly peers: readonly PeerReport[];
  readonly probes: readonly ProbeReport[];
  /** How long samples and status are held back to share a packet. */
  readonly windowMs: number;
  /** All peers together since the room was entered, the forgotten ones too. */
  readonly traffic: Traffic;
  /** Channels that were refused, by reason. */
  readonly refusals: Readonly<Record<string, number>>;
}

export const reportOf = (gateway: Gateway): GatewayReport => ({
  peers: gateway.peers.map((peer) => ({
    gatewayId: peer.gatewayId,
    epoch: peer.epoch,
    sessionId: peer.sessionId,
    name: peer.name,
    state: peer.state,
    signaledBy: peer.channel?.signaledBy,
    delay: peer.delay,
    ledger: peer.ledger.snapshot(),
    refusals: Object.fromEntries(peer.refusals),
  })),
  probes: gateway.probes.map((probe) => ({
    index: probe.index,
    name: gateway.probeName(probe.index),
    link: probe.link.state,
    pace: probe.motionRate.pace,
    buzzes: Object.fromEntries(probe.downlink.counts),
    discarded: Object.fromEntries(probe.discarded),
  })),
  windowMs: gateway.windowMs,
  traffic: gateway.traffic(),
  refusals: Object.fromEntries(gateway.refusals),
});

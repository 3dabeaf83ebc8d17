// The receiver's consent: what the gestures and commands of peers do to my bands. Rules and mutes decide here.
// Neighbours: downlink.ts applies the wearer's limits; gateway.ts sends the answers.

import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { decodeGesture, decodeVibration, type Vibration } from "../../firmware-bridge/frames/payloads.ts";
import { type GestureName, gestureName } from "../../firmware-bridge/gestures/gestures.ts";
import { splitCommandTarget } from "../wire/command-payload.ts";
import type { GatewayRecord } from "../wire/record.ts";
import type { BuzzOutcome } from "./downlink.ts";
import type { OwnProbe } from "./own-probe.ts";
import { type PatternName, patternDurationsMs, patternFor, type Rule } from "./rules.ts";

/** What became of a gesture or a command at one of my bands. */
export type Response = BuzzOutcome | "peer-muted" | "no-rule";

/** The record that asked for it: its probe and sequence, in the numbers of the sender. */
export type Cause = Pick<GatewayRecord, "probe" | "sequence">;

export interface EffectsOptions {
  readonly rules: readonly Rule[];
  readonly probes: () => Iterable<OwnProbe>;
  readonly onResponse: (gatewayId: string, cause: Cause, probe: OwnProbe | undefined, response: Response) => void;
}

/** A rule's pattern at full strength; downlink.ts cuts it to the wearer's limit. */
export const vibrationOf = (pattern: PatternName): Vibration => ({
  strengthPercent: 100,
  durationsMs: patternDurationsMs[pattern],
});

export class Effects {
  rules: readonly Rule[];
  readonly #options: EffectsOptions;
  readonly #mutedPeers = new Set<string>();

  constructor(options: EffectsOptions) {
    this.#options = options;
    this.rules = options.rules;
  }

  mute(gatewayId: string, isMuted: boolean): void {
    if (isMuted) this.#mutedPeers.add(gatewayId);
    else this.#mutedPeers.delete(gatewayId);
  }

  isMuted(gatewayId: string): boolean {
    return this.#mutedPeers.has(gatewayId);
  }

  /** Carries out the effect of a gesture. Returns the gesture, or undefined for one that this version does not know. */
  onGesture(gatewayId: string, record: GatewayRecord, deadlineMs: number): GestureName | undefined {
    const decoded = decodeGesture(record.payload);
    const name = decoded && gestureName(decoded.gesture);
    if (name === undefined) return undefined;
    const pattern = patternFor(this.rules, name, gatewayId);
    const cause = causeOf(record);
    if (pattern === "none") this.#options.onResponse(gatewayId, cause, undefined, "no-rule");
    else this.#vibrate(gatewayId, cause, 0, vibrationOf(pattern), deadlineMs);
    return name;
  }

  /** Peers cannot set LED and rate. The demux has dropped every command that cannot be read. */
  onCommand(gatewayId: string, record: GatewayRecord, deadlineMs: number): void {
    const split = record.kind === kinds.vibrate ? splitCommandTarget(record.payload) : undefined;
    const vibration = split && decodeVibration(split.payload);
    if (split !== undefined && vibration !== undefined) {
      this.#vibrate(gatewayId, causeOf(record), split.target, vibration, deadlineMs);
    }
  }

  #vibrate(gatewayId: string, cause: Cause, target: number, vibration: Vibration, deadlineMs: number): void {
    if (this.#mutedPeers.has(gatewayId)) return this.#options.onResponse(gatewayId, cause, undefined, "peer-muted");
    for (const probe of this.#options.probes()) {
      const isMeant = target === 0 ? probe.isConnected && probe.downlink.canVibrate : probe.index === target;
      if (!isMeant) continue;
      void probe.downlink
        .vibrate(vibration, deadlineMs)
        .then((response) => this.#options.onResponse(gatewayId, cause, probe, response));
    }
  }
}

/** A copy of two numbers: the record itself would keep its whole message in memory until the write is over. */
const causeOf = ({ probe, sequence }: GatewayRecord): Cause => ({ probe, sequence });

// The probes of this gateway: how they come and go, what the other gateways know of them (the roster), and their
// wearer's limits. Neighbours: own-probe.ts is one of them; gateway.ts connects them with the room's peers.
// Invariant: every change of the roster is reported to `onRoster` once, after the change.
import type { DeviceLink, WriteOutcome } from "../../firmware-bridge/devices/device-link.ts";
import type { MotionSample } from "../../firmware-bridge/frames/payloads.ts";
import type { GestureName } from "../../firmware-bridge/gestures/gestures.ts";
import type { Now } from "../basics/runtime.ts";
import { effectLifetimeMs, type GatewayRecord } from "../wire/record.ts";
import { type Roster, RosterBook } from "../wire/roster.ts";
import { vibrationOf } from "./effects.ts";
import { type MotionLimits, noMotionLimits } from "./motion-rate.ts";
import { OwnProbe, type OwnProbeListener } from "./own-probe.ts";
import type { ProbesObserver } from "./probe-observer.ts";
import type { VibrationBudgets } from "./vibration-budgets.ts";
import type { WearerLimits } from "./wearer-limits.ts";

export type ProbeEvent =
  | { readonly kind: "probes-changed" }
  | { readonly kind: "motion"; readonly probe: OwnProbe; readonly sample: MotionSample }
  | { readonly kind: "gesture"; readonly probe: OwnProbe; readonly gesture: GestureName };

/** The probes that one gateway passes to the next, with their indexes. */
export interface MovedProbes {
  readonly roster: RosterBook;
  readonly probes: readonly OwnProbe[];
}

export interface OwnProbesOptions {
  /** The name of the gateway. */
  readonly name: string;
  readonly limits: WearerLimits;
  readonly budgets: VibrationBudgets;
  readonly now: Now;
  readonly observer: ProbesObserver | undefined;
  readonly onRoster: (roster: Roster) => void;
  /** For the peers. */
  readonly onRecord: (record: GatewayRecord) => void;
  readonly onEvent: (event: ProbeEvent) => void;
}

export class OwnProbes {
  readonly #options: OwnProbesOptions;
  readonly #probes = new Map<number, OwnProbe>();
  #roster: RosterBook;
  #limits: WearerLimits;
  #motionLimits = noMotionLimits;

  constructor(options: OwnProbesOptions) {
    this.#options = options;
    this.#limits = options.limits;
    this.#roster = new RosterBook(options.name);
  }

  [Symbol.iterator](): Iterator<OwnProbe> {
    return this.#probes.values();
  }

  get roster(): Roster {
    return this.#roster.roster;
  }

  get(index: number): OwnProbe | undefined {
    return this.#probes.get(index);
  }

  nameOf(index: number): string {
    return this.#roster.probe(index)?.name ?? "";
  }

  /** Undefined when the gateway has `maxProbes` already. The caller opens the probe. */
  add(link: DeviceLink, name: string): OwnProbe | undefined {
    const index = this.#roster.add({ ...link.info, name });
    if (index === undefined) return undefined;
    const { budgets, now, observer } = this.#options;
    const probe = new OwnProbe({
      index,
      link,
      limits: this.#limits,
      budget: budgets.of(link.deviceId),
      now,
      listener: this.#listenerOf(() => probe),
      observer: observer?.observeProbe(link),
    });
    probe.motionRate.limits = this.#motionLimits;
    this.#probes.set(index, probe);
    this.#tellRoster();
    this.#tellChange();
    return probe;
  }

  /** Resolves when its link is closed. */
  async remove(index: number): Promise<void> {
    const probe = this.#probes.get(index);
    if (probe === undefined) return;
    this.#probes.delete(index);
    this.#roster.remove(index);
    this.#tellRoster();
    this.#tellChange();
    await probe.link.close();
  }

  rename(index: number, name: string): void {
    if (!this.#roster.update(index, { name })) return;
    this.#tellRoster();
    this.#tellChange();
  }

  /** The gateway's name, as the roster tells it. */
  setName(name: string): void {
    if (this.#roster.setName(name)) this.#tellRoster();
  }

  setHidden(isHidden: boolean): void {
    if (this.#roster.setHidden(isHidden)) this.#tellRoster();
  }

  /** Lets the wearer feel one of their own bands. Undefined: there is no such probe. */
  async testBuzz(index: number): Promise<WriteOutcome | undefined> {
    const deadlineMs = this.#options.now() + effectLifetimeMs;
    return this.#probes.get(index)?.downlink.test(vibrationOf("short"), deadlineMs);
  }

  /**
   * Asks each probe that obeys a rate to send no more often than this, or at its own pace again where there is no
   * limit.
   */
  setMotionLimits(limits: MotionLimits): void {
    this.#motionLimits = limits;
    for (const probe of this) probe.motionRate.limits = limits;
  }

  setLimits(limits: WearerLimits): void {
    const isStricter = limits.isMuted || limits.strengthLimit < this.#limits.strengthLimit;
    this.#limits = limits;
    for (const probe of this) probe.downlink.limits = limits;
    if (isStricter) this.expireWaiting(); // It was asked for under the earlier limits.
  }

  /** Commands that wait are not written any more. */
  expireWaiting(): void {
    for (const { link } of this) link.expireWaiting();
  }

  /** The last battery report of each probe again, for a peer that came later. */
  batteriesAgain(): readonly GatewayRecord[] {
    return [...this].flatMap(({ uplink }) => uplink.batteryAgain() ?? []);
  }

  /** To be called about once a second. */
  beat(): void {
    for (const { motionRate } of this) motionRate.beat();
  }

  /** For the gateway that comes after this one, which has no probes from now on. */
  pack(): MovedProbes {
    const moved = { roster: this.#roster, probes: [...this] };
    this.#roster = new RosterBook(this.roster.name);
    this.#probes.clear();
    return moved;
  }

  /**
   * From the gateway before this one, where there are none yet. The probes stay connected on their links, with their
   * indexes and the wearer's counts, so that neither a band nor a limit begins anew.
   */
  takeOver({ roster, probes }: MovedProbes): void {
    this.#roster = roster;
    for (const probe of probes) this.#takeOver(probe);
    this.#tellRoster();
    this.#tellChange();
  }

  #takeOver(probe: OwnProbe): void {
    this.#probes.set(probe.index, probe);
    probe.moveTo(
      this.#listenerOf(() => probe),
      this.#options.observer?.observeProbe(probe.link),
    );
    this.#roster.update(probe.index, { ...probe.link.info, isConnected: probe.isConnected });
  }

  #listenerOf(probe: () => OwnProbe): OwnProbeListener {
    const { onRecord, onEvent } = this.#options;
    return {
      onChange: () => this.#changed(probe()),
      onRecord,
      onMotion: (sample) => onEvent({ kind: "motion", probe: probe(), sample }),
      onGesture: (gesture) => onEvent({ kind: "gesture", probe: probe(), gesture }),
    };
  }

  #changed(probe: OwnProbe): void {
    if (!this.#probes.has(probe.index)) return; // A link that closes because its probe was removed.
    if (this.#roster.update(probe.index, { ...probe.link.info, isConnected: probe.isConnected })) this.#tellRoster();
    this.#tellChange();
  }

  #tellRoster(): void {
    this.#options.onRoster(this.roster);
  }

  #tellChange(): void {
    this.#options.onEvent({ kind: "probes-changed" });
  }
}

// A gateway: my probes on one side, the room's peers on the other, and between them mux, rules and limits.
// Pure: channels come from whoever opens them (web/mesh), links from the drivers; time, chance and keys are handed in.
import type { DeviceLink } from "../firmware-bridge/device-link.ts";
import type { GestureName } from "../firmware-bridge/gestures.ts";
import { kinds } from "../firmware-bridge/kinds.ts";
import { encodeVibration, type MotionSample } from "../firmware-bridge/payloads.ts";
import type { Channel } from "./channel.ts";
import { encodeCommandTarget } from "./command-payload.ts";
import { type Cause, Effects, type Response, vibrationOf } from "./effects.ts";
import { type DoneOutcome, doneOutcomes, type NeighbourFrame } from "./frame-types.ts";
import type { RefusalReason } from "./handshake.ts";
import { type MotionLimits, noMotionLimits } from "./motion-rate.ts";
import { Mux } from "./mux.ts";
import type { GatewayObserver } from "./observers.ts";
import { OwnProbe } from "./own-probe.ts";
import type { Peer } from "./peer.ts";
import { PeerBook } from "./peer-book.ts";
import { checkWindowMs, defaultWindowMs, effectLifetimeMs, type GatewayRecord, recordClass } from "./record.ts";
import { RosterBook, type RosterProbe } from "./roster.ts";
import type { PatternName, Rule } from "./rules.ts";
import type { Cancel, Crypto, IdentityKey, Now, Schedule } from "./runtime.ts";
import type { Traffic } from "./traffic.ts";
import { beatMs, WakeDetector } from "./wake-detector.ts";
import type { WearerLimits } from "./wearer-limits.ts";

export interface GatewayOptions {
  readonly now: Now;
  /** Milliseconds of the wall clock: the one that goes on while a phone sleeps. */
  readonly wallNow: Now;
  readonly schedule: Schedule;
  readonly crypto: Crypto;
  readonly identity: IdentityKey;
  /** How often that identity has entered a room, from 1. */
  readonly epoch: number;
  readonly authKey: Uint8Array;
  readonly name: string;
  readonly rules: readonly Rule[];
  readonly limits: WearerLimits;
  readonly onEvent: (event: GatewayEvent) => void;
  /** The session ids that the peer at `sessionId` says it holds: hints for whoever dials. */
  readonly onMembers: (sessionId: string, sessionIds: readonly string[]) => void;
  /** Of another member, for this one, through the peer at `neighbourId`; who it says it is from, nobody has checked. */
  readonly onNeighbourFrame: (neighbourId: string, frame: NeighbourFrame) => void;
  /** The page behind that session id is no more: it left, or came back as another session. */
  readonly onSessionOver: (sessionId: string) => void;
  /** Who measures; see statistics.ts. */
  readonly observer?: GatewayObserver | undefined;
}

export type GatewayEvent =
  | { readonly kind: "probes-changed" }
  | { readonly kind: "peers-changed" }
  | { readonly kind: "motion"; readonly probe: OwnProbe; readonly sample: MotionSample }
  | { readonly kind: "gesture"; readonly probe: OwnProbe; readonly gesture: GestureName }
  | { readonly kind: "peer-gesture"; readonly peer: Peer; readonly probe: RosterProbe; readonly gesture: GestureName }
  | { readonly kind: "peer-record"; readonly peer: Peer; readonly probe: RosterProbe; readonly record: GatewayRecord }
  | { readonly kind: "response"; readonly gatewayId: string; readonly probe?: OwnProbe; readonly response: Response }
  | { readonly kind: "peer-joined"; readonly peer: Peer }
  /** `hasLeft`: it said that it leaves the room; otherwise its channel was lost. */
  | { readonly kind: "peer-gone"; readonly peer: Peer; readonly hasLeft: boolean }
  | { readonly kind: "refused"; readonly reason: RefusalReason }
  | { readonly kind: "woke" };

export class Gateway {
  readonly #options: GatewayOptions;
  readonly #mux: Mux;
  readonly #roster: RosterBook;
  readonly #peers: PeerBook;
  readonly #effects: Effects;
  readonly #probes = new Map<number, OwnProbe>();
  readonly #wake: WakeDetector;
  #limits: WearerLimits;
  #motionLimits = noMotionLimits;
  #commandSequence = 0;
  #cancelBeat: Cancel;

  constructor(options: GatewayOptions) {
    const { now, schedule, onEvent, observer } = options;
    this.#options = options;
    this.#limits = options.limits;
    this.#mux = new Mux({ now, schedule, windowMs: defaultWindowMs, observer });
    this.#roster = new RosterBook(options.name);
    this.#effects = new Effects({
      rules: options.rules,
      probes: () => this.#probes.values(),
      onResponse: (gatewayId, cause, probe, response) => {
        this.#tellDone(gatewayId, cause, response);
        onEvent({ kind: "response", gatewayId, response, ...(probe && { probe }) });
      },
    });
    this.#peers = new PeerBook({
      ...options,
      mux: this.#mux,
      roster: () => this.#roster.roster,
      beforeMessage: () => this.#noticeSleep(this.#wake.check()),
      onRecord: (peer, record, probe, deadlineMs) => this.#received(peer, record, probe, deadlineMs),
      onChange: () => onEvent({ kind: "peers-changed" }),
      onJoined: (peer) => onEvent({ kind: "peer-joined", peer }),
      onGone: (peer, how) => onEvent({ kind: "peer-gone", peer, hasLeft: how === "left" }),
      onMembers: (peer, sessionIds) => options.onMembers(peer.sessionId, sessionIds),
      onRefused: (reason) => onEvent({ kind: "refused", reason }),
    });
    this.#wake = new WakeDetector(options);
    this.#cancelBeat = this.#scheduleBeat();
  }

  // --- the room's side ---

  get peers(): readonly Peer[] {
    return [...this.#peers];
  }

  get refusals(): ReadonlyMap<RefusalReason, number> {
    return this.#peers.refusals;
  }

  traffic(): Traffic {
    return this.#peers.traffic();
  }

  heldSessionIds(): readonly string[] {
    return this.#peers.heldSessionIds();
  }

  /** See `PeerBook.admit`. */
  admit(channel: Channel): Promise<boolean> {
    return this.#peers.admit(channel);
  }

  /** For another member, by way of the peer at `neighbourId`. False when it was not sent. */
  sendThrough(neighbourId: string, frame: NeighbourFrame): boolean {
    return this.#peers.sendThrough(neighbourId, frame);
  }

  isMuted(gatewayId: string): boolean {
    return this.#effects.isMuted(gatewayId);
  }

  mutePeer(gatewayId: string, isMuted: boolean): void {
    this.#effects.mute(gatewayId, isMuted);
    this.#options.onEvent({ kind: "peers-changed" });
  }

  /** Asks one peer, or all, to vibrate; whether a band moves is its wearer's decision. */
  buzz(gatewayId: string | "all", pattern: PatternName): void {
    const record: GatewayRecord = {
      probe: 0,
      kind: kinds.vibrate,
      sequence: this.#commandSequence++,
      timeUs: Math.round(this.#options.now() * 1000),
      lifetimeMs: effectLifetimeMs,
      payload: encodeCommandTarget(0, encodeVibration(vibrationOf(pattern))),
    };
    for (const peer of this.#peers) {
      if (gatewayId === "all" || peer.gatewayId === gatewayId) this.#mux.command(peer.gatewayId, record);
    }
  }

  /** Asks for samples of a peer's probe at least `minIntervalMs` apart; undefined: for no more of them. */
  watch(gatewayId: string, probeIndex: number, minIntervalMs: number | undefined): void {
    this.#peers.get(gatewayId)?.want(probeIndex, minIntervalMs);
    this.#options.onEvent({ kind: "peers-changed" });
  }

  /** Compares clocks with everybody now, beside the pings that liveness sends. */
  pingPeers(): void {
    for (const peer of this.#peers) peer.ping();
  }

  setName(name: string): void {
    if (this.#roster.setName(name)) this.#sendRoster();
  }

  setHidden(isHidden: boolean): void {
    if (this.#roster.setHidden(isHidden)) this.#sendRoster();
  }

  /** How long samples and status wait for company; gestures, buttons and commands never do. */
  get windowMs(): number {
    return this.#mux.windowMs;
  }

  /** Counts from the next record on. Out of `windowRangeMs` is a caller's bug. */
  setWindowMs(windowMs: number): void {
    this.#mux.windowMs = checkWindowMs(windowMs);
  }

  setRules(rules: readonly Rule[]): void {
    this.#effects.rules = rules;
  }

  // --- the wearables' side ---

  get probes(): readonly OwnProbe[] {
    return [...this.#probes.values()];
  }

  probe(index: number): OwnProbe | undefined {
    return this.#probes.get(index);
  }

  probeName(index: number): string {
    return this.#roster.probe(index)?.name ?? "";
  }

  /** Undefined when the page holds as many probes as it may. The caller opens the probe. */
  addProbe(link: DeviceLink, name: string): OwnProbe | undefined {
    const index = this.#roster.add({ ...link.info, name });
    if (index === undefined) return undefined;
    const { onEvent, now, observer } = this.#options;
    const probe = new OwnProbe({
      index,
      link,
      limits: this.#limits,
      now,
      listener: {
        onChange: () => this.#probeChanged(probe),
        onRecord: (record) => this.#mux.announce(record),
        onMotion: (sample) => onEvent({ kind: "motion", probe, sample }),
        onGesture: (gesture) => onEvent({ kind: "gesture", probe, gesture }),
      },
      observer: observer?.observeProbe(link),
    });
    probe.motionRate.limits = this.#motionLimits;
    this.#probes.set(index, probe);
    this.#sendRoster();
    onEvent({ kind: "probes-changed" });
    return probe;
  }

  async removeProbe(index: number): Promise<void> {
    const probe = this.#probes.get(index);
    if (probe === undefined) return;
    this.#probes.delete(index);
    this.#roster.remove(index);
    this.#sendRoster();
    this.#options.onEvent({ kind: "probes-changed" });
    await probe.link.close();
  }

  renameProbe(index: number, name: string): void {
    if (!this.#roster.update(index, { name })) return;
    this.#sendRoster();
    this.#options.onEvent({ kind: "probes-changed" });
  }

  /** Lets the wearer feel one of their own bands. */
  testBuzz(index: number): void {
    const deadlineMs = this.#options.now() + effectLifetimeMs;
    void this.#probes.get(index)?.downlink.vibrate(vibrationOf("short"), deadlineMs, "wearer");
  }

  /** Lets each probe that takes a rate send no oftener than that, and those of before at their own pace again. */
  setMotionLimits(limits: MotionLimits): void {
    this.#motionLimits = limits;
    for (const probe of this.#probes.values()) probe.motionRate.limits = limits;
  }

  setLimits(limits: WearerLimits): void {
    const isStricter = limits.isMuted || limits.strengthLimit < this.#limits.strengthLimit;
    this.#limits = limits;
    for (const probe of this.#probes.values()) {
      probe.downlink.limits = limits;
      if (isStricter) probe.link.expireWaiting(); // It was asked for under the limits of before.
    }
  }

  // --- time ---

  /** The page was hidden, frozen or asleep: nothing has an effect until the clocks have been compared afresh. */
  woke(): void {
    for (const peer of this.#peers) peer.distrustClock();
    for (const probe of this.#probes.values()) probe.link.expireWaiting();
    this.#options.onEvent({ kind: "woke" });
  }

  /** Says goodbye to the peers and lets go of the probes. */
  async close(): Promise<void> {
    this.#cancelBeat();
    this.#peers.close();
    this.#mux.close();
    await Promise.all(this.probes.map((probe) => this.removeProbe(probe.index)));
  }

  #scheduleBeat(): Cancel {
    return this.#options.schedule(beatMs, () => {
      this.#cancelBeat = this.#scheduleBeat();
      this.#noticeSleep(this.#wake.beat());
      this.#peers.tick();
      for (const probe of this.#probes.values()) probe.motionRate.beat();
      this.#options.observer?.onBeat(this.peers, this.probes);
    });
  }

  #noticeSleep(hasSlept: boolean): void {
    if (hasSlept) this.woke();
  }

  #received(peer: Peer, record: GatewayRecord, probe: RosterProbe | undefined, deadlineMs: number): void {
    const { onEvent } = this.#options;
    if (recordClass(record.kind) === "command") {
      this.#effects.onCommand(peer.gatewayId, record, deadlineMs);
    } else if (probe !== undefined && record.kind === kinds.gesture) {
      const gesture = this.#effects.onGesture(peer.gatewayId, record, deadlineMs);
      if (gesture !== undefined) onEvent({ kind: "peer-gesture", peer, probe, gesture });
    } else if (probe !== undefined) {
      onEvent({ kind: "peer-record", peer, probe, record });
    }
  }

  /** What became of a write, for whoever measures at the other end. A mute, a rule or a limit is the wearer's own business. */
  #tellDone(gatewayId: string, { probe, sequence }: Cause, response: Response): void {
    if (!isDone(response)) return;
    const timeUs = Math.round(this.#options.now() * 1000);
    this.#peers.get(gatewayId)?.send({ type: "done", probe, sequence, timeUs, outcome: doneOutcomes[response] });
  }

  #probeChanged(probe: OwnProbe): void {
    if (!this.#probes.has(probe.index)) return; // A link that closes because its probe was removed.
    if (this.#roster.update(probe.index, { ...probe.link.info, isConnected: probe.isConnected })) this.#sendRoster();
    this.#options.onEvent({ kind: "probes-changed" });
  }

  #sendRoster(): void {
    this.#mux.rosterVersion = this.#roster.roster.version;
    this.#peers.send({ type: "roster", ...this.#roster.roster });
  }
}

const isDone = (response: Response): response is DoneOutcome => response in doneOutcomes;

// A gateway: my probes on one side, the room's peers on the other, and between them mux, rules and limits.
// Pure: channels come from web/mesh, links from the drivers; time, chance and keys are parameters.
import type { DeviceLink, WriteOutcome } from "../firmware-bridge/devices/device-link.ts";
import { kinds } from "../firmware-bridge/frames/kinds.ts";
import { encodeVibration } from "../firmware-bridge/frames/payloads.ts";
import type { RefusalReason } from "./admission/handshake.ts";
import { PenaltyBook } from "./admission/penalty-book.ts";
import type { Cancel, Clocks, Crypto, IdentityKey, Schedule } from "./basics/runtime.ts";
import { beatMs, WakeDetector } from "./basics/wake-detector.ts";
import type { GatewayEvent } from "./gateway-events.ts";
import type { GatewayObserver } from "./gateway-observer.ts";
import { Farewell } from "./key-change/farewell.ts";
import { RoomKeyChange, type SettledChange } from "./key-change/room-key-change.ts";
import type { Peer } from "./peers/peer.ts";
import { PeerBook, type PeerBookListener } from "./peers/peer-book.ts";
import type { Departure } from "./peers/peer-state.ts";
import { type Cause, Effects, type Response, vibrationOf } from "./probes/effects.ts";
import type { MotionLimits } from "./probes/motion-rate.ts";
import type { OwnProbe } from "./probes/own-probe.ts";
import { OwnProbes } from "./probes/own-probes.ts";
import type { PatternName, Rule } from "./probes/rules.ts";
import { VibrationBudgets } from "./probes/vibration-budgets.ts";
import type { WearerLimits } from "./probes/wearer-limits.ts";
import { DoneOutbox } from "./records/done-outbox.ts";
import { Mux } from "./records/mux.ts";
import type { Traffic } from "./records/traffic.ts";
import type { Channel } from "./wire/channel.ts";
import { encodeCommandTarget } from "./wire/command-payload.ts";
import { type DoneOutcome, doneOutcomes, type NeighbourFrame } from "./wire/frame-types.ts";
import { checkWindowMs, defaultWindowMs, effectLifetimeMs, type GatewayRecord, recordClass } from "./wire/record.ts";
import type { RosterProbe } from "./wire/roster.ts";

export interface GatewayOptions extends Clocks {
  readonly schedule: Schedule;
  readonly crypto: Crypto;
  readonly identity: IdentityKey;
  /** How often this identity has entered a room, from 1. */
  readonly epoch: number;
  readonly roomKey: Uint8Array;
  readonly authKey: Uint8Array;
  readonly name: string;
  readonly rules: readonly Rule[];
  readonly limits: WearerLimits;
  /**
   * How long the wearer's bands have vibrated lately, in this room and before it. If it is absent, nothing is known
   * from before, and the counts end with the room.
   */
  readonly budgets?: VibrationBudgets | undefined;
  readonly onEvent: (event: GatewayEvent) => void;
  /** The session ids that the peer at `sessionId` says it is connected to: hints for dialling. */
  readonly onMembers: (sessionId: string, sessionIds: readonly string[]) => void;
  /**
   * A frame of another member for this one, which came through the peer at `neighbourSessionId`. Nobody has checked the
   * sender that it names.
   */
  readonly onNeighbourFrame: (neighbourSessionId: string, frame: NeighbourFrame) => void;
  /** The page behind that session id is gone: it left, or came back as another session. */
  readonly onSessionOver: (sessionId: string) => void;
  /**
   * The page behind that session id must not be dialled before then: one of the two was disconnected because it
   * exceeded its limits.
   */
  readonly onHoldOff: (sessionId: string, untilMs: number) => void;
  /**
   * The penalties of this page's gateway under the room's former key, which goes on until it moves here (see `moveTo`).
   * Without them, a peer that was disconnected for sending too much could get rid of its penalty by leading the room to
   * another key. Undefined: the room is a new one.
   */
  readonly penalties?: PenaltyBook | undefined;
  /** What measures this gateway; see statistics.ts. */
  readonly observer?: GatewayObserver | undefined;
}

export class Gateway {
  /** Peers that this page has disconnected for sending too much. */
  readonly penalties: PenaltyBook;
  readonly #options: GatewayOptions;
  readonly #mux: Mux;
  readonly #peers: PeerBook;
  readonly #effects: Effects;
  readonly #doneOutbox: DoneOutbox;
  readonly #probes: OwnProbes;
  readonly #wake: WakeDetector;
  readonly #keyChange: RoomKeyChange;
  #farewell: Farewell | undefined;
  /** When this page came here from the room's former key, or gave up moving to another. */
  #movedAtMs: number | undefined;
  #commandSequence = 0;
  #cancelBeat: Cancel;

  constructor(options: GatewayOptions) {
    const { now, schedule, onEvent, observer } = options;
    this.#options = options;
    this.#mux = new Mux({ now, schedule, windowMs: defaultWindowMs, observer });
    this.#probes = new OwnProbes({
      name: options.name,
      limits: options.limits,
      budgets: options.budgets ?? new VibrationBudgets({ now, wallNow: options.wallNow }),
      now,
      observer,
      onRoster: (roster) => {
        this.#mux.rosterChanged(roster.version);
        this.#peers.send({ type: "roster", ...roster });
      },
      onRecord: (record) => this.#mux.announce(record),
      onEvent,
    });
    this.#mux.rosterChanged(this.#probes.roster.version);
    this.penalties = options.penalties ?? new PenaltyBook(now);
    this.#doneOutbox = new DoneOutbox({
      schedule,
      send: (gatewayId, writes) => this.#peers.get(gatewayId)?.send({ type: "done", writes }),
    });
    this.#effects = new Effects({
      rules: options.rules,
      probes: () => this.#probes,
      onResponse: (gatewayId, cause, probe, response) => {
        this.#tellDone(gatewayId, cause, response);
        onEvent({ kind: "response", gatewayId, cause, response, ...(probe && { probe }) });
      },
    });
    this.#peers = new PeerBook(
      { ...options, penalties: this.penalties, mux: this.#mux, roster: () => this.#probes.roster },
      this.#listenToPeers(),
    );
    this.#keyChange = new RoomKeyChange({
      ownGatewayId: options.identity.gatewayId,
      roomKey: options.roomKey,
      lastMoveMs: () => this.#movedAtMs,
      now,
      schedule,
      members: () => this.peers.map(({ gatewayId }) => gatewayId),
      held: () => this.peers.flatMap(({ gatewayId, channel }) => (channel === undefined ? [] : [gatewayId])),
      send: (gatewayId, frame) => this.#peers.get(gatewayId)?.send(frame),
      onChosen: () => onEvent({ kind: "peers-changed" }),
      onSettled: (change) => onEvent({ kind: "room-key-settled", change }),
    });
    this.#wake = new WakeDetector(options);
    this.#cancelBeat = this.#scheduleBeat();
  }

  // --- the room's side ---

  /** The name under which others know this gateway. */
  get id(): string {
    return this.#options.identity.gatewayId;
  }

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

  /** Another page was refused before there was a channel. */
  refuse(reason: RefusalReason): void {
    this.#peers.refuse(reason);
  }

  /** Sends a frame for another member through the peer at `neighbourSessionId`. False when it was not sent. */
  sendThrough(neighbourSessionId: string, frame: NeighbourFrame): boolean {
    return this.#peers.sendThrough(neighbourSessionId, frame);
  }

  /** Leads the room to another key, without the removed members (docs/protocol.md §4). */
  changeRoomKey(roomKey: Uint8Array, removed: readonly string[]): "begun" | "underway" {
    return this.#keyChange.begin(roomKey, removed);
  }

  /** Whether a change of the key removes that member; the change may not have settled yet. */
  isBeingRemoved(gatewayId: string): boolean {
    return this.#keyChange.isRemoved(gatewayId);
  }

  /** Whether that change is this gateway's, and has settled. */
  hasSettledFor(change: SettledChange): boolean {
    return this.#keyChange.outcome === change;
  }

  /**
   * The room of the new key did not let this page in: the room goes on under the key that it has, and another change
   * may begin.
   */
  stay(): void {
    this.#movedAtMs = this.#options.now();
    this.#keyChange.giveUp();
    this.#options.onEvent({ kind: "peers-changed" });
  }

  /**
   * The page goes on in the room of the new key with the gateway `next`, which has no probes yet and gets these. From
   * now on this gateway admits nobody. Resolves when no peer is connected any more, after a minute at most; then the
   * caller closes this gateway.
   */
  moveTo(next: Gateway): Promise<void> {
    next.#movedAtMs = next.#options.now();
    next.#probes.takeOver(this.#probes.pack());
    next.#peers.takeNames(this.#peers);
    this.#farewell ??= new Farewell(this.#peers, this.#keyChange, this.#options.schedule);
    this.#farewell.check();
    return this.#farewell.over;
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
      if (gatewayId === "all" || peer.gatewayId === gatewayId) this.#mux.sendTo(peer.gatewayId, record);
    }
  }

  /** Asks for samples of a peer's probe at least `minIntervalMs` apart; undefined: asks for none any more. */
  watch(gatewayId: string, probeIndex: number, minIntervalMs: number | undefined): void {
    this.#peers.get(gatewayId)?.want(probeIndex, minIntervalMs);
    this.#options.onEvent({ kind: "peers-changed" });
  }

  setName(name: string): void {
    this.#probes.setName(name);
  }

  setHidden(isHidden: boolean): void {
    this.#probes.setHidden(isHidden);
  }

  /** How long samples and status are held back to share a packet; gestures, buttons and commands never are. */
  get windowMs(): number {
    return this.#mux.windowMs;
  }

  /** Applies from the next record on. A value outside of `windowRangeMs` is a caller's bug. */
  setWindowMs(windowMs: number): void {
    this.#mux.setWindowMs(checkWindowMs(windowMs));
  }

  setRules(rules: readonly Rule[]): void {
    this.#effects.rules = rules;
  }

  // --- the wearables' side ---

  get probes(): readonly OwnProbe[] {
    return [...this.#probes];
  }

  probe(index: number): OwnProbe | undefined {
    return this.#probes.get(index);
  }

  probeName(index: number): string {
    return this.#probes.nameOf(index);
  }

  /** Undefined when the page has as many probes as it may. The caller opens the probe. */
  addProbe(link: DeviceLink, name: string): OwnProbe | undefined {
    return this.#probes.add(link, name);
  }

  removeProbe(index: number): Promise<void> {
    return this.#probes.remove(index);
  }

  renameProbe(index: number, name: string): void {
    this.#probes.rename(index, name);
  }

  /** Makes one of the wearer's own bands vibrate. Undefined: there is no such probe. */
  testBuzz(index: number): Promise<WriteOutcome | undefined> {
    return this.#probes.testBuzz(index);
  }

  setMotionLimits(limits: MotionLimits): void {
    this.#probes.setMotionLimits(limits);
  }

  setLimits(limits: WearerLimits): void {
    this.#probes.setLimits(limits);
  }

  // --- time ---

  /** The page was hidden, frozen or asleep: nothing has an effect until the clocks have been compared again. */
  woke(): void {
    for (const peer of this.#peers) peer.distrustClock();
    this.#probes.expireWaiting();
    this.#options.onEvent({ kind: "woke" });
  }

  /** Says goodbye to the peers and closes the probes. */
  async close(): Promise<void> {
    this.#cancelBeat();
    this.#keyChange.close();
    this.#doneOutbox.close();
    this.#peers.close();
    this.#farewell?.check();
    this.#mux.close();
    await Promise.all(this.probes.map((probe) => this.removeProbe(probe.index)));
  }

  #scheduleBeat(): Cancel {
    return this.#options.schedule(beatMs, () => {
      this.#cancelBeat = this.#scheduleBeat();
      this.#noticeSleep(this.#wake.beat());
      this.#peers.tick();
      this.#probes.beat();
      this.#farewell?.check();
      this.#options.observer?.onBeat(this.peers, this.probes);
    });
  }

  #listenToPeers(): PeerBookListener {
    const options = this.#options;
    const { onEvent } = options;
    return {
      onMessage: () => this.#noticeSleep(this.#wake.check()),
      onRecord: (peer, record, probe, deadlineMs) => this.#received(peer, record, probe, deadlineMs),
      onChange: () => onEvent({ kind: "peers-changed" }),
      onJoined: (peer) => onEvent({ kind: "peer-joined", peer }),
      onGone: (peer, how) => this.#gone(peer, how),
      onMembers: (peer, sessionIds) => options.onMembers(peer.sessionId, sessionIds),
      onNeighbourFrame: (neighbourSessionId, frame) => options.onNeighbourFrame(neighbourSessionId, frame),
      onSessionOver: (sessionId) => options.onSessionOver(sessionId),
      onHoldOff: (sessionId, untilMs) => options.onHoldOff(sessionId, untilMs),
      onRefused: (reason) => onEvent({ kind: "refused", reason }),
      onOpened: ({ gatewayId }) => {
        this.#keyChange.connected(gatewayId);
        this.#sendBatteries(gatewayId);
      },
      onKeyProposal: (peer, frame) => {
        this.#keyChange.heard(peer.gatewayId, frame);
        this.#farewell?.check();
      },
    };
  }

  #noticeSleep(hasSlept: boolean): void {
    if (hasSlept) this.woke();
  }

  /** Peers that we leave are not reported, and a peer that is being removed has no say in who is removed. */
  #gone(peer: Peer, how: Departure): void {
    const { onEvent } = this.#options;
    if (how === "removed" && !this.#keyChange.isRemoved(peer.gatewayId)) onEvent({ kind: "removed", peer });
    else if (how === "moved" && !this.#keyChange.isUnderway) onEvent({ kind: "left-behind", peer });
    else if (how !== "moved" && this.#farewell === undefined)
      onEvent({ kind: "peer-gone", peer, how: how === "removed" ? "lost" : how });
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

  /**
   * A band reports its level when it changes, which may be once in an hour. A peer that comes later would not know the
   * level until then.
   */
  #sendBatteries(gatewayId: string): void {
    for (const record of this.#probes.batteriesAgain()) this.#mux.sendTo(gatewayId, record);
  }

  /** What became of a write, for the other end's figures. A mute, a rule or a limit is the wearer's own business. */
  #tellDone(gatewayId: string, { probe, sequence }: Cause, response: Response): void {
    if (!isDone(response)) return;
    const timeUs = Math.round(this.#options.now() * 1000);
    this.#doneOutbox.add(gatewayId, { probe, sequence, timeUs, outcome: doneOutcomes[response] });
  }
}

const isDone = (response: Response): response is DoneOutcome => response in doneOutcomes;

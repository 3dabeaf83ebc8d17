// One gateway at the far end, from its first admitted channel until it is forgotten: its state, its roster, its ledger.
// Channels come and go under it (held-channel.ts). The ledger stays for the epoch, longer than the peer itself
// (account-book.ts), so that both ends can account for every record.

import { excessWords } from "../admission/allowance.ts";
import type { Allowances } from "../admission/allowance-book.ts";
import type { ChannelRelay } from "../admission/channel-relay.ts";
import { CauseCounts } from "../basics/cause-counts.ts";
import type { Now } from "../basics/runtime.ts";
import { Demux } from "../records/demux.ts";
import type { Ledger } from "../records/ledger.ts";
import type { Mux } from "../records/mux.ts";
import { Wishes } from "../records/wishes.ts";
import type { Channel } from "../wire/channel.ts";
import { decodeMessage } from "../wire/decode-message.ts";
import {
  type ByeReason,
  byeReasons,
  type DoneWrite,
  type GatewayFrame,
  type KeyProposal,
  type Members,
  type NeighbourFrame,
  type Ping,
  type Pong,
} from "../wire/frame-types.ts";
import { bandNames, plainName } from "../wire/plain-name.ts";
import { type GatewayRecord, hasEffect } from "../wire/record.ts";
import type { Roster, RosterProbe } from "../wire/roster.ts";
import { HeldChannel } from "./held-channel.ts";
import type { NameBook } from "./name-book.ts";
import type { ClockEstimate } from "./peer-clock.ts";
import type { PeerObserver, PeersObserver } from "./peer-observer.ts";
import { type Departure, departureOf, isGoodbye, type Parting, type PeerState } from "./peer-state.ts";
import type { Delay } from "./peer-time.ts";

export interface PeerOptions {
  readonly gatewayId: string;
  readonly epoch: number;
  /** Of all that has passed between the two in their present epochs. */
  readonly ledger: Ledger;
  /** What it may still cost, over all its channels and epochs. */
  readonly allowances: Allowances;
  /** Tells it apart from others of the same name. */
  readonly names: NameBook;
  readonly now: Now;
  readonly mux: Mux;
  readonly observer?: PeersObserver | undefined;
}

/** What a peer has to say to its gateway. */
export interface PeerListener {
  /** Called before anything of a message is applied. */
  onMessage(): void;
  /** State, roster or delay has changed. */
  onChange(peer: Peer): void;
  /** It is there, and has sent its name and its probes. */
  onJoined(peer: Peer): void;
  /** It exceeds what it may, and is disconnected for it. */
  onExcess(peer: Peer): void;
  /** Its channel has ended, and no other takes its place. */
  onGone(peer: Peer, how: Departure): void;
  /**
   * A record that came for the first time, and in time. The deadline is on this gateway's clock, for records with an
   * effect.
   */
  onRecord(peer: Peer, record: GatewayRecord, probe: RosterProbe | undefined, deadlineMs: number): void;
  /** The session ids that the peer says it holds: at once, and then at most once between two ticks. */
  onMembers(peer: Peer, sessionIds: readonly string[]): void;
  /** By way of this peer, or for another member to whom it is to be handed on. */
  onNeighbourFrame(peer: Peer, frame: NeighbourFrame): void;
  /** It hands on a key for the room. */
  onKeyProposal(peer: Peer, roomKey: KeyProposal): void;
}

export class Peer {
  readonly gatewayId: string;
  readonly epoch: number;
  readonly ledger: Ledger;
  readonly #refusals = new CauseCounts<string>();
  readonly #allowances: Allowances;
  readonly #names: NameBook;
  readonly #listener: PeerListener;
  readonly #now: Now;
  readonly #mux: Mux;
  readonly #demux: Demux;
  readonly #observer: PeerObserver | undefined;
  /** Its present channel, or its last. */
  #held: HeldChannel | undefined;
  /** It has said who it is since it was gone last. */
  #isIntroduced = false;
  #state: PeerState;
  readonly #wishes = new Wishes();

  constructor(options: PeerOptions, listener: PeerListener) {
    this.gatewayId = options.gatewayId;
    this.epoch = options.epoch;
    this.ledger = options.ledger;
    this.#allowances = options.allowances;
    this.#names = options.names;
    this.#listener = listener;
    this.#now = options.now;
    this.#mux = options.mux;
    this.#observer = options.observer?.observePeer(this);
    const observer = this.#observer;
    this.#demux = new Demux({
      now: options.now,
      ledger: this.ledger,
      allowance: options.allowances.records,
      gate: (record, nowMs) => this.#held?.time.gate(record, nowMs) ?? "unknown",
      deliver: (record, probe, nowMs) => this.#deliver(record, probe, nowMs),
      onFlood: () => this.#expel("rate", "too many records"),
      onArrival: observer && ((record, atMs, nowMs) => observer.onRecord(record, atMs, this.#clock(nowMs))),
    });
    this.#state = { kind: "gone", sinceMs: options.now(), reason: "not yet connected" };
  }

  /** Frames and messages that were not honoured, by cause. */
  get refusals(): ReadonlyMap<string, number> {
    return this.#refusals.byCause;
  }

  get state(): PeerState {
    return this.#state;
  }

  get channel(): Channel | undefined {
    return this.#open?.channel;
  }

  /** Of its present channel, or of its last. */
  get sessionId(): string {
    return this.#held?.sessionId ?? "";
  }

  /** See `HeldChannel`. */
  get isSessionVouched(): boolean {
    return this.#held?.isSessionVouched ?? false;
  }

  /** Its last channel ended by its own word, as it goes elsewhere. */
  get hasSaidGoodbye(): boolean {
    const parting = this.#held?.parting;
    return parting !== undefined && isGoodbye(parting);
  }

  /** Since its channel was opened. */
  get heldMs(): number {
    return this.#held?.heldMs ?? 0;
  }

  /** As it may be shown: with a number where others are called alike. Empty while it has none. */
  get name(): string {
    return this.#demux.roster === undefined ? "" : this.#names.nameOf(this.gatewayId);
  }

  get probes(): readonly RosterProbe[] {
    return this.#demux.roster?.probes ?? [];
  }

  /** Its page is hidden, so it may be slow or fall asleep. */
  get isHidden(): boolean {
    return this.#demux.roster?.isHidden ?? false;
  }

  get delay(): Delay | undefined {
    return this.#held?.time.delay;
  }

  /** How well the peer's clock is known now. */
  get clockBoundMs(): number | undefined {
    return this.#clock()?.boundMs;
  }

  /** Takes over an admitted channel; `roster` and `members` are sent to the other end at once. */
  open(relay: ChannelRelay, roster: Roster, members: readonly string[]): void {
    const observer = this.#observer;
    observer?.onOpened();
    const held = new HeldChannel({ channel: relay.channel, now: this.#now, observer, before: this.#held });
    this.#held = held;
    this.ledger.openChannel();
    this.#mux.addPeer(this.gatewayId, held.port, this.ledger);
    this.#setState({ kind: "connected" });
    held.send({ type: "roster", ...roster });
    held.sendMembers(members);
    if (!this.#wishes.isEmpty) held.send(this.#wishes.say());
    this.ping();
    relay.forward({
      onMessage: (message) => {
        if (held.isOpen) this.#take(held, message); // What a replaced channel still brings would be counted twice.
      },
      onDrain: () => this.#mux.drained(this.gatewayId),
      onClose: (reason) => this.#end(held, reason, "lost"),
    });
  }

  /** Ends the present channel with a word to the other end. The peer stays, as gone. */
  close(reason: ByeReason, why: string): void {
    const held = this.#open;
    if (held === undefined) return;
    // What has come since the last report would count as lost at the other end, and for good if this one does not
    // return.
    held.send(this.#newPing(held), { type: "bye", reason: byeReasons[reason] });
    const isReplaced = reason === "newerChannel" || reason === "newerEpoch";
    this.#end(held, why, isReplaced ? "replaced" : "lost");
    held.channel.close(why);
  }

  /** In one message; `maxFrames` of them at most. */
  send(...frames: readonly GatewayFrame[]): void {
    this.#open?.send(...frames);
  }

  /** It is forgotten: what waits for something more of it is decided now. */
  giveUp(): void {
    this.#demux.giveUp();
  }

  /**
   * Compares the clocks, and reports to the other end which records have come. Returns the ping's id on this channel.
   */
  ping(): number | undefined {
    const held = this.#open;
    if (held === undefined) return undefined;
    const ping = this.#newPing(held);
    held.send(ping);
    return ping.id;
  }

  sendMembers(sessionIds: readonly string[]): void {
    this.#open?.sendMembers(sessionIds);
  }

  /** From now on I want samples of that probe, at least `minIntervalMs` apart; undefined: no more. */
  want(probeIndex: number, minIntervalMs: number | undefined): void {
    this.#wishes.set(probeIndex, minIntervalMs);
    this.send(this.#wishes.say());
  }

  wants(probeIndex: number): boolean {
    return this.#wishes.has(probeIndex);
  }

  /**
   * Nothing with an effect is applied until the clocks have been compared afresh: this page slept, or the other's clock
   * jumped.
   */
  distrustClock(): void {
    this.#open?.time.distrust();
    this.ping();
  }

  /** Counts what is not honoured. */
  refuse(cause: string): void {
    this.#refusals.count(cause);
  }

  tick(): void {
    this.#demux.tick();
    this.#membersCame(this.#open?.members.tick());
    switch (this.#open?.liveness.tick(this.#now())) {
      case "ping":
        this.ping();
        return;
      case "asleep":
        return this.#setState({ kind: "asleep", sinceMs: this.#now() });
      case "drop":
        return this.close("other", "no sign of life");
    }
  }

  get #open(): HeldChannel | undefined {
    return this.#held?.isOpen ? this.#held : undefined;
  }

  #clock(nowMs?: number): ClockEstimate | undefined {
    return this.#held?.time.estimate(nowMs);
  }

  #take(held: HeldChannel, message: Uint8Array): void {
    if (this.#observer === undefined) return this.#message(held, message);
    const startedMs = this.#now();
    this.#message(held, message);
    this.#observer.onReceived(message.length, this.#now() - startedMs);
  }

  #message(held: HeldChannel, message: Uint8Array): void {
    this.#listener.onMessage();
    const decoded = decodeMessage(message);
    if ("malformed" in decoded) {
      this.refuse(decoded.malformed);
      return this.close("malformed", decoded.malformed);
    }
    const { channel, port, liveness } = held;
    const { messages } = this.#allowances;
    const excess = messages.exceededBy(decoded.frames, channel.localSessionId, port.bufferedBytes());
    if (excess !== undefined) return this.#expel(excess, excessWords[excess]);
    if (liveness.heard(this.#now()) === "awake") this.#setState({ kind: "connected" });
    for (const frame of decoded.frames) {
      if (!held.isOpen) return; // A frame before this one ended the channel.
      this.#frame(held, frame);
    }
  }

  #frame(held: HeldChannel, frame: GatewayFrame): void {
    switch (frame.type) {
      case "roster":
        return this.#rosterCame(frame);
      case "aggregate":
        return this.#demux.onAggregate(frame);
      case "interest":
        if (held.isNewestInterest(frame)) this.#mux.setInterest(this.gatewayId, frame.entries);
        return;
      case "ping":
        return this.#pinged(held, frame);
      case "pong":
        return this.#ponged(held, frame);
      case "members":
        return this.#membersCame(held.members.come(frame));
      case "neighbourOffer":
      case "neighbourAnswer":
        return this.#listener.onNeighbourFrame(this, frame);
      case "done":
        return this.#done(frame.writes);
      case "keyProposal":
        return this.#listener.onKeyProposal(this, frame);
      case "bye":
        this.#end(held, "it said goodbye", departureOf(frame.reason));
        return held.channel.close(`the other end said goodbye (${frame.reason})`);
      case "hello":
      case "answer":
      case "proof":
      case "ready":
        this.refuse("out of turn");
        return this.close("malformed", "a handshake frame after the handshake");
      default:
        return frame satisfies never;
    }
  }

  #rosterCame({ version, isHidden, ...said }: Roster): void {
    const names = bandNames(said.probes.map((probe) => plainName(probe.name)));
    const probes = said.probes.map((probe, nth) => ({ ...probe, name: names[nth] ?? "" }));
    const roster = { version, isHidden, name: plainName(said.name), probes };
    // First, because what has waited for the roster is told of under that name.
    if (version > (this.#demux.roster?.version ?? 0)) this.#names.heard(this.gatewayId, roster.name);
    const isNews = this.#demux.onRoster(roster);
    if (isNews && this.#wishes.keepOnly(roster.probes)) this.send(this.#wishes.say());
    if (isNews || !this.#isIntroduced) this.#listener.onChange(this);
    if (!this.#isIntroduced) this.#listener.onJoined(this);
    this.#isIntroduced = true;
  }

  #membersCame(members: Members | undefined): void {
    if (members !== undefined) this.#listener.onMembers(this, members.sessionIds);
  }

  #done(writes: readonly DoneWrite[]): void {
    const clock = this.#observer && this.#clock();
    for (const write of writes) this.#observer?.onDone(write, clock);
  }

  #pinged(held: HeldChannel, { id, t1Us, ledger }: Ping): void {
    const t2Us = Math.round(this.#now() * 1000);
    this.ledger.heard(ledger);
    if (held.time.pinged({ t1Us }) === "doubted") this.ping();
    held.send({ type: "pong", id, t2Us, t3Us: Math.round(this.#now() * 1000), ledger: this.ledger.report() });
  }

  #ponged(held: HeldChannel, { ledger, ...pong }: Pong): void {
    this.ledger.heard(ledger);
    const outcome = held.time.ponged(pong);
    if (outcome !== "accepted") return this.refuse(`${outcome} pong`);
    this.#demux.recheck();
    this.#listener.onChange(this);
  }

  #deliver(record: GatewayRecord, probe: RosterProbe | undefined, nowMs: number): void {
    const deadlineMs = hasEffect(record.kind) ? this.#held?.time.deadlineMs(record, nowMs) : undefined;
    this.#listener.onRecord(this, record, probe, deadlineMs ?? nowMs);
  }

  /** Once for each channel: it was closed by either end, or failed. */
  #end(held: HeldChannel, reason: string, how: Parting): void {
    if (!held.isOpen) return;
    held.end(how);
    this.#observer?.onClosed();
    this.#mux.removePeer(this.gatewayId);
    this.ledger.closeChannel();
    if (how === "replaced") return; // The next channel, or the next epoch, follows at once.
    this.#isIntroduced = false;
    this.#setState({ kind: "gone", sinceMs: this.#now(), reason });
    this.#listener.onGone(this, how);
  }

  #setState(state: PeerState): void {
    this.#state = state;
    this.#listener.onChange(this);
  }

  /** It exceeds what it may: docs/protocol.md §2.9. */
  #expel(cause: string, why: string): void {
    this.refuse(cause);
    this.#listener.onExcess(this);
    this.close("limits", why);
  }

  #newPing({ time }: HeldChannel): GatewayFrame & Ping {
    return { type: "ping", ...time.ping(), ledger: this.ledger.report() };
  }
}

// One gateway at the far end, from its first admitted channel until it is forgotten: its clock, its liveness, its roster, its ledger.
// Channels come and go under it; the ledger stays for the epoch, longer than the peer itself (account-book.ts), so that both ends can account
// for every record.
import { excessWords } from "../admission/allowance.ts";
import type { Allowances } from "../admission/allowance-book.ts";
import type { ChannelRelay } from "../admission/channel-relay.ts";
import type { Now } from "../basics/runtime.ts";
import type { GatewayObserver, PeerObserver } from "../gateway-observer.ts";
import { Demux } from "../records/demux.ts";
import type { Ledger } from "../records/ledger.ts";
import type { Mux, MuxPort } from "../records/mux.ts";
import { Wishes } from "../records/wishes.ts";
import type { Channel } from "../wire/channel.ts";
import { decodeMessage } from "../wire/decode-message.ts";
import { encodeMessage } from "../wire/encode-message.ts";
import {
  type ByeReason,
  byeReasons,
  type GatewayFrame,
  type Interest,
  type NeighbourFrame,
  type Ping,
  type Pong,
  type RoomKey,
} from "../wire/frame-types.ts";
import { type GatewayRecord, hasEffect } from "../wire/record.ts";
import { plainName, type Roster, type RosterProbe } from "../wire/roster.ts";
import { Liveness } from "./liveness.ts";
import { type Delay, PeerTime } from "./peer-time.ts";

export interface PeerOptions {
  readonly gatewayId: string;
  readonly epoch: number;
  /** Of all that has passed between the two in their present epochs. */
  readonly ledger: Ledger;
  /** What it may still cost, over all its channels and epochs. */
  readonly allowances: Allowances;
  readonly now: Now;
  readonly mux: Mux;
  readonly observer?: Pick<GatewayObserver, "observePeer"> | undefined;
  /** Called before anything of a message is applied. */
  readonly beforeMessage: () => void;
  /** State, roster or delay has changed. */
  readonly onChange: (peer: Peer) => void;
  /** It is there, and has told its name and its probes. */
  readonly onJoined: (peer: Peer) => void;
  /** It exceeds what it may, and is let go for it. */
  readonly onExcess: (peer: Peer) => void;
  /** Its channel has ended, and no other takes its place. */
  readonly onGone: (peer: Peer, how: Departure) => void;
  /** A record that came for the first time, and in time. The deadline is on this gateway's clock, for records with an effect. */
  readonly onRecord: (peer: Peer, record: GatewayRecord, probe: RosterProbe | undefined, deadlineMs: number) => void;
  /** The session ids that the peer says it holds. */
  readonly onMembers: (peer: Peer, sessionIds: readonly string[]) => void;
  /** By way of this peer, or for another to whom it wants it handed on. */
  readonly onNeighbourFrame: (peer: Peer, frame: NeighbourFrame) => void;
  /** It hands on a key for the room. */
  readonly onRoomKey: (peer: Peer, roomKey: RoomKey) => void;
}

/**
 * Why nobody is there: the peer said that it leaves the room, that it follows it to another key, that we may not, or that we send too much; or the
 * channel failed.
 */
export type Departure = "left" | "moved" | "removed" | "let-go" | "lost";

/** How a channel ends; "replaced": another one takes over. */
type Parting = Departure | "replaced";

const departures: ReadonlyMap<number, Departure> = new Map([
  [byeReasons.leaving, "left"],
  [byeReasons.moved, "moved"],
  [byeReasons.removed, "removed"],
  [byeReasons.limits, "let-go"],
]);

export type PeerState =
  | { readonly kind: "connected" }
  | { readonly kind: "asleep"; readonly sinceMs: number }
  | { readonly kind: "gone"; readonly sinceMs: number; readonly reason: string };

export class Peer {
  readonly gatewayId: string;
  readonly epoch: number;
  readonly ledger: Ledger;
  /** Frames and messages that were not honoured, by cause. */
  readonly refusals = new Map<string, number>();
  readonly #options: PeerOptions;
  readonly #now: Now;
  readonly #mux: Mux;
  readonly #demux: Demux;
  readonly #observer: PeerObserver | undefined;
  #time: PeerTime;
  #liveness: Liveness;
  #channel: Channel | undefined;
  /** The way out of that channel. */
  #port: MuxPort | undefined;
  #sessionId = "";
  #isSessionVouched = false;
  #hasSaidGoodbye = false;
  #openedAtMs = 0;
  /** It has told who it is since it was gone last. */
  #isIntroduced = false;
  #state: PeerState;
  #interestHeard = 0;
  #membersHeard = 0;
  #membersSaid = 0;
  readonly #wishes = new Wishes();

  constructor(options: PeerOptions) {
    this.gatewayId = options.gatewayId;
    this.epoch = options.epoch;
    this.ledger = options.ledger;
    this.#options = options;
    this.#now = options.now;
    this.#mux = options.mux;
    this.#observer = options.observer?.observePeer(this);
    const observer = this.#observer;
    this.#demux = new Demux({
      now: options.now,
      ledger: this.ledger,
      allowance: options.allowances.records,
      gate: (record) => this.#time.gate(record),
      deliver: (record, probe) => this.#deliver(record, probe),
      onFlood: () => this.#expel("rate", "too many records"),
      onArrival: observer && ((record, atMs) => observer.onRecord(record, atMs, this.#time.estimate())),
    });
    this.#time = this.#newTime();
    this.#liveness = new Liveness(options.now());
    this.#state = { kind: "gone", sinceMs: options.now(), reason: "not yet connected" };
  }

  get state(): PeerState {
    return this.#state;
  }

  get channel(): Channel | undefined {
    return this.#channel;
  }

  /** Of its present channel, or of its last. */
  get sessionId(): string {
    return this.#sessionId;
  }

  /** The server has led to it under its session id: no neighbour alone says whose that is. */
  get isSessionVouched(): boolean {
    return this.#isSessionVouched;
  }

  /** Its last channel ended by its own word, as it goes elsewhere. */
  get hasSaidGoodbye(): boolean {
    return this.#hasSaidGoodbye;
  }

  /** Since its channel was opened. */
  get heldMs(): number {
    return this.#now() - this.#openedAtMs;
  }

  get name(): string {
    return this.#demux.roster?.name ?? "";
  }

  get probes(): readonly RosterProbe[] {
    return this.#demux.roster?.probes ?? [];
  }

  /** Its page is hidden, so it may be slow or fall asleep. */
  get isHidden(): boolean {
    return this.#demux.roster?.isHidden ?? false;
  }

  get delay(): Delay | undefined {
    return this.#time.delay;
  }

  /** How well the peer's clock is known now. */
  get clockBoundMs(): number | undefined {
    return this.#time.estimate()?.boundMs;
  }

  /** Takes over an admitted channel; `roster` and `members` are told to the other end at once. */
  open(relay: ChannelRelay, roster: Roster, members: readonly string[]): void {
    const { channel } = relay;
    this.#channel = channel;
    this.#port = this.#observer === undefined ? channel : observed(channel, this.#observer);
    this.#observer?.onOpened();
    this.#isSessionVouched =
      channel.signaledBy === "server" || (this.#isSessionVouched && channel.remoteSessionId === this.#sessionId);
    this.#sessionId = channel.remoteSessionId;
    this.#hasSaidGoodbye = false;
    this.#openedAtMs = this.#now();
    this.#time = this.#newTime();
    this.#liveness = new Liveness(this.#now());
    this.#interestHeard = 0;
    this.#membersHeard = 0;
    this.ledger.openChannel();
    this.#mux.addPeer(this.gatewayId, this.#port, this.ledger);
    this.#setState({ kind: "connected" });
    this.send({ type: "roster", ...roster });
    this.sendMembers(members);
    if (!this.#wishes.isEmpty) this.send(this.#wishes.say());
    this.ping();
    relay.forward({
      onMessage: (message) => {
        if (channel === this.#channel) this.#take(message); // What a replaced channel still brings would be counted twice.
      },
      onDrain: () => this.#mux.drained(this.gatewayId),
      onClose: (reason) => this.#closed(channel, reason, "lost"),
    });
  }

  /** Ends the present channel with a word to the other end. The peer stays, as gone. */
  close(reason: ByeReason, why: string): void {
    const channel = this.#channel;
    if (channel === undefined) return;
    // What has come since the last report would count as lost at the other end, and for good if this one does not return.
    this.send(this.#newPing(), { type: "bye", reason: byeReasons[reason] });
    const isReplaced = reason === "newerChannel" || reason === "newerEpoch";
    this.#closed(channel, why, isReplaced ? "replaced" : "lost");
    channel.close(why);
  }

  /** In one message; `maxFrames` of them at most. */
  send(...frames: readonly GatewayFrame[]): void {
    this.#port?.send(encodeMessage(frames));
  }

  /** It is forgotten: what waits for something more of it is decided now. */
  giveUp(): void {
    this.#demux.giveUp();
  }

  /** Compares the clocks, and tells the other end of the records that have come. Returns the ping's id on this channel. */
  ping(): number | undefined {
    if (this.#channel === undefined) return undefined;
    const ping = this.#newPing();
    this.send(ping);
    return ping.id;
  }

  sendMembers(sessionIds: readonly string[]): void {
    this.send({ type: "members", version: ++this.#membersSaid, sessionIds });
  }

  /** From now on I want samples of that probe, at least `minIntervalMs` apart; undefined: no more. */
  want(probeIndex: number, minIntervalMs: number | undefined): void {
    this.#wishes.set(probeIndex, minIntervalMs);
    this.send(this.#wishes.say());
  }

  wants(probeIndex: number): boolean {
    return this.#wishes.has(probeIndex);
  }

  /** Nothing with an effect is applied until the clocks have been compared afresh: this page slept, or the other's clock jumped. */
  distrustClock(): void {
    if (this.#channel === undefined) return;
    this.#time.distrust();
    this.ping();
  }

  /** Counts what is not honoured. */
  refuse(cause: string): void {
    this.refusals.set(cause, (this.refusals.get(cause) ?? 0) + 1);
  }

  tick(): void {
    this.#demux.tick();
    if (this.#channel === undefined) return;
    switch (this.#liveness.tick(this.#now())) {
      case "ping":
        this.ping();
        return;
      case "asleep":
        return this.#setState({ kind: "asleep", sinceMs: this.#now() });
      case "drop":
        return this.close("other", "no sign of life");
    }
  }

  #take(message: Uint8Array): void {
    if (this.#observer === undefined) return this.#message(message);
    const startedMs = this.#now();
    this.#message(message);
    this.#observer.onReceived(message.length, this.#now() - startedMs);
  }

  #message(message: Uint8Array): void {
    this.#options.beforeMessage();
    const decoded = decodeMessage(message);
    if ("malformed" in decoded) {
      this.refuse(decoded.malformed);
      return this.close("malformed", decoded.malformed);
    }
    const ownSessionId = this.#channel?.localSessionId ?? "";
    const excess = this.#options.allowances.messages.exceededBy(
      decoded.frames,
      ownSessionId,
      this.#port?.bufferedBytes() ?? 0,
    );
    if (excess !== undefined) return this.#expel(excess, excessWords[excess]);
    if (this.#liveness.heard(this.#now()) === "awake") this.#setState({ kind: "connected" });
    for (const frame of decoded.frames) {
      if (this.#channel === undefined) return; // A frame before this one ended the channel.
      this.#frame(frame);
    }
  }

  #frame(frame: GatewayFrame): void {
    switch (frame.type) {
      case "roster":
        return this.#rosterCame(frame);
      case "aggregate":
        return this.#demux.onAggregate(frame);
      case "interest":
        return this.#interest(frame);
      case "ping":
        return this.#pinged(frame);
      case "pong":
        return this.#ponged(frame);
      case "members":
        if (frame.version <= this.#membersHeard) return;
        this.#membersHeard = frame.version;
        return this.#options.onMembers(this, frame.sessionIds);
      case "neighbourOffer":
      case "neighbourAnswer":
        return this.#options.onNeighbourFrame(this, frame);
      case "done":
        return this.#observer?.onDone(frame, this.#time.estimate());
      case "roomKey":
        return this.#options.onRoomKey(this, frame);
      case "bye":
        return this.#endedByOther(frame.reason);
      case "hello":
      case "answer":
      case "proof":
      case "ready":
        this.refuse("out of turn");
        return this.close("malformed", "a handshake frame after the handshake");
    }
  }

  #rosterCame({ version, isHidden, ...said }: Roster): void {
    const probes = said.probes.map((probe) => ({ ...probe, name: plainName(probe.name) }));
    const roster = { version, isHidden, name: plainName(said.name), probes };
    const isNews = this.#demux.onRoster(roster);
    if (isNews && this.#wishes.keepOnly(roster.probes)) this.send(this.#wishes.say());
    if (isNews || !this.#isIntroduced) this.#options.onChange(this);
    if (!this.#isIntroduced) this.#options.onJoined(this);
    this.#isIntroduced = true;
  }

  #interest({ version, entries }: Interest): void {
    if (version <= this.#interestHeard) return;
    this.#interestHeard = version;
    this.#mux.setInterest(this.gatewayId, entries);
  }

  #pinged({ id, t1Us, ledger }: Ping): void {
    const t2Us = Math.round(this.#now() * 1000);
    this.ledger.heard(ledger);
    if (this.#time.pinged({ t1Us }) === "doubted") this.ping();
    this.send({ type: "pong", id, t2Us, t3Us: Math.round(this.#now() * 1000), ledger: this.ledger.report() });
  }

  #ponged({ ledger, ...pong }: Pong): void {
    this.ledger.heard(ledger);
    const outcome = this.#time.ponged(pong);
    if (outcome !== "accepted") return this.refuse(`${outcome} pong`);
    this.#demux.recheck();
    this.#options.onChange(this);
  }

  #deliver(record: GatewayRecord, probe: RosterProbe | undefined): void {
    const deadlineMs = hasEffect(record.kind) ? this.#time.deadlineMs(record) : undefined;
    this.#options.onRecord(this, record, probe, deadlineMs ?? this.#now());
  }

  #endedByOther(reason: number): void {
    const channel = this.#channel;
    if (channel === undefined) return;
    this.#closed(channel, "it said goodbye", departures.get(reason) ?? "lost");
    channel.close(`the other end said goodbye (${reason})`);
  }

  #closed(channel: Channel, reason: string, how: Parting): void {
    if (channel !== this.#channel) return; // Replaced meanwhile, or closed by ourselves.
    this.#channel = undefined;
    this.#port = undefined;
    this.#observer?.onClosed();
    this.#mux.removePeer(this.gatewayId);
    this.ledger.closeChannel();
    if (how === "replaced") return; // The next channel, or the next epoch, follows at once.
    this.#isIntroduced = false;
    this.#hasSaidGoodbye = how !== "lost" && how !== "let-go";
    this.#setState({ kind: "gone", sinceMs: this.#now(), reason });
    this.#options.onGone(this, how);
  }

  #setState(state: PeerState): void {
    this.#state = state;
    this.#options.onChange(this);
  }

  /** It exceeds what it may: docs/protocol.md §2.9. */
  #expel(cause: string, why: string): void {
    this.refuse(cause);
    this.#options.onExcess(this);
    this.close("limits", why);
  }

  #newPing(): GatewayFrame & Ping {
    return { type: "ping", ...this.#time.ping(), ledger: this.ledger.report() };
  }

  #newTime(): PeerTime {
    return new PeerTime(this.#now, this.#observer);
  }
}

/** The same port, with every message that leaves counted. */
const observed = (port: MuxPort, observer: PeerObserver): MuxPort => ({
  send: (message) => {
    const isTaken = port.send(message);
    if (isTaken) observer.onSent(message.length);
    return isTaken;
  },
  bufferedBytes: () => port.bufferedBytes(),
});

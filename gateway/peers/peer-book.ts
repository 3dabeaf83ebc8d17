// The peers of a gateway: which are admitted, which of several channels to one stays, which are remembered, and the
// accounts of all of them together. Invariant: at most one peer per gateway id, of its newest proven epoch, and at most
// one open channel per peer.

import { AllowanceBook } from "../admission/allowance-book.ts";
import { ChannelRelay } from "../admission/channel-relay.ts";
import { EpochBook } from "../admission/epoch-book.ts";
import { type AdmissionOptions, type AdmissionOutcome, admit, type RefusalReason } from "../admission/handshake.ts";
import { PenaltyBook } from "../admission/penalty-book.ts";
import { PendingHandshakes } from "../admission/pending-handshakes.ts";
import { CauseCounts } from "../basics/cause-counts.ts";
import { AccountBook } from "../records/account-book.ts";
import { addTraffic, type Traffic, trafficOf } from "../records/traffic.ts";
import type { Channel } from "../wire/channel.ts";
import type { GatewayFrame, NeighbourFrame } from "../wire/frame-types.ts";
import type { Roster } from "../wire/roster.ts";
import { keepOf } from "./dial-policy.ts";
import { NameBook } from "./name-book.ts";
import { NeighbourRelay } from "./neighbour-relay.ts";
import { Peer, type PeerListener, type PeerOptions } from "./peer.ts";

/** A room is a full mesh, and the goal is 50 phones. */
export const maxPeers = 64;
/**
 * A peer that is gone is remembered this long, so that a person sees who left, and a channel that returns can close the
 * accounts.
 */
const rememberGoneMs = 10 * 60_000;

export interface PeerBookOptions
  extends Omit<PeerOptions, "gatewayId" | "epoch" | "ledger" | "allowances" | "names">,
    Omit<AdmissionOptions, "relay" | "epochs" | "isBarred"> {
  readonly roster: () => Roster;
  /** The peers that we have disconnected for an excess. */
  readonly penalties: PenaltyBook;
}

export interface PeerBookListener extends Omit<PeerListener, "onExcess" | "onNeighbourFrame"> {
  /** The page behind that session id is no more, and need not be dialled again. */
  onSessionOver(sessionId: string): void;
  /** One of the two disconnected the other for an excess: a dial of that session id before then would be in vain. */
  onHoldOff(sessionId: string, untilMs: number): void;
  /** Its channel is admitted, and nothing has been sent on it yet but roster and members. */
  onOpened(peer: Peer): void;
  onRefused(reason: RefusalReason): void;
  /** A frame for this gateway that came through that neighbour. */
  onNeighbourFrame(neighbourSessionId: string, frame: NeighbourFrame): void;
}

export class PeerBook {
  readonly #options: PeerBookOptions;
  readonly #listener: PeerBookListener;
  readonly #peerListener: PeerListener;
  readonly #refusals = new CauseCounts<RefusalReason>();
  readonly #epochs = new EpochBook();
  /** The peers that have disconnected us for an excess. */
  readonly #letGoBy: PenaltyBook;
  readonly #peers = new Map<string, Peer>();
  readonly #names: NameBook;
  readonly #relay: NeighbourRelay;
  readonly #pending = new PendingHandshakes();
  #haveMembersChanged = false;
  #isClosed = false;
  readonly #accounts = new AccountBook();
  readonly #allowances: AllowanceBook;

  constructor(options: PeerBookOptions, listener: PeerBookListener) {
    this.#options = options;
    this.#listener = listener;
    this.#peerListener = this.#listenToPeers();
    this.#letGoBy = new PenaltyBook(options.now);
    this.#allowances = new AllowanceBook(options.now);
    this.#names = new NameBook({
      ownName: () => options.roster().name,
      isPeer: (gatewayId) => this.#peers.has(gatewayId),
    });
    this.#relay = new NeighbourRelay({
      now: options.now,
      heldPeer: (sessionId) => [...this].find(({ channel }) => channel?.remoteSessionId === sessionId),
      onFrame: (neighbourSessionId, frame) => listener.onNeighbourFrame(neighbourSessionId, frame),
    });
  }

  [Symbol.iterator](): IterableIterator<Peer> {
    return this.#peers.values();
  }

  get(gatewayId: string): Peer | undefined {
    return this.#peers.get(gatewayId);
  }

  /** Channels that were turned away, by reason. */
  get refusals(): ReadonlyMap<RefusalReason, number> {
    return this.#refusals.byCause;
  }

  /** Session ids of the peers that are connected and authenticated. */
  heldSessionIds(): readonly string[] {
    return [...this].flatMap((peer) => peer.channel?.remoteSessionId ?? []);
  }

  /** Records of all peers since the room was entered. */
  traffic(): Traffic {
    let total = this.#accounts.traffic();
    for (const peer of this) total = addTraffic(total, trafficOf(peer.ledger.snapshot()));
    return total;
  }

  send(frame: GatewayFrame): void {
    for (const peer of this) peer.send(frame);
  }

  /** See `NeighbourRelay.send`. */
  sendThrough(neighbourSessionId: string, frame: NeighbourFrame): boolean {
    return this.#relay.send(neighbourSessionId, frame);
  }

  /**
   * Lets the other end prove itself. True when the pair is connected now, by this channel or by a better one. A channel
   * that does not become a peer's is closed.
   */
  async admit(channel: Channel): Promise<boolean> {
    if (this.#isClosed) {
      channel.close("left the room");
      return false;
    }
    const displaced = this.#pending.enter(channel);
    if (displaced !== undefined) {
      displaced.close("too many handshakes");
      this.refuse("too-many-handshakes");
    }
    const relay = new ChannelRelay(channel);
    const outcome = await this.#handshake(relay);
    if (outcome.kind === "refused") {
      this.refuse(outcome.reason);
      return false;
    }
    return this.#take(relay, outcome.gatewayId, outcome.epoch);
  }

  /** Called about once a second. Peers get a new list of members at most that often, however many come at once. */
  tick(): void {
    if (this.#haveMembersChanged) this.#sendMembers();
    for (const peer of [...this]) {
      peer.tick();
      const { state } = peer;
      if (state.kind === "gone" && this.#options.now() - state.sinceMs > rememberGoneMs) this.#forget(peer);
    }
  }

  /** To be called before there is any peer: the peers of that book may come here, under the names that they had. */
  takeNames(former: PeerBook): void {
    this.#names.takeOver(former.#names);
  }

  /** From now on nobody is admitted. Peers that are connected may stay. */
  admitNobody(): void {
    this.#isClosed = true;
  }

  close(): void {
    this.admitNobody();
    for (const peer of this) peer.close("leaving", "left the room");
  }

  async #handshake(relay: ChannelRelay): Promise<AdmissionOutcome> {
    try {
      const { authKey, identity, epoch, crypto, schedule, penalties } = this.#options;
      const isBarred = (gatewayId: string): boolean => penalties.isServing(gatewayId);
      return await admit({ relay, epochs: this.#epochs, isBarred, authKey, identity, epoch, crypto, schedule });
    } finally {
      this.#pending.leave(relay.channel);
    }
  }

  #take(relay: ChannelRelay, gatewayId: string, epoch: number): boolean {
    const { channel } = relay;
    if (this.#options.penalties.isServing(gatewayId)) {
      channel.close("it was let go a moment ago"); // On another channel, while this one's handshake was under way.
      this.refuse("let-go");
      return false;
    }
    if (this.#isSessionOfAnother(channel, gatewayId, epoch)) {
      channel.close("the session id is not its own");
      this.refuse("other-session");
      return false;
    }
    const peer = this.#isClosed ? undefined : this.#peerOf(gatewayId, epoch);
    if (peer === undefined) {
      channel.close("no place for this peer");
      if (!this.#isClosed) this.refuse("no-place");
      return false;
    }
    if (peer.channel !== undefined) {
      if (keepOf(peer.channel, channel, peer.heldMs) === peer.channel) {
        channel.close("another channel to the same gateway stays");
        return true;
      }
      peer.close("newerChannel", "another channel to the same gateway stays");
    }
    peer.open(relay, this.#options.roster(), this.heldSessionIds());
    this.#haveMembersChanged = true;
    this.#listener.onOpened(peer);
    return true;
  }

  /**
   * Whether that session id belongs to another gateway. A member could otherwise stand at the other end of a channel to
   * somebody else (docs/protocol.md §2.11), and keep the two apart: an epoch is one session, and a session belongs to
   * one gateway. After a gateway is gone without a goodbye, a neighbour still cannot claim its session id, because a
   * neighbour's word is only that of a member. The server gives an id to one page only: a page that comes by the server
   * owns its id.
   */
  #isSessionOfAnother({ remoteSessionId, signaledBy }: Channel, gatewayId: string, epoch: number): boolean {
    return [...this].some((peer) => {
      const isSameSession = peer.sessionId === remoteSessionId;
      if (peer.gatewayId === gatewayId) return peer.epoch === epoch && peer.channel !== undefined && !isSameSession;
      if (!isSameSession) return false;
      return peer.channel !== undefined || (signaledBy === "neighbour" && !peer.hasSaidGoodbye);
    });
  }

  /**
   * A session to which no server has led may have been taken by this peer. It does not end with the peer: its owner may
   * still be there.
   */
  #endSession(peer: Peer): void {
    if (peer.isSessionVouched) this.#listener.onSessionOver(peer.sessionId);
  }

  /**
   * Undefined for an epoch that a newer one has overtaken during its handshake, and when there is no place for one
   * more.
   */
  #peerOf(gatewayId: string, epoch: number): Peer | undefined {
    const known = this.#peers.get(gatewayId);
    if (known?.epoch === epoch) return known;
    if (known !== undefined) {
      if (known.epoch > epoch) return undefined;
      known.close("newerEpoch", "the same gateway came back with a newer epoch");
      this.#endSession(known);
      this.#forget(known);
    }
    if (this.#peers.size >= maxPeers) {
      const gone = [...this].find((peer) => peer.state.kind === "gone");
      if (gone === undefined) return undefined;
      this.#forget(gone);
    }
    const { now, mux, observer } = this.#options;
    const ledger = this.#accounts.take(gatewayId, epoch);
    const allowances = this.#allowances.of(gatewayId);
    const peer = new Peer(
      { gatewayId, epoch, ledger, allowances, names: this.#names, now, mux, observer },
      this.#peerListener,
    );
    this.#peers.set(gatewayId, peer);
    return peer;
  }

  #listenToPeers(): PeerListener {
    const listener = this.#listener;
    return {
      onMessage: () => listener.onMessage(),
      onChange: (peer) => listener.onChange(peer),
      onJoined: (peer) => listener.onJoined(peer),
      onRecord: (peer, record, probe, deadlineMs) => listener.onRecord(peer, record, probe, deadlineMs),
      onMembers: (peer, sessionIds) => listener.onMembers(peer, sessionIds),
      onKeyProposal: (peer, roomKey) => listener.onKeyProposal(peer, roomKey),
      onNeighbourFrame: (sender, frame) => this.#relay.take(sender, frame),
      onExcess: (peer) => this.#holdOff(peer, this.#options.penalties),
      onGone: (peer, how) => {
        listener.onGone(peer, how);
        if (peer.hasSaidGoodbye) this.#endSession(peer);
        if (how === "let-go") this.#holdOff(peer, this.#letGoBy);
        this.#haveMembersChanged = true;
      },
    };
  }

  /** Both ends compute the same time, so that neither dials before the other admits it. */
  #holdOff({ gatewayId, sessionId }: Peer, book: PenaltyBook): void {
    this.#listener.onHoldOff(sessionId, book.add(gatewayId));
  }

  /** Counts a channel that was turned away, and reports it. */
  refuse(reason: RefusalReason): void {
    this.#refusals.count(reason);
    this.#listener.onRefused(reason);
  }

  #forget(peer: Peer): void {
    peer.giveUp();
    this.#accounts.keep(peer.gatewayId, peer.epoch, peer.ledger);
    this.#peers.delete(peer.gatewayId);
    this.#listener.onChange(peer);
  }

  #sendMembers(): void {
    this.#haveMembersChanged = false;
    const sessionIds = this.heldSessionIds();
    for (const peer of this) peer.sendMembers(sessionIds);
  }
}

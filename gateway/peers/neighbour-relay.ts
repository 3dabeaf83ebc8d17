// What becomes of neighbour frames that arrive (docs/protocol.md §2.11): those for this gateway go to the opener that
// answers them, the others to the peer for which they are meant. Invariants: one hop and never a second, never in
// another's name, and at a bounded rate; nothing is kept, and every drop is counted.
import { FairTotal, type Share } from "../admission/fair-total.ts";
import { BucketBook } from "../basics/bucket-book.ts";
import type { Now } from "../basics/runtime.ts";
import { TokenBucket } from "../basics/token-bucket.ts";
import { backlogHighWaterBytes } from "../wire/channel.ts";
import { maxNeighbourSdpBytes, type NeighbourFrame } from "../wire/frame-types.ts";
import type { Peer } from "./peer.ts";

/**
 * Frames of one peer that are handed on. A peer dials at most `maxDialsPerSecond`, through several neighbours. The
 * burst is for a room that lost its network, in which the peer also answers. At the longest SDP a peer that only floods
 * makes this gateway send 64 KB a second.
 */
export const maxHandedOnPerSecond = 8;
export const maxHandedOnBurst = 16;

/**
 * Frames of one peer to one other, offers and answers each, where they are handed on and where they arrive. Dials that
 * fail are up to 20 s apart, and the first four within seconds. All 64 members of a room together stay below
 * `maxOffersPerSecond`: so a peer that sends offers without end through an honest neighbour cannot use up what others
 * may.
 */
export const maxPairFramesPerSecond = 1 / 16;
export const maxPairBurst = 4;
/** A peer is connected to no more peers than a room has. */
const maxPairs = 64;

/**
 * Offers to this gateway through one peer. Each costs a connection for a few seconds, so a peer that invents offers
 * gets few.
 */
export const maxOffersPerSecond = 4;
export const maxOfferBurst = 8;

/**
 * Frames of all peers that are handed on. In a room of fifty that lost its network, some sixteen a second go through
 * each page. At the longest SDP this gateway sends half a megabyte a second, and twice that for ten seconds.
 */
export const handedOnOfAll = { perSecond: 64, windowMs: 10_000 };
/**
 * Offers to this gateway through all peers: twice as many as the dials that it makes itself. A page that wakes may find
 * an offer of every member waiting.
 */
export const offersOfAll = { perSecond: 16, windowMs: 10_000 };

export interface NeighbourRelayOptions {
  readonly now: Now;
  /** The peer with which a channel under that session id is open. */
  readonly heldPeer: (sessionId: string) => Peer | undefined;
  /** A frame for this gateway that came through that neighbour. Nobody has checked its sender. */
  readonly onFrame: (neighbourSessionId: string, frame: NeighbourFrame) => void;
}

/** The limits of what one peer sends. */
interface Limits {
  /** Offers to this gateway: in all, and by the sender that each names. */
  readonly offers: TokenBucket;
  readonly offersFrom: BucketBook;
  readonly offersShare: Share;
  /** Frames that it wants handed on: in all, and by receiver. */
  readonly handedOn: TokenBucket;
  readonly handedOnShare: Share;
  readonly handedOnTo: Readonly<Record<NeighbourFrame["type"], BucketBook>>;
}

export class NeighbourRelay {
  readonly #options: NeighbourRelayOptions;
  readonly #limits = new WeakMap<Peer, Limits>();
  readonly #offers: FairTotal;
  readonly #handedOn: FairTotal;

  constructor(options: NeighbourRelayOptions) {
    this.#options = options;
    this.#offers = new FairTotal({ ...offersOfAll, now: options.now });
    this.#handedOn = new FairTotal({ ...handedOnOfAll, now: options.now });
  }

  take(sender: Peer, frame: NeighbourFrame): void {
    const { channel } = sender;
    if (channel === undefined) return;
    if (frame.to === channel.localSessionId) {
      const cause = frame.type === "neighbourOffer" ? this.#causeToDrop(sender, frame) : undefined;
      return cause === undefined ? this.#options.onFrame(channel.remoteSessionId, frame) : sender.refuse(cause);
    }
    const { handedOn, handedOnTo, handedOnShare } = this.#limitsOf(sender);
    if (frame.from !== channel.remoteSessionId) return sender.refuse("neighbour frame in another's name");
    if (!handedOn.take()) return sender.refuse("too many neighbour frames");
    const receiver = this.#options.heldPeer(frame.to);
    if (receiver === undefined || receiver === sender) return sender.refuse("neighbour frame for nobody here");
    if (!handedOnTo[frame.type].take(frame.to)) return sender.refuse("too many neighbour frames");
    if (!handedOnShare.take()) return sender.refuse("neighbour frame beyond its share");
    if (!hasRoom(receiver)) return sender.refuse("neighbour frame for a full channel");
    receiver.send(frame);
  }

  /** False when no channel to that neighbour is open, or it is full. */
  send(neighbourSessionId: string, frame: NeighbourFrame): boolean {
    const neighbour = this.#options.heldPeer(neighbourSessionId);
    if (neighbour === undefined || !hasRoom(neighbour)) return false;
    neighbour.send(frame);
    return true;
  }

  /**
   * Why an offer to this gateway is dropped, if it is. Offers that are dropped for another reason use up nothing: the
   * neighbour can be honest, and carry another member's offer next.
   */
  #causeToDrop(neighbour: Peer, { from }: NeighbourFrame): string | undefined {
    // A peer that has fallen silent may have lost its channel, and this end does not know that yet.
    if (this.#options.heldPeer(from)?.state.kind === "connected") return "neighbour offer of somebody who is here";
    const { offers, offersFrom, offersShare } = this.#limitsOf(neighbour);
    if (!offersFrom.take(from) || !offers.take()) return "too many neighbour frames";
    return offersShare.take() ? undefined : "neighbour frame beyond its share";
  }

  #limitsOf(sender: Peer): Limits {
    const known = this.#limits.get(sender);
    if (known !== undefined) return known;
    const { now } = this.#options;
    const pairs = (): BucketBook =>
      new BucketBook({ capacity: maxPairBurst, refillPerSecond: maxPairFramesPerSecond, now, maxNames: maxPairs });
    const limits: Limits = {
      offers: new TokenBucket({ capacity: maxOfferBurst, refillPerSecond: maxOffersPerSecond, now }),
      offersFrom: pairs(),
      offersShare: this.#offers.share(),
      handedOn: new TokenBucket({ capacity: maxHandedOnBurst, refillPerSecond: maxHandedOnPerSecond, now }),
      handedOnShare: this.#handedOn.share(),
      handedOnTo: { neighbourOffer: pairs(), neighbourAnswer: pairs() },
    };
    this.#limits.set(sender, limits);
    return limits;
  }
}

/** Records come first: frames for dials must not make a channel backlogged. */
const hasRoom = ({ channel }: Peer): boolean =>
  channel !== undefined && channel.bufferedBytes() + maxNeighbourSdpBytes < backlogHighWaterBytes;

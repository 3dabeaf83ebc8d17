// What becomes of neighbour frames that arrive (docs/protocol.md §2.11): those for this gateway go to whoever dials, the others to the peer that they
// are meant for. Invariants: one hop and never a second, in nobody else's name, at a bounded rate; nothing is held, and every drop is counted.
import { backlogHighWaterBytes } from "./channel.ts";
import { maxNeighbourSdpBytes, type NeighbourFrame } from "./frame-types.ts";
import type { Peer } from "./peer.ts";
import type { Now } from "./runtime.ts";
import { TokenBucket } from "./token-bucket.ts";

/**
 * Of one peer, handed on. It dials at most `maxDialsPerSecond`, through several neighbours; the burst is a room that lost its network, in which
 * it also answers. At the longest SDP a peer that only floods makes this gateway send 64 KB a second.
 */
export const maxHandedOnPerSecond = 8;
export const maxHandedOnBurst = 16;

/** Through one peer, for this gateway: each costs a connection for a few seconds, so a peer that invents them gets few. */
export const maxOffersPerSecond = 4;
export const maxOfferBurst = 8;

export interface NeighbourPostOptions {
  readonly now: Now;
  /** The peer with which a channel under that session id is open. */
  readonly heldPeer: (sessionId: string) => Peer | undefined;
  /** A frame for this gateway that came through that neighbour; who it says it is from, nobody has checked. */
  readonly onFrame: (neighbourId: string, frame: NeighbourFrame) => void;
}

/** Of what one peer sends. */
interface Limits {
  readonly offers: TokenBucket;
  readonly handedOn: TokenBucket;
}

export class NeighbourPost {
  readonly #options: NeighbourPostOptions;
  readonly #limits = new WeakMap<Peer, Limits>();

  constructor(options: NeighbourPostOptions) {
    this.#options = options;
  }

  take(sender: Peer, frame: NeighbourFrame): void {
    const { channel } = sender;
    if (channel === undefined) return;
    const { offers, handedOn } = this.#limitsOf(sender);
    if (frame.to === channel.localSessionId) {
      if (frame.type === "neighbourOffer" && !offers.take()) return sender.refuse("too many neighbour frames");
      return this.#options.onFrame(channel.remoteSessionId, frame);
    }
    if (frame.from !== channel.remoteSessionId) return sender.refuse("neighbour frame in another's name");
    if (!handedOn.take()) return sender.refuse("too many neighbour frames");
    const receiver = this.#options.heldPeer(frame.to);
    if (receiver === undefined || receiver === sender) return sender.refuse("neighbour frame for nobody here");
    if (!hasRoom(receiver)) return sender.refuse("neighbour frame for a full channel");
    receiver.send(frame);
  }

  /** False when no channel to that neighbour is open, or it is full. */
  send(neighbourId: string, frame: NeighbourFrame): boolean {
    const neighbour = this.#options.heldPeer(neighbourId);
    if (neighbour === undefined || !hasRoom(neighbour)) return false;
    neighbour.send(frame);
    return true;
  }

  #limitsOf(sender: Peer): Limits {
    const known = this.#limits.get(sender);
    if (known !== undefined) return known;
    const { now } = this.#options;
    const limits = {
      offers: new TokenBucket({ capacity: maxOfferBurst, refillPerSecond: maxOffersPerSecond, now }),
      handedOn: new TokenBucket({ capacity: maxHandedOnBurst, refillPerSecond: maxHandedOnPerSecond, now }),
    };
    this.#limits.set(sender, limits);
    return limits;
  }
}

/** Records come first: what a dial needs must not make a channel backlogged. */
const hasRoom = ({ channel }: Peer): boolean =>
  channel !== undefined && channel.bufferedBytes() + maxNeighbourSdpBytes < backlogHighWaterBytes;

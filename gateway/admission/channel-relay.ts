// Stands between a channel and its listener: first the handshake, which asks for one message at a time, then the peer.
// Invariants: nothing is lost or reordered when the listener changes, and what waits is bounded.
import type { Channel, ChannelListener } from "../wire/channel.ts";

/**
 * What an honest peer can have sent before the peer listens: roster, members, interest, ping, and a second of records.
 */
export const maxHeldMessages = 32;

interface Asker {
  readonly isMine: (message: Uint8Array) => boolean;
  readonly resolve: (message: Uint8Array | undefined) => void;
}

export class ChannelRelay {
  readonly channel: Channel;
  readonly #held: Uint8Array[] = [];
  #asker: Asker | undefined;
  #listener: ChannelListener | undefined;
  #closeReason: string | undefined;
  #hasOverflowed = false;

  constructor(channel: Channel) {
    this.channel = channel;
    channel.listen({
      onMessage: (message) => this.#onMessage(message),
      onDrain: () => this.#listener?.onDrain(),
      onClose: (reason) => this.#onClose(reason),
    });
  }

  /** Messages that arrived and were neither asked for nor forwarded. */
  get heldMessages(): number {
    return this.#held.length;
  }

  /** The other end sent more than may wait, and the channel was closed for it. */
  get hasOverflowed(): boolean {
    return this.#hasOverflowed;
  }

  /**
   * The first message for which `isMine` is true, waiting or still to come; the others go on waiting. Undefined when
   * the channel is closed. One call at a time.
   */
  next(isMine: (message: Uint8Array) => boolean = () => true): Promise<Uint8Array | undefined> {
    const index = this.#held.findIndex(isMine);
    if (index >= 0) return Promise.resolve(this.#held.splice(index, 1)[0]);
    if (this.#closeReason !== undefined) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      this.#asker = { isMine, resolve };
    });
  }

  /** Hands on what waits, in the order of arrival, and from then on everything. Called once. */
  forward(listener: ChannelListener): void {
    const alreadyClosed = this.#closeReason;
    let message = this.#held.shift();
    while (message !== undefined && this.#closeReason === alreadyClosed) {
      listener.onMessage(message); // May close the channel: then the rest is not for it any more.
      message = this.#held.shift();
    }
    this.#listener = listener;
    if (this.#closeReason !== undefined) listener.onClose(this.#closeReason);
  }

  #onMessage(message: Uint8Array): void {
    if (this.#listener !== undefined) return this.#listener.onMessage(message);
    const asker = this.#asker;
    if (asker?.isMine(message)) {
      this.#asker = undefined;
      return asker.resolve(message);
    }
    if (this.#held.length < maxHeldMessages) {
      this.#held.push(message);
      return;
    }
    this.#hasOverflowed = true;
    this.channel.close("too many messages before the handshake was over");
  }

  #onClose(reason: string): void {
    this.#closeReason = reason;
    this.#asker?.resolve(undefined);
    this.#asker = undefined;
    this.#listener?.onClose(reason);
  }
}

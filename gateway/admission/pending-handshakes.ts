// The handshakes that others have begun. They have proven nothing yet, so an honest one looks like any other. When all
// places are taken, the one that has waited longest gives its place to the next: an honest handshake takes a second,
// and a silent one 10 s. Invariant: bounded. What we dial ourselves has its own bound (dial-policy.ts), and needs no
// place here.
import type { Channel } from "../wire/channel.ts";

/** Each holds half a megabyte at the very worst. */
export const maxPendingHandshakes = 32;

export class PendingHandshakes {
  /** The one that came first stands first. */
  readonly #incoming = new Set<Channel>();

  /** Returns the channel that has to be closed for this one, if any. */
  enter(channel: Channel): Channel | undefined {
    if (channel.dialedBy === "us") return undefined;
    const [oldest] = this.#incoming;
    this.#incoming.add(channel);
    if (oldest === undefined || this.#incoming.size <= maxPendingHandshakes) return undefined;
    this.#incoming.delete(oldest);
    return oldest;
  }

  leave(channel: Channel): void {
    this.#incoming.delete(channel);
  }
}

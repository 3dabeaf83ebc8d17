// How many TCP connections one address may have. All beyond that are cut before TLS or a request costs anything, so
// that one address cannot take all places. Connections of a proxy on this machine are not counted: there the proxy sets
// the limit.
import { AddressCounts, type Closable } from "./address-counts.ts";
import { isLoopback } from "./addresses.ts";
import { maxAddressConnections } from "./limits.ts";

/** The part of a `net.Socket` that this file relies on. */
export interface Connection extends Closable {
  readonly remoteAddress?: string | undefined;
  destroy(): unknown;
}

export interface ConnectionLimitOptions {
  readonly isBehindProxy: boolean;
}

export class ConnectionLimit {
  readonly #isBehindProxy: boolean;
  readonly #open = new AddressCounts();
  #refused = 0;

  constructor({ isBehindProxy }: ConnectionLimitOptions) {
    this.#isBehindProxy = isBehindProxy;
  }

  get refused(): number {
    return this.#refused;
  }

  /** For the "connection" event of a server, as its first listener. */
  receive(socket: Connection): void {
    const address = socket.remoteAddress ?? "";
    if (this.#isBehindProxy && isLoopback(address)) return;
    if (this.#open.of(address) >= maxAddressConnections) {
      this.#refused++;
      socket.destroy();
      return;
    }
    this.#open.add(socket, address);
  }
}

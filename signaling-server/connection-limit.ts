// How many TCP connections one address may have. The rest are cut before TLS or a request costs anything, so that one address cannot take all the
// places. Connections of a proxy on this machine are not counted: there the proxy has to limit.
import { addressGroup, isLoopback } from "./addresses.ts";
import { maxAddressConnections } from "./limits.ts";

/** The part of a `net.Socket` that this file relies on. */
export interface Connection {
  readonly remoteAddress?: string | undefined;
  once(event: "close", listener: () => void): unknown;
  destroy(): unknown;
}

export interface ConnectionLimitOptions {
  readonly isBehindProxy: boolean;
}

export class ConnectionLimit {
  readonly #isBehindProxy: boolean;
  /** By group of address. */
  readonly #open = new Map<string, number>();
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
    const group = addressGroup(address);
    const open = this.#open.get(group) ?? 0;
    if (open >= maxAddressConnections) {
      this.#refused++;
      socket.destroy();
      return;
    }
    this.#open.set(group, open + 1);
    socket.once("close", () => {
      const left = (this.#open.get(group) ?? 0) - 1;
      if (left > 0) this.#open.set(group, left);
      else this.#open.delete(group);
    });
  }
}

// How many connections each address has open, and how many there are in all.
import { addressGroup } from "./addresses.ts";

/** The part of a `net.Socket` that this file relies on. */
export interface Closable {
  once(event: "close", listener: () => void): unknown;
}

export class AddressCounts {
  readonly #open = new Map<string, number>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  of(address: string): number {
    return this.#open.get(addressGroup(address)) ?? 0;
  }

  /** Counts the connection until it closes. */
  add(connection: Closable, address: string): void {
    const group = addressGroup(address);
    this.#open.set(group, (this.#open.get(group) ?? 0) + 1);
    this.#total++;
    connection.once("close", () => {
      const left = (this.#open.get(group) ?? 0) - 1;
      if (left > 0) this.#open.set(group, left);
      else this.#open.delete(group);
      this.#total--;
    });
  }
}

// Names of peers that have said the same to this page: that it was removed, or that the room has moved on. It is a
// claim and no more: identities cost nothing, so no number of them is a proof, and where all others are gone a single
// liar would be everybody. Neighbour: key-change-news.ts shows the names.

/** As many as a page can hold at once; nobody reads the names of more. */
const maxClaims = 64;

export class NamedClaims {
  /** By gateway id. */
  readonly #names = new Map<string, string>();

  /** False when this peer has said it before: there is nothing new to show. */
  add(gatewayId: string, name: string): boolean {
    if (this.#names.has(gatewayId) || this.#names.size >= maxClaims) return false;
    this.#names.set(gatewayId, name);
    return true;
  }

  /** In the order in which they said it. */
  get names(): readonly string[] {
    return [...this.#names.values()];
  }

  clear(): void {
    this.#names.clear();
  }
}

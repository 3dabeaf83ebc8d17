// Who has told this page that it was removed from its room. A claim and no more: identities cost nothing, so that no number of them is a proof, and
// where all others are gone a single liar would be everybody. Neighbour: key-change-desk.ts, which shows the names and leaves the rest to the person.

/** As many as a page can hold at once; whoever makes more identities than that is not read any further. */
const maxClaims = 64;

export class RemovalClaims {
  /** By gateway id. */
  readonly #names = new Map<string, string>();

  /** False for who has said it before: there is nothing new to show. */
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

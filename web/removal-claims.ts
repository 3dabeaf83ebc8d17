// Who has told this page that it was removed from its room. A claim and no more: identities cost nothing, so that no number of them is a proof, and
// where all others are gone a single liar would be everybody. Neighbour: app.ts, which shows the names and leaves the rest to the person.

/** As many as a page can hold at once; whoever makes more identities than that is not read any further. */
const maxClaims = 64;
/** More names than that nobody reads. */
const maxNamed = 3;

export class RemovalClaims {
  /** By gateway id. */
  readonly #names = new Map<string, string>();

  /** False for who has said it before: there is nothing new to show. */
  add(gatewayId: string, name: string): boolean {
    if (this.#names.has(gatewayId) || this.#names.size >= maxClaims) return false;
    this.#names.set(gatewayId, name || "Somebody");
    return true;
  }

  /** "Mira, Tom and Nora": in the order in which they said it. */
  get names(): string {
    const all = [...this.#names.values()];
    const named = all.slice(0, maxNamed);
    const last = all.length > maxNamed ? `${all.length - maxNamed} more` : named.pop();
    return named.length === 0 ? (last ?? "") : `${named.join(", ")} and ${last}`;
  }

  clear(): void {
    this.#names.clear();
  }
}

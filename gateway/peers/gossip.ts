// Which session ids each peer names, by its newest list. Neighbour: membership.ts decides what to believe. Invariants:
// bounded for each peer that names others; a new list costs its own length, however many other lists there are.

/** A page has places for so many peers (peer-book.ts). What a list names beyond them is made up. */
export const maxNamesPerPeer = 64;

export class Gossip {
  /** By the peer that names them. */
  readonly #namedBy = new Map<string, ReadonlySet<string>>();
  /** By the session id that they name. */
  readonly #namersOf = new Map<string, Set<string>>();

  /** Replaces what that peer named before. Returns the session ids that only the old or only the new list contains. */
  replace(namer: string, sessionIds: readonly string[]): ReadonlySet<string> {
    const before = this.namedBy(namer);
    const named = new Set(sessionIds.slice(0, maxNamesPerPeer));
    const changed = new Set<string>();
    for (const sessionId of before) {
      if (!named.has(sessionId)) changed.add(sessionId);
    }
    for (const sessionId of named) {
      if (!before.has(sessionId)) changed.add(sessionId);
    }
    for (const sessionId of changed) {
      if (named.has(sessionId)) this.#add(namer, sessionId);
      else this.#remove(namer, sessionId);
    }
    if (named.size === 0) this.#namedBy.delete(namer);
    else this.#namedBy.set(namer, named);
    return changed;
  }

  namers(): Iterable<string> {
    return this.#namedBy.keys();
  }

  namedBy(namer: string): ReadonlySet<string> {
    return this.#namedBy.get(namer) ?? nobody;
  }

  namersOf(sessionId: string): ReadonlySet<string> {
    return this.#namersOf.get(sessionId) ?? nobody;
  }

  isNamed(sessionId: string): boolean {
    return this.#namersOf.has(sessionId);
  }

  #add(namer: string, sessionId: string): void {
    const namers = this.#namersOf.get(sessionId);
    if (namers === undefined) this.#namersOf.set(sessionId, new Set([namer]));
    else namers.add(namer);
  }

  #remove(namer: string, sessionId: string): void {
    const namers = this.#namersOf.get(sessionId);
    namers?.delete(namer);
    if (namers?.size === 0) this.#namersOf.delete(sessionId);
  }
}

const nobody: ReadonlySet<string> = new Set();

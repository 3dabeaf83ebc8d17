// Under which name each peer is shown. Anybody can take anybody's name, so peers whose names look alike, or like that
// of this page's own person, get a number each, wherever the name is shown. Neighbours: peer.ts asks,
// wire/plain-name.ts compares.
// Invariant: a peer keeps its number for as long as the page is in the room, under whatever key: whoever was met first
// has the lowest.
import { namelessPerson, skeletonOf, withMark } from "../wire/plain-name.ts";

/** Four times what a page holds: peers that are gone keep their numbers while they may come back. */
export const maxKnownNames = 256;

interface Known {
  readonly name: string;
  readonly skeleton: string;
  readonly number: number;
}

export interface NameBookOptions {
  readonly ownName: () => string;
  /** It is connected, or was a while ago: its number is not forgotten. */
  readonly isPeer: (gatewayId: string) => boolean;
}

export class NameBook {
  readonly #options: NameBookOptions;
  /** By gateway id, in the order in which they were heard of. */
  readonly #known = new Map<string, Known>();
  /** How many known names have that skeleton. */
  readonly #counts = new Map<string, number>();
  #own = { name: "", skeleton: skeletonOf(namelessPerson) };

  constructor(options: NameBookOptions) {
    this.#options = options;
  }

  /** Of the same room under the key before. Otherwise a change of the key could exchange the numbers of two twins. */
  takeOver(former: NameBook): void {
    for (const [gatewayId, known] of former.#known) this.#known.set(gatewayId, known);
    for (const [skeleton, count] of former.#counts) this.#counts.set(skeleton, count);
  }

  /** @param name a plain one, as the peer's roster has it. */
  heard(gatewayId: string, name: string): void {
    const known = this.#known.get(gatewayId);
    if (known?.name === name) return;
    const skeleton = skeletonOf(name || namelessPerson);
    if (known?.skeleton === skeleton) {
      this.#known.set(gatewayId, { ...known, name });
      return;
    }
    this.#forget(gatewayId);
    const numbers = [...this.#known.values()].flatMap((other) => (other.skeleton === skeleton ? [other.number] : []));
    this.#known.set(gatewayId, { name, skeleton, number: Math.max(0, ...numbers) + 1 });
    this.#counts.set(skeleton, (this.#counts.get(skeleton) ?? 0) + 1);
    if (this.#known.size <= maxKnownNames) return;
    const gone = [...this.#known.keys()].find((id) => !this.#options.isPeer(id));
    if (gone !== undefined) this.#forget(gone);
  }

  /** With a number where others look alike; empty for a peer without a name that is the only one. */
  nameOf(gatewayId: string): string {
    const known = this.#known.get(gatewayId);
    if (known === undefined) return "";
    const { name, skeleton, number } = known;
    const isLikeOwn = this.#ownSkeleton() === skeleton;
    if (!isLikeOwn && (this.#counts.get(skeleton) ?? 0) < 2) return name;
    return withMark(name || namelessPerson, isLikeOwn ? number + 1 : number);
  }

  #ownSkeleton(): string {
    const name = this.#options.ownName();
    if (name !== this.#own.name) this.#own = { name, skeleton: skeletonOf(name || namelessPerson) };
    return this.#own.skeleton;
  }

  #forget(gatewayId: string): void {
    const known = this.#known.get(gatewayId);
    if (known === undefined) return;
    this.#known.delete(gatewayId);
    const count = (this.#counts.get(known.skeleton) ?? 0) - 1;
    if (count > 0) this.#counts.set(known.skeleton, count);
    else this.#counts.delete(known.skeleton);
  }
}

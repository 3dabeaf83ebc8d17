// What a gateway tells the others of its probes, docs/protocol.md §2.2, and the book in which it keeps its own.
// Invariants: the version grows with every change and only then; an index is never given to another probe.
import { cutUtf8 } from "../basics/utf8.ts";

/**
 * What could let a name look like other text than it is: controls and line breaks, and marks that turn the direction of what follows (Unicode
 * Technical Report 36, "Bidirectional Text Spoofing").
 */
const deceptive = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A name that somebody else chose, as it may be shown beside other text. */
export const plainName = (name: string): string => name.replace(deceptive, "").trim();

export interface RosterProbe {
  /** From 1. */
  readonly index: number;
  /** Class and capabilities are the codes and bits of docs/protocol.md §1.1. */
  readonly probeClass: number;
  readonly capabilities: number;
  readonly isConnected: boolean;
  readonly name: string;
}

export interface Roster {
  /** From 1. */
  readonly version: number;
  /** The name of the gateway. */
  readonly name: string;
  /** The page is hidden, so it may be slow or fall asleep. */
  readonly isHidden: boolean;
  readonly probes: readonly RosterProbe[];
}

export const maxProbes = 16;
export const maxNameBytes = 64;

/** A name as one's own roster holds it, whoever gave it: a band names itself. Perhaps nothing is left. */
export const shortPlainName = (name: string): string => cutUtf8(plainName(name), maxNameBytes).trimEnd();

export type NewProbe = Omit<RosterProbe, "index" | "isConnected">;
export type ProbeChange = Partial<Omit<RosterProbe, "index">>;

const withPlainName = <T extends { readonly name?: string }>(named: T): T =>
  named.name === undefined ? named : { ...named, name: shortPlainName(named.name) };

const differs = (probe: RosterProbe, changed: RosterProbe): boolean =>
  probe.probeClass !== changed.probeClass ||
  probe.capabilities !== changed.capabilities ||
  probe.isConnected !== changed.isConnected ||
  probe.name !== changed.name;

export class RosterBook {
  #roster: Roster;
  #lastIndex = 0;

  /** Names are made plain and cut to `maxNameBytes`, here and in every method. */
  constructor(name: string) {
    this.#roster = withPlainName({ version: 1, name, isHidden: false, probes: [] });
  }

  /** Never changed in place: another object after every change. */
  get roster(): Roster {
    return this.#roster;
  }

  probe(index: number): RosterProbe | undefined {
    return this.#roster.probes.find((probe) => probe.index === index);
  }

  /** The new probe's index, not yet connected; undefined when the roster is full. */
  add(probe: NewProbe): number | undefined {
    const { probes } = this.#roster;
    if (probes.length >= maxProbes) return undefined;
    const index = ++this.#lastIndex;
    const { probeClass, capabilities, name } = withPlainName(probe);
    this.#change({ probes: [...probes, { index, probeClass, capabilities, isConnected: false, name }] });
    return index;
  }

  /** Whether anything is different now. */
  update(index: number, change: ProbeChange): boolean {
    const probe = this.probe(index);
    if (probe === undefined) return false;
    const changed = { ...probe, ...withPlainName(change) };
    if (!differs(probe, changed)) return false;
    this.#change({ probes: this.#roster.probes.map((other) => (other === probe ? changed : other)) });
    return true;
  }

  remove(index: number): boolean {
    if (this.probe(index) === undefined) return false;
    this.#change({ probes: this.#roster.probes.filter((probe) => probe.index !== index) });
    return true;
  }

  setName(name: string): boolean {
    const plain = shortPlainName(name);
    if (plain === this.#roster.name) return false;
    this.#change({ name: plain });
    return true;
  }

  setHidden(isHidden: boolean): boolean {
    if (isHidden === this.#roster.isHidden) return false;
    this.#change({ isHidden });
    return true;
  }

  #change(change: Partial<Roster>): void {
    this.#roster = { ...this.#roster, ...change, version: this.#roster.version + 1 };
  }
}

// What a gateway tells the others of its probes, docs/protocol.md §2.2, and the book in which it keeps its own.
// Invariants: the version grows with every change and only then; an index is never given to another probe; no two
// probes have names that look alike.
import { distinctName, shortPlainName } from "./plain-name.ts";

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

export type NewProbe = Omit<RosterProbe, "index" | "isConnected">;
export type ProbeChange = Partial<Omit<RosterProbe, "index">>;

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
    this.#roster = { version: 1, name: shortPlainName(name), isHidden: false, probes: [] };
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
    const { probeClass, capabilities } = probe;
    const name = this.#distinct(shortPlainName(probe.name), undefined);
    this.#change({ probes: [...probes, { index, probeClass, capabilities, isConnected: false, name }] });
    return index;
  }

  /** Whether anything is different now. */
  update(index: number, change: ProbeChange): boolean {
    const probe = this.probe(index);
    if (probe === undefined) return false;
    const name = change.name === undefined ? probe.name : this.#distinct(shortPlainName(change.name), probe);
    const changed = { ...probe, ...change, name };
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

  /** Two bands of one make call themselves the same: their person, and everybody else, could not tell them apart. */
  #distinct(name: string, own: RosterProbe | undefined): string {
    const others = this.#roster.probes.filter((probe) => probe !== own);
    return distinctName(
      name,
      others.map((probe) => probe.name),
    );
  }

  #change(change: Partial<Roster>): void {
    this.#roster = { ...this.#roster, ...change, version: this.#roster.version + 1 };
  }
}

// After a change of the room's key: which people were to come along and have not. A member can lead some people to one
// key and some to another (docs/protocol.md §4), and nothing that anybody says is proof of it; that somebody is there
// under the new key is proven. Neighbour: key-change-news.ts tells the person.
import type { Cancel, Now, Schedule } from "../../gateway/basics/runtime.ts";

/** A room is whole again within this after whatever happened to it: people who are not there by then do not come. */
export const goneForGoodMs = 30_000;
/** Twice as many as a page can hold: those of two changes in a row. */
const maxExpected = 128;

interface Expected {
  readonly name: string;
  readonly dueAtMs: number;
}

export interface RollCallOptions {
  readonly now: Now;
  readonly schedule: Schedule;
  /** While the server is away nobody could come. */
  readonly isReachable: () => boolean;
  /** Names of those who are overdue, whenever they have changed. */
  readonly onMissing: (names: readonly string[]) => void;
}

export class RollCall {
  readonly #options: RollCallOptions;
  /** By gateway id. */
  readonly #expected = new Map<string, Expected>();
  readonly #told = new Set<string>();
  #cancelCheck: Cancel | undefined;

  constructor(options: RollCallOptions) {
    this.#options = options;
  }

  /**
   * People who are awaited since an earlier change keep their time: otherwise a room that moves again and again would
   * report nobody missing.
   */
  expect(people: readonly { readonly gatewayId: string; readonly name: string }[]): void {
    const dueAtMs = this.#options.now() + goneForGoodMs;
    for (const { gatewayId, name } of people) {
      if (this.#expected.size < maxExpected && !this.#expected.has(gatewayId))
        this.#expected.set(gatewayId, { name, dueAtMs });
    }
    this.#checkAfter(goneForGoodMs);
  }

  came(gatewayId: string): void {
    this.#expected.delete(gatewayId);
    if (this.#told.delete(gatewayId)) this.#tell();
  }

  clear(): void {
    this.#cancelCheck?.();
    this.#cancelCheck = undefined;
    this.#expected.clear();
    this.#told.clear();
  }

  #checkAfter(delayMs: number): void {
    this.#cancelCheck ??= this.#options.schedule(delayMs, () => {
      this.#cancelCheck = undefined;
      this.#check();
    });
  }

  #check(): void {
    const { now, isReachable } = this.#options;
    const nowMs = now();
    const open = [...this.#expected].filter(([gatewayId]) => !this.#told.has(gatewayId));
    if (open.length === 0) return;
    if (!isReachable()) return this.#checkAfter(goneForGoodMs);
    const overdue = open.filter(([, { dueAtMs }]) => dueAtMs <= nowMs);
    for (const [gatewayId] of overdue) this.#told.add(gatewayId);
    if (overdue.length > 0) this.#tell();
    const dues = open.flatMap(([, { dueAtMs }]) => (dueAtMs > nowMs ? [dueAtMs] : []));
    if (dues.length > 0) this.#checkAfter(Math.min(...dues) - nowMs);
  }

  #tell(): void {
    this.#options.onMissing([...this.#told].map((gatewayId) => this.#expected.get(gatewayId)?.name ?? ""));
  }
}

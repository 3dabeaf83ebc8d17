// Whose hint is dialled next. A hint is a session id that a peer names, that no server lists and that was never
// connected: naming one costs nothing, and a dial of nobody takes a place for seconds. Invariant: each peer that names
// has one dial underway at most, and whose hint failed last comes last.

/** Half of all dials (dial-policy.ts): the other half is for those who are known to be, or to have been, there. */
export const maxHintDialsAtOnce = 2;
/** A hint that failed so often waits long … */
export const maxHintFailures = 2;
/**
 * … as long as whoever goes on exceeding its limits is kept out (penalty-book.ts). A list of the server, or its own
 * dial, ends the wait.
 */
export const longHintWaitMs = 120_000;

export class HintTurns {
  /** By the hint that is dialled, the peer that named it. */
  readonly #underway = new Map<string, string>();
  /** By the peer that named it, when a dial of a hint failed last. */
  readonly #failedAtMs = new Map<string, number>();

  get free(): number {
    return maxHintDialsAtOnce - this.#underway.size;
  }

  /** Of these peers, those whose hints may be dialled now, in their order. */
  inTurn(namers: Iterable<string>): readonly string[] {
    const busy = new Set(this.#underway.values());
    const failedAtMs = (namer: string): number => this.#failedAtMs.get(namer) ?? Number.NEGATIVE_INFINITY;
    return [...namers].filter((namer) => !busy.has(namer)).sort((a, b) => failedAtMs(a) - failedAtMs(b) || 0);
  }

  begin(namer: string, sessionId: string): void {
    this.#underway.set(sessionId, namer);
  }

  connected(sessionId: string): void {
    this.#underway.delete(sessionId);
  }

  failed(sessionId: string, nowMs: number): void {
    const namer = this.#underway.get(sessionId);
    if (namer === undefined) return;
    this.#underway.delete(sessionId);
    this.#failedAtMs.set(namer, nowMs);
  }

  /** That peer is gone, and names nobody any more. */
  forget(namer: string): void {
    this.#failedAtMs.delete(namer);
  }
}

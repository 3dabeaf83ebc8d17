// Which hint is dialled next. A hint is a session id that a peer names, that no server lists and that was never
// connected: naming one costs a peer nothing, and a dial of a session that does not exist takes a place for seconds.
// Invariant: at most one dial is underway for each peer that names hints, and the peer whose hint failed last has its
// turn last.

/**
 * Half of all dials (dial-policy.ts): the other half is for members that the server lists or that were connected
 * before.
 */
export const maxHintDialsAtOnce = 2;
/** A hint that failed so often waits long … */
export const maxHintFailures = 2;
/**
 * … as long as a peer is kept out that exceeds its limits again and again (penalty-book.ts). The wait ends when the
 * server lists the hint, or when it dials us.
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

// Limits how many answers are on their way at once. Each keeps a part of a file in memory until the client has read it.
// When there are too many, the address that has most loses its oldest answer, so that clients that do not read block
// nobody.
import type { IncomingMessage, ServerResponse } from "node:http";
import { addressGroup } from "./addresses.ts";
import { maxUnreadAnswers } from "./limits.ts";

/** The part of a `ServerResponse` that this file relies on. */
export type Answer = Pick<ServerResponse, "once" | "destroy">;

export class UnreadAnswers {
  readonly #addressOf: (request: IncomingMessage) => string;
  /** By group of address, the oldest first. */
  readonly #answers = new Map<string, Set<Answer>>();
  #count = 0;
  #ended = 0;

  constructor(addressOf: (request: IncomingMessage) => string) {
    this.#addressOf = addressOf;
  }

  get count(): number {
    return this.#count;
  }

  /** How many were ended before they were read. */
  get ended(): number {
    return this.#ended;
  }

  /** To be called once for each request, before it is answered. */
  add(request: IncomingMessage, answer: Answer): void {
    const address = addressGroup(this.#addressOf(request));
    const answers = this.#answers.get(address) ?? new Set<Answer>();
    this.#answers.set(address, answers.add(answer));
    this.#count++;
    answer.once("close", () => this.#forget(address, answer));
    if (this.#count > maxUnreadAnswers) this.#endOldest();
  }

  #endOldest(): void {
    let most: readonly [string, Set<Answer>] | undefined;
    for (const entry of this.#answers) if (most === undefined || entry[1].size > most[1].size) most = entry;
    if (most === undefined) return;
    const [address, answers] = most;
    const [oldest] = answers;
    if (oldest === undefined) return;
    this.#ended++;
    this.#forget(address, oldest);
    oldest.destroy();
  }

  #forget(address: string, answer: Answer): void {
    const answers = this.#answers.get(address);
    if (answers === undefined || !answers.delete(answer)) return;
    this.#count--;
    if (answers.size === 0) this.#answers.delete(address);
  }
}

// Session ids whose socket was lost a moment ago. The owner, who has the token, keeps the id until the page has had
// time to come back. Everybody who knows the room id can read the ids: a squatter could otherwise keep a page away from
// the server for good. The number is bounded: the id that has been away longest is forgotten first.
import { BoundedMap } from "../gateway/basics/bounded-map.ts";
import { maxReservations, reservationMs } from "./limits.ts";

interface Reservation {
  readonly token: string;
  readonly sinceMs: number;
}

export class Reservations {
  readonly #now: () => number;
  /** In the order in which they began. */
  readonly #reservations = new BoundedMap<string, Reservation>(maxReservations);

  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#reservations.size;
  }

  reserve(sessionId: string, token: string): void {
    const nowMs = this.#now();
    this.#reservations.set(sessionId, { token, sinceMs: nowMs });
    for (const { sinceMs } of this.#reservations.values()) {
      if (nowMs - sinceMs < reservationMs) return;
      this.#reservations.shift();
    }
  }

  /** Whether the id is free, or this token's own. */
  mayTake(sessionId: string, token: string): boolean {
    const reservation = this.#reservations.get(sessionId);
    if (reservation === undefined || this.#now() - reservation.sinceMs >= reservationMs) return true;
    return reservation.token === token;
  }
}

// How a peer is shown, and how its channel can end: words that the gateway, the page and the figures share with
// peer.ts.
import { byeReasons } from "../wire/frame-types.ts";

export type PeerState =
  | { readonly kind: "connected" }
  | { readonly kind: "asleep"; readonly sinceMs: number }
  | { readonly kind: "gone"; readonly sinceMs: number; readonly reason: string };

/**
 * Why nobody is there: the peer said that it leaves the room, that it follows the room to another key, that we are
 * removed, or that we send too much; or the channel failed.
 */
export type Departure = "left" | "moved" | "removed" | "let-go" | "lost";

/** How a channel ends; "replaced": another one takes over. */
export type Parting = Departure | "replaced";

/** By the reason in the other end's bye. Every other reason means that the channel is lost. */
const departures: ReadonlyMap<number, Departure> = new Map([
  [byeReasons.leaving, "left"],
  [byeReasons.moved, "moved"],
  [byeReasons.removed, "removed"],
  [byeReasons.limits, "let-go"],
]);

export const departureOf = (byeReason: number): Departure => departures.get(byeReason) ?? "lost";

/** The peer itself said that it goes elsewhere. */
export const isGoodbye = (parting: Parting): boolean =>
  parting === "left" || parting === "moved" || parting === "removed";

// A change of the room's key in words: who made it, who says so, and who was left out. Pure.
import type { Gateway } from "../../gateway/gateway.ts";
import type { SettledChange } from "../../gateway/key-change/room-key-change.ts";
import { nameInText } from "../room/names-text.ts";

/** What is read of a Gateway. */
export type NamedRoom = Pick<Gateway, "id"> & {
  readonly peers: readonly { readonly gatewayId: string; readonly name: string }[];
};

export const memberName = (room: NamedRoom, gatewayId: string): string => {
  if (gatewayId === room.id) return "You";
  return nameInText(room.peers.find((peer) => peer.gatewayId === gatewayId)?.name ?? "");
};

/** A clause without a full stop. If a key came from somebody other than its maker, it says whose word that is. */
export const keyChangeText = (room: NamedRoom, { by, toldBy, removed }: SettledChange): string => {
  const hearsay = by === toldBy ? "" : `, says ${memberName(room, toldBy)}`;
  const names = removed.map((gatewayId) => memberName(room, gatewayId)).join(", ");
  const loss = removed.length === 0 ? "" : `; ${names} ${removed.length === 1 ? "was" : "were"} removed`;
  return `${memberName(room, by)} changed the room’s key${hearsay}${loss}`;
};

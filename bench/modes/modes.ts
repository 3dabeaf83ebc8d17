// The modes that the product is compared with, by name. The product itself is none of them: its messages go their own
// way (bench/roles/).
import { floor } from "./floor.ts";
import { frameTypes, type RivalMode } from "./mode.ts";
import { perMessage } from "./per-message.ts";
import { thesis } from "./thesis.ts";

export const modeNames = ["floor", "per-message", "thesis", "earl-mesh"] as const;
export type ModeName = (typeof modeNames)[number];
export type RivalName = Exclude<ModeName, "earl-mesh">;

export const rivals: Readonly<Record<RivalName, RivalMode>> = { floor, "per-message": perMessage, thesis };

/** The mode whose message this is; undefined for the bench's other messages. */
export const rivalOf = (message: Uint8Array): RivalMode | undefined => rivalsByType.get(message[1] ?? 0);

const rivalsByType: ReadonlyMap<number, RivalMode> = new Map([
  [frameTypes.floor, floor],
  [frameTypes.perMessage, perMessage],
  [frameTypes.thesis, thesis],
]);

// The rooms that this device remembers, with their keys, so that an installed page opens again without its invite. They
// never leave the device, and are forgotten on demand. Each call reads storage anew, because other tabs write it too.
import type { RememberedRoom } from "../ui/app-model.ts";
import { readJson, type StorageOutcome, type TextStorage } from "./text-storage.ts";

export interface StoredRoom extends RememberedRoom {
  /** 22 characters of base64url (docs/protocol.md §3.1): anybody who reads it may join. */
  readonly roomKey: string;
}

/** A list that a person can still look through; the least recently used one makes room. */
export const maxRooms = 16;

const roomsKey = "earl-mesh.rooms";
const maxLabelLength = 64;

export class RoomStore {
  readonly #storage: TextStorage;

  constructor(storage: TextStorage) {
    this.#storage = storage;
  }

  /** Most recently used first. */
  rooms(): readonly StoredRoom[] {
    const stored = readJson(this.#storage, roomsKey);
    if (!Array.isArray(stored)) return [];
    const rooms = stored.slice(0, maxRooms).filter(isStoredRoom);
    return rooms.filter(({ roomId }, at) => rooms.findIndex((room) => room.roomId === roomId) === at);
  }

  /** Puts the room first, in place of what was remembered of it, also under the id that it had before. */
  remember(room: StoredRoom, formerRoomId?: string): StorageOutcome {
    return this.#write([room, ...this.#without(room.roomId).filter(({ roomId }) => roomId !== formerRoomId)]);
  }

  forget(roomId: string): StorageOutcome {
    return this.#write(this.#without(roomId));
  }

  #without(roomId: string): readonly StoredRoom[] {
    return this.rooms().filter((room) => room.roomId !== roomId);
  }

  #write(rooms: readonly StoredRoom[]): StorageOutcome {
    return this.#storage.write(roomsKey, JSON.stringify(rooms.slice(0, maxRooms)));
  }
}

const isStoredRoom = (value: unknown): value is StoredRoom => {
  if (typeof value !== "object" || value === null) return false;
  const { roomId, label, lastUsedAt, roomKey } = value as Partial<Record<string, unknown>>;
  return (
    typeof roomId === "string" &&
    /^[0-9a-f]{32}$/.test(roomId) &&
    typeof roomKey === "string" &&
    /^[\w-]{22}$/.test(roomKey) &&
    typeof label === "string" &&
    label.length <= maxLabelLength &&
    typeof lastUsedAt === "string" &&
    !Number.isNaN(Date.parse(lastUsedAt))
  );
};

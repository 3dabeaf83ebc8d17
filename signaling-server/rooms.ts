// The connected sessions of each room, in the order in which they came. A room exists as long as a session is in it.
// The door fills this book; the API reads members and counts from it.
import { roomIdOf } from "../gateway/wire/session-id.ts";

export class Rooms<Socket> {
  readonly #rooms = new Map<string, Map<string, Socket>>();
  #sessions = 0;

  get roomCount(): number {
    return this.#rooms.size;
  }

  get sessionCount(): number {
    return this.#sessions;
  }

  /** A session that comes again is the newest. */
  join(sessionId: string, socket: Socket): void {
    this.leave(sessionId);
    const roomId = roomIdOf(sessionId);
    const room = this.#rooms.get(roomId) ?? new Map<string, Socket>();
    this.#rooms.set(roomId, room);
    room.set(sessionId, socket);
    this.#sessions++;
  }

  leave(sessionId: string): void {
    const roomId = roomIdOf(sessionId);
    const room = this.#rooms.get(roomId);
    if (room === undefined || !room.delete(sessionId)) return;
    this.#sessions--;
    if (room.size === 0) this.#rooms.delete(roomId);
  }

  find(sessionId: string): Socket | undefined {
    return this.#rooms.get(roomIdOf(sessionId))?.get(sessionId);
  }

  sizeOf(roomId: string): number {
    return this.#rooms.get(roomId)?.size ?? 0;
  }

  roomIds(): IterableIterator<string> {
    return this.#rooms.keys();
  }

  /** Oldest first. */
  *sessionsOf(roomId: string): Generator<Socket> {
    yield* this.#rooms.get(roomId)?.values() ?? [];
  }

  /** Oldest first. */
  members(roomId: string): string[] {
    return [...(this.#rooms.get(roomId)?.keys() ?? [])];
  }
}

// Which sessions were silent for too long, by a clock that nobody can set. PeerServer itself would use the wall clock:
// set forward by some minutes, it would end all sessions; set back, it would keep dead ones.
import type { Session } from "./inspection.ts";
import { silentSessionMs } from "./limits.ts";
import type { Rooms } from "./rooms.ts";

/** @param nowMs of the clock that `heardAtMs` was read from. */
export const silentSessions = <Heard extends Pick<Session, "heardAtMs">>(rooms: Rooms<Heard>, nowMs: number): Heard[] =>
  [...rooms.roomIds()]
    .flatMap((roomId) => [...rooms.sessionsOf(roomId)])
    .filter(({ heardAtMs }) => nowMs - heardAtMs >= silentSessionMs);

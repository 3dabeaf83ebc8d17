// Which messages may pass a signaling socket (docs/protocol.md §3.3). All others are dropped and counted, LEAVE above
// all. A message is handed on only to a session of the same room that is connected now. For an absent one PeerServer
// would keep it, without a bound.

import { CauseCounts } from "../gateway/basics/cause-counts.ts";
import { isSameRoom } from "../gateway/wire/session-id.ts";
import { readOutbound, type SignalingRefusal } from "../gateway/wire/signaling-message.ts";
import type { GuardedSocket, Inspector } from "./guarded-socket.ts";
import type { Rooms } from "./rooms.ts";

export interface Session {
  readonly sessionId: string;
  /** A client that knows it may take the session's place. */
  readonly token: string;
  readonly socket: GuardedSocket;
  /** The group of addresses that the other end belongs to. */
  readonly address: string;
  readonly joinedAtMs: number;
  /** When its last HEARTBEAT came, or it came itself. */
  heardAtMs: number;
  /** Whether it has answered another session, or was answered: two pages that meet do so. */
  hasExchanged: boolean;
  /** It is being ended, so that another one gets its place. */
  isLeaving: boolean;
}

type MessageDrop = SignalingRefusal["refused"] | "not-text" | "not-json" | "other-room" | "to-itself" | "absent";

const messageDrops: readonly MessageDrop[] = [
  "not-text",
  "not-json",
  "not-an-object",
  "unknown-type",
  "bad-address",
  "bad-payload",
  "other-room",
  "to-itself",
  "absent",
];

export class Inspection {
  readonly drops = new CauseCounts<MessageDrop>(messageDrops);
  readonly #rooms: Rooms<Session>;
  readonly #now: () => number;

  constructor(rooms: Rooms<Session>, now: () => number) {
    this.#rooms = rooms;
    this.#now = now;
  }

  inspectorOf(session: Session): Inspector {
    return (bytes, isBinary) => {
      const inspected = this.#inspect(session, bytes, isBinary);
      if ("pass" in inspected) return inspected.pass;
      this.drops.count(inspected.drop);
      return undefined;
    };
  }

  #inspect(session: Session, bytes: Buffer, isBinary: boolean): { pass: string } | { drop: MessageDrop } {
    if (isBinary) return { drop: "not-text" };
    const parsed = parse(bytes);
    if (parsed === undefined) return { drop: "not-json" };
    const message = readOutbound(parsed.value);
    if ("refused" in message) return { drop: message.refused };
    if (message.type === "HEARTBEAT") {
      session.heardAtMs = this.#now();
      sayAlive(session);
    } else {
      if (!isSameRoom(message.dst, session.sessionId)) return { drop: "other-room" };
      if (message.dst === session.sessionId) return { drop: "to-itself" };
      const other = this.#rooms.find(message.dst);
      if (other === undefined) {
        if (message.type === "OFFER") sayAbsent(session, message.dst);
        return { drop: "absent" };
      }
      if (message.type === "ANSWER") session.hasExchanged = other.hasExchanged = true;
    }
    return { pass: JSON.stringify(message) };
  }
}

/** PeerServer answers no heartbeat, so a page could not tell a socket that died without a word from a quiet one. */
const sayAlive = ({ socket }: Session): void => socket.send(JSON.stringify({ type: "HEARTBEAT" }));

/** PeerServer would send the same, but later. So the dialer need not wait for its own time limit. */
const sayAbsent = ({ socket, sessionId }: Session, absentId: string): void =>
  socket.send(JSON.stringify({ type: "EXPIRE", src: absentId, dst: sessionId }));

const parse = (bytes: Buffer): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(bytes.toString("utf8")) };
  } catch {
    return undefined;
  }
};

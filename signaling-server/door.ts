// Decides which clients may open a signaling socket. A client that passes becomes a session in its room. The inspection
// guards its socket before PeerServer gets it, because PeerServer believes all that it reads. A session id belongs to
// one socket at a time.
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { CauseCounts } from "../gateway/basics/cause-counts.ts";
import { roomIdOf } from "../gateway/wire/session-id.ts";
import { maxSignalingLength } from "../gateway/wire/signaling-message.ts";
import { AddressBuckets } from "./address-buckets.ts";
import { AddressCounts } from "./address-counts.ts";
import { addressGroup } from "./addresses.ts";
import { FrameRates } from "./frame-rates.ts";
import { admitNothing, GuardedSocket } from "./guarded-socket.ts";
import { Inspection, type Session } from "./inspection.ts";
import {
  closeTimeoutMs,
  maxAddressSockets,
  maxMessageChunks,
  maxMessageFragments,
  maxRoomSessions,
  maxSockets,
  socketRate,
} from "./limits.ts";
import { servePeers } from "./peer-server.ts";
import { Places } from "./places.ts";
import { Reservations } from "./reservations.ts";
import { Rooms } from "./rooms.ts";
import { silentSessions } from "./silence.ts";
import { UnsentBudget } from "./unsent-budget.ts";
import { type ClaimRefusal, claimUrl, readClaim, type SessionClaim } from "./upgrade-request.ts";

type SocketRefusal =
  | ClaimRefusal
  | "wrong-host"
  | "wrong-origin"
  | "too-fast"
  | "too-many-sockets"
  | "room-full"
  | "already-arriving";

/** A page sees only that it has no connection. A person with a terminal can read these. */
const statusOf: Readonly<Record<SocketRefusal, string>> = {
  "wrong-path": "404 Not Found",
  "malformed-session": "400 Bad Request",
  "wrong-host": "421 Misdirected Request",
  "wrong-origin": "403 Forbidden",
  "too-fast": "429 Too Many Requests",
  "too-many-sockets": "503 Service Unavailable",
  "room-full": "503 Service Unavailable",
  "already-arriving": "409 Conflict",
};

/** Options of ws that its types do not name. */
const furtherOptions = {
  // Until a message is complete, each of its pieces costs memory, however small it is.
  maxFragments: maxMessageFragments,
  maxBufferedChunks: maxMessageChunks,
  closeTimeout: closeTimeoutMs,
};

export interface DoorOptions {
  readonly isOwnHost: (host: string | undefined) => boolean;
  readonly mayOpenSocket: (origin: string | undefined) => boolean;
  readonly addressOf: (request: IncomingMessage) => string;
  readonly now: () => number;
}

interface Admission {
  readonly claim: SessionClaim;
  /** The session has another owner: the socket is opened to say so. */
  readonly isTaken?: boolean;
  /** This session has to end first: the same one on an old socket, or one that gives up its place. */
  readonly leaves?: Session;
}

export class Door {
  readonly rooms = new Rooms<Session>();
  readonly frames: FrameRates;
  readonly inspection: Inspection;
  /** How many sessions lost their place to another one, by what was full. */
  readonly displaced = new CauseCounts<"room" | "address">(["room", "address"]);
  readonly refusals = new CauseCounts(Object.keys(statusOf) as SocketRefusal[]);
  readonly #options: DoorOptions;
  readonly #rates: AddressBuckets;
  readonly #reservations: Reservations;
  readonly #unsent = new UnsentBudget();
  readonly #sockets = new WebSocketServer({
    noServer: true,
    WebSocket: GuardedSocket,
    maxPayload: maxSignalingLength,
    ...furtherOptions,
    autoPong: false, // GuardedSocket answers, within its limits.
    perMessageDeflate: false, // Its buffers would cost each socket more than its few messages are worth.
  });
  readonly #places: Places<Session>;
  readonly #open = new AddressCounts();
  /** Sessions whose new socket waits until the old one has gone. */
  readonly #arriving = new Set<string>();

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#rates = new AddressBuckets(socketRate, options.now);
    this.#reservations = new Reservations(options.now);
    this.frames = new FrameRates(options.now);
    this.inspection = new Inspection(this.rooms, options.now);
    this.#places = new Places(this.rooms, options.now);
    // When PeerServer gives a session up, its socket must not go on speaking while it closes.
    servePeers(this.#sockets, (sessionId) => this.rooms.find(sessionId)?.socket.terminate());
  }

  /** Bytes that wait for all sockets together. */
  get unsentBytes(): number {
    return this.#unsent.waitingBytes;
  }

  /** For the "upgrade" event of an HTTP server. */
  receive(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const address = addressGroup(this.#options.addressOf(request));
    const judged = this.#judge(request, address);
    if (typeof judged === "string") {
      this.refusals.count(judged);
      socket.end(`HTTP/1.1 ${statusOf[judged]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
        socket.destroy(),
      );
      return;
    }
    const { claim, leaves } = judged;
    this.#open.add(socket, address);
    if (judged.isTaken) return this.#sayTaken(address, request, socket, head);
    const admit = (): void => this.#admit(claim, address, request, socket, head);
    if (leaves === undefined) return admit();
    // If it is the same page again, PeerServer sends OPEN only after the old socket has closed.
    this.#arriving.add(claim.sessionId);
    leaves.isLeaving = true;
    leaves.socket.once("close", () => {
      this.#arriving.delete(claim.sessionId);
      admit();
    });
    leaves.socket.terminate();
  }

  /** To be called now and then. */
  endSilent(): void {
    for (const { socket } of silentSessions(this.rooms, this.#options.now())) socket.terminate();
  }

  /** Tells every session that the server goes away; `terminate` no longer waits for their answer. */
  close(): void {
    for (const socket of this.#sockets.clients) socket.close(1001);
  }

  terminate(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  /**
   * Host and Origin are judged first and cost nothing. Any web page can make its visitor's browser send a wrong one,
   * and that must not use up the visitor's own rate.
   */
  #judge(request: IncomingMessage, address: string): Admission | SocketRefusal {
    const { isOwnHost, mayOpenSocket } = this.#options;
    if (!isOwnHost(request.headers.host)) return "wrong-host";
    if (!mayOpenSocket(request.headers.origin)) return "wrong-origin";
    if (!this.#rates.take(address)) return "too-fast";
    const claim = readClaim(request);
    if (typeof claim === "string") return claim;
    if (this.#open.total >= maxSockets) return "too-many-sockets";
    const held = this.rooms.find(claim.sessionId);
    if (this.#arriving.has(claim.sessionId) || held?.isLeaving) return "already-arriving";
    if (held?.token === claim.token) return { claim, leaves: held };
    const isAddressFull = this.#open.of(address) >= maxAddressSockets;
    if (held !== undefined || !this.#reservations.mayTake(claim.sessionId, claim.token))
      return isAddressFull ? "too-many-sockets" : { claim, isTaken: true };
    return this.#findPlace(claim, address, isAddressFull);
  }

  #findPlace(claim: SessionClaim, address: string, isAddressFull: boolean): Admission | SocketRefusal {
    const newcomer = { sessionId: claim.sessionId, address };
    const isRoomFull = this.rooms.sizeOf(roomIdOf(claim.sessionId)) >= maxRoomSessions;
    if (!isRoomFull && !isAddressFull) return { claim };
    const leaves = isRoomFull ? this.#places.toFreeInRoom(newcomer) : this.#places.toFreeOfAddress(newcomer);
    if (leaves === undefined) return isRoomFull ? "room-full" : "too-many-sockets";
    if (isAddressFull && leaves.address !== address) return "too-many-sockets";
    this.displaced.count(isRoomFull ? "room" : "address");
    return { claim, leaves };
  }

  #admit(claim: SessionClaim, address: string, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#sockets.handleUpgrade(request, socket, head, (guarded) => {
      const nowMs = this.#options.now();
      const session: Session = {
        ...{ ...claim, socket: guarded, address },
        ...{ joinedAtMs: nowMs, heardAtMs: nowMs, hasExchanged: false, isLeaving: false },
      };
      guarded.guard({
        meter: this.frames.meterOf(address, () => guarded.terminate()),
        inspector: this.inspection.inspectorOf(session),
        budget: this.#unsent,
      });
      this.rooms.join(claim.sessionId, session);
      guarded.once("close", () => {
        this.rooms.leave(claim.sessionId);
        this.#reservations.reserve(claim.sessionId, claim.token);
      });
      request.url = claimUrl(claim);
      this.#sockets.emit("connection", guarded, request); // Here PeerServer takes over.
    });
  }

  /** Uses PeerServer's own words. Nothing that the socket sends is read. A page tries again later. */
  #sayTaken(address: string, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#sockets.handleUpgrade(request, socket, head, (mute) => {
      const meter = this.frames.meterOf(address, () => mute.terminate());
      mute.guard({ meter, inspector: admitNothing, budget: this.#unsent });
      mute.send(JSON.stringify({ type: "ID-TAKEN", payload: { msg: "ID is taken" } }));
      mute.close();
    });
  }
}

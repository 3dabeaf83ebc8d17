// Who may open a signaling socket. Whoever passes here becomes a session in its room, guarded by the inspection, and is
// handed to PeerServer, which believes whatever it is told. One session id belongs to one socket at any moment.
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { CauseCounts } from "../gateway/basics/cause-counts.ts";
import { roomIdOf } from "../gateway/wire/session-id.ts";
import { maxSignalingLength } from "../gateway/wire/signaling-message.ts";
import { AddressBuckets } from "./address-buckets.ts";
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
import { Reservations } from "./reservations.ts";
import { Rooms } from "./rooms.ts";
import { UnsentBudget } from "./unsent-budget.ts";
import { type ClaimRefusal, claimUrl, readClaim, type SessionClaim } from "./upgrade-request.ts";

type SocketRefusal = ClaimRefusal | "wrong-origin" | "too-fast" | "too-many-sockets" | "room-full" | "already-arriving";

/** A page sees none of these, only that it has no connection; people with a terminal do. */
const statusOf: Readonly<Record<SocketRefusal, string>> = {
  "wrong-path": "404 Not Found",
  "malformed-session": "400 Bad Request",
  "wrong-origin": "403 Forbidden",
  "too-fast": "429 Too Many Requests",
  "too-many-sockets": "503 Service Unavailable",
  "room-full": "503 Service Unavailable",
  "already-arriving": "409 Conflict",
};

/** Options of ws that its types do not name. */
const furtherOptions = {
  // What is kept of a message until its end costs by the piece, not by the byte.
  maxFragments: maxMessageFragments,
  maxBufferedChunks: maxMessageChunks,
  closeTimeout: closeTimeoutMs,
};

export interface DoorOptions {
  readonly mayOpenSocket: (origin: string | undefined) => boolean;
  readonly addressOf: (request: IncomingMessage) => string;
  readonly now: () => number;
}

export class Door {
  readonly rooms = new Rooms<Session>();
  readonly frames: FrameRates;
  readonly inspection: Inspection;
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
  /** Open sockets by group of address. */
  readonly #socketsOf = new Map<string, number>();
  #openSockets = 0;
  /** Sessions whose new socket waits until the old one has gone. */
  readonly #arriving = new Set<string>();

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#rates = new AddressBuckets(socketRate, options.now);
    this.#reservations = new Reservations(options.now);
    this.frames = new FrameRates(options.now);
    this.inspection = new Inspection(this.rooms);
    // PeerServer gave the session up: its socket must not speak on while it closes.
    servePeers(this.#sockets, (sessionId) => this.rooms.find(sessionId)?.socket.terminate());
  }

  /** What waits for all sockets together. */
  get unsentBytes(): number {
    return this.#unsent.waitingBytes;
  }

  /** For the "upgrade" event of an HTTP server. */
  receive(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const address = addressGroup(this.#options.addressOf(request));
    const claim = this.#judge(request, address);
    if (typeof claim === "string") {
      this.refusals.count(claim);
      socket.end(`HTTP/1.1 ${statusOf[claim]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () =>
        socket.destroy(),
      );
      return;
    }
    this.#countSocket(socket, address);
    const held = this.rooms.find(claim.sessionId);
    if (held === undefined) {
      if (!this.#reservations.mayTake(claim.sessionId, claim.token))
        return this.#sayTaken(address, request, socket, head);
      return this.#admit(claim, address, request, socket, head);
    }
    if (held.token !== claim.token) return this.#sayTaken(address, request, socket, head);
    // The same page again, whose old socket nobody has seen close yet: PeerServer answers with OPEN only once that has gone.
    this.#arriving.add(claim.sessionId);
    held.socket.once("close", () => {
      this.#arriving.delete(claim.sessionId);
      this.#admit(claim, address, request, socket, head);
    });
    held.socket.terminate();
  }

  /** Tells every session that the server goes away; `terminate` no longer waits for their answer. */
  close(): void {
    for (const socket of this.#sockets.clients) socket.close(1001);
  }

  terminate(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  #judge(request: IncomingMessage, address: string): SessionClaim | SocketRefusal {
    if (!this.#rates.take(address)) return "too-fast";
    if (!this.#options.mayOpenSocket(request.headers.origin)) return "wrong-origin";
    const claim = readClaim(request);
    if (typeof claim === "string") return claim;
    if (this.#arriving.has(claim.sessionId)) return "already-arriving";
    const ofAddress = this.#socketsOf.get(address) ?? 0;
    if (this.#openSockets >= maxSockets || ofAddress >= maxAddressSockets) return "too-many-sockets";
    const isNewcomer = this.rooms.find(claim.sessionId) === undefined;
    return isNewcomer && this.rooms.sizeOf(roomIdOf(claim.sessionId)) >= maxRoomSessions ? "room-full" : claim;
  }

  #admit(claim: SessionClaim, address: string, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#sockets.handleUpgrade(request, socket, head, (guarded) => {
      const session = { ...claim, socket: guarded, address };
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

  /** In PeerServer's words. Nothing that the socket says is heard. A page tries again later. */
  #sayTaken(address: string, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#sockets.handleUpgrade(request, socket, head, (mute) => {
      const meter = this.frames.meterOf(address, () => mute.terminate());
      mute.guard({ meter, inspector: admitNothing, budget: this.#unsent });
      mute.send(JSON.stringify({ type: "ID-TAKEN", payload: { msg: "ID is taken" } }));
      mute.close();
    });
  }

  #countSocket(socket: Duplex, address: string): void {
    this.#openSockets++;
    this.#socketsOf.set(address, (this.#socketsOf.get(address) ?? 0) + 1);
    socket.once("close", () => {
      this.#openSockets--;
      const left = (this.#socketsOf.get(address) ?? 0) - 1;
      if (left > 0) this.#socketsOf.set(address, left);
      else this.#socketsOf.delete(address);
    });
  }
}

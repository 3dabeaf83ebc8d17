// A signaling server that can be told to lie. The page, its headers and its configuration are the real server's, fetched for each request; the
// signaling socket and the list of members are its own. It is honest until a test says otherwise.
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { isSessionId, roomIdOf } from "../../gateway/session-id.ts";
import { signalingPath } from "../../gateway/signaling-message.ts";
import type { ServerProcess } from "./server-process.ts";

/** What one page says to another; a well-meaning server looks no closer than this. */
export interface RelayedMessage {
  readonly type: string;
  readonly src: string;
  readonly dst: string;
  readonly payload: unknown;
}

/** Of the real server's headers, those that bind the browser; the others are about its own connection. */
const pageHeaders = [
  "content-type",
  "content-security-policy",
  "cross-origin-embedder-policy",
  "cross-origin-opener-policy",
  "cross-origin-resource-policy",
  "permissions-policy",
  "referrer-policy",
];

export class HostileServer {
  /** What becomes of what one page says to another. */
  relay: (message: RelayedMessage) => void = (message) => this.say(message.dst, message);
  /** Who is said to be in a room; `members` are those who are. */
  list: (members: readonly string[]) => readonly string[] = (members) => members;
  /** How often it was asked for the members of a room. */
  listings = 0;
  /** How many signaling sockets were opened. */
  arrivals = 0;
  readonly #real: ServerProcess;
  readonly #server: Server;
  readonly #signaling: WebSocketServer;
  /** By session id, in the order in which they came. */
  readonly #sockets = new Map<string, WebSocket>();

  private constructor(real: ServerProcess) {
    this.#real = real;
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#signaling = new WebSocketServer({ server: this.#server, path: `${signalingPath}peerjs` });
    this.#signaling.on("connection", (socket, request) => this.#arrived(socket, request));
  }

  /** @param real whose page it serves. */
  static async start(real: ServerProcess): Promise<HostileServer> {
    const hostile = new HostileServer(real);
    hostile.#server.listen(0, "127.0.0.1");
    await once(hostile.#server, "listening");
    return hostile;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Oldest first. */
  get sessionIds(): readonly string[] {
    return [...this.#sockets.keys()];
  }

  say(sessionId: string, message: unknown): void {
    this.sayRaw(sessionId, JSON.stringify(message));
  }

  sayRaw(sessionId: string, frame: string | Uint8Array): void {
    this.#sockets.get(sessionId)?.send(frame);
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets.values()) socket.terminate();
    this.#signaling.close();
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  #arrived(socket: WebSocket, request: IncomingMessage): void {
    this.arrivals++;
    const sessionId = new URL(request.url ?? "", this.origin).searchParams.get("id") ?? "";
    this.#sockets.set(sessionId, socket);
    socket.once("close", () => {
      if (this.#sockets.get(sessionId) === socket) this.#sockets.delete(sessionId);
    });
    socket.on("message", (data) => {
      const { type, dst, payload } = JSON.parse(String(data)) as RelayedMessage;
      if (isSessionId(dst)) this.relay({ type, src: sessionId, dst, payload });
    });
    this.say(sessionId, { type: "OPEN" });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "/";
    const roomId = /^\/rooms\/(\w+)\/members$/.exec(path)?.[1];
    if (roomId !== undefined) return this.#answerMembers(roomId, response);
    try {
      const answer = await fetch(new URL(path, this.#real.origin));
      response.statusCode = answer.status;
      for (const name of pageHeaders) response.setHeader(name, answer.headers.get(name) ?? "");
      response.end(new Uint8Array(await answer.arrayBuffer()));
    } catch {
      response.writeHead(502).end(); // The test is over, and the real server with it.
    }
  }

  #answerMembers(roomId: string, response: ServerResponse): void {
    this.listings++;
    const members = this.list(this.sessionIds.filter((sessionId) => roomIdOf(sessionId) === roomId));
    response.setHeader("content-type", "application/json");
    response.setHeader("cross-origin-resource-policy", "same-origin");
    response.end(JSON.stringify({ members }));
  }
}

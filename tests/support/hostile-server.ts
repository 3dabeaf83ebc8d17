// A signaling server that can be made to lie. The page with all its headers is the real server's; the signaling socket
// and the list of members are its own. It is honest until a test says otherwise.
import { once } from "node:events";
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { roomIdOf } from "../../gateway/wire/session-id.ts";
import { type OutboundMessage, readOutbound, signalingPath } from "../../gateway/wire/signaling-message.ts";
import type { ServerProcess } from "./server-process.ts";

/** What one page sends to another, with the sender that the server names. */
export type RelayedMessage = Exclude<OutboundMessage, { type: "HEARTBEAT" }> & { readonly src: string };

export class HostileServer {
  /** What becomes of a message from page to page. */
  relay: (message: RelayedMessage) => void = (message) => this.say(message.dst, message);
  /** The session ids that it lists for a room; `members` are the true ones. */
  list: (members: readonly string[]) => readonly string[] = (members) => members;
  /** How often it was asked for the members of a room. */
  listings = 0;
  /** The session id of every signaling socket that was opened, in their order. */
  readonly arrivals: string[] = [];
  readonly #real: ServerProcess;
  readonly #server: Server;
  readonly #signaling: WebSocketServer;
  /** By session id, in the order in which they came. */
  readonly #sockets = new Map<string, WebSocket>();

  private constructor(real: ServerProcess) {
    this.#real = real;
    this.#server = createServer((request, response) => this.#answer(request, response));
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
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #arrived(socket: WebSocket, { url = "" }: IncomingMessage): void {
    const sessionId = new URL(url, this.origin).searchParams.get("id") ?? "";
    this.arrivals.push(sessionId);
    this.#sockets.set(sessionId, socket);
    socket.once("close", () => {
      if (this.#sockets.get(sessionId) === socket) this.#sockets.delete(sessionId);
    });
    socket.on("message", (data) => {
      const message = readOutbound(JSON.parse(String(data)));
      if (!("refused" in message) && message.type !== "HEARTBEAT") this.relay({ ...message, src: sessionId });
    });
    this.say(sessionId, { type: "OPEN" });
  }

  #answer({ url = "/" }: IncomingMessage, response: ServerResponse): void {
    const roomId = /^\/rooms\/(\w+)\/members$/.exec(url)?.[1];
    if (roomId !== undefined) return this.#answerMembers(roomId, response);
    const forwarded = httpRequest(new URL(url, this.#real.origin), (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    forwarded.on("error", () => response.destroy());
    forwarded.end();
  }

  #answerMembers(roomId: string, response: ServerResponse): void {
    this.listings++;
    const members = this.list(this.sessionIds.filter((sessionId) => roomIdOf(sessionId) === roomId));
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ members }));
  }
}

// Pages that are open and do nothing: their signaling sockets, with the heartbeat of PeerJS. What they cost the server
// is measured.
import { once } from "node:events";
import { WebSocket } from "ws";
import type { ServerProcess } from "./server-process.ts";
import { signalingUrl } from "./signaling-client.ts";

/** PeerJS's `pingInterval`. */
const heartbeatMs = 5_000;
/** Below the server's limits of a room and of an address. */
const ofOneRoom = 100;
const ofOneAddress = 200;
const openedAtOnce = 50;

export class IdleCrowd {
  readonly #sockets: WebSocket[] = [];
  #heartbeat: NodeJS.Timeout | undefined;

  /** How many are still connected. */
  get size(): number {
    return this.#sockets.filter(({ readyState }) => readyState === WebSocket.OPEN).length;
  }

  /** The server has to be behind a proxy: the crowd comes from many addresses. */
  static async gather(server: ServerProcess, count: number): Promise<IdleCrowd> {
    const crowd = new IdleCrowd();
    for (let first = 0; first < count; first += openedAtOnce) {
      const nths = Array.from({ length: Math.min(openedAtOnce, count - first) }, (_, i) => first + i);
      crowd.#sockets.push(...(await Promise.all(nths.map((nth) => arrive(server, nth)))));
    }
    crowd.#heartbeat = setInterval(() => crowd.#beat(), heartbeatMs);
    return crowd;
  }

  leave(): void {
    clearInterval(this.#heartbeat);
    for (const socket of this.#sockets) socket.terminate();
  }

  #beat(): void {
    for (const socket of this.#sockets) {
      if (socket.readyState === WebSocket.OPEN) socket.send('{"type":"HEARTBEAT"}');
    }
  }
}

const arrive = async (server: ServerProcess, nth: number): Promise<WebSocket> => {
  const room = Math.floor(nth / ofOneRoom);
  const id = `1d1e${room.toString(16).padStart(28, "0")}-${nth.toString(16).padStart(16, "0")}`;
  const address = `10.1.${Math.floor(nth / ofOneAddress)}.1`;
  const socket = new WebSocket(signalingUrl(server, id, "token-of-idle"), { headers: { "x-forwarded-for": address } });
  socket.on("error", () => socket.terminate());
  await once(socket, "open");
  return socket;
};

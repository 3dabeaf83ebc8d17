// A way to a server that can die without a sign, as a phone's old network does: what is open then stays open and
// carries nothing, and what is opened later works. On 127.0.0.1, on a port of the system's.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export class TcpRelay {
  /** Connections that were opened, ever. */
  opened = 0;
  /** What came from the server with an answer to a heartbeat in it. */
  heartbeats = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(targetPort: number) {
    this.#server = createServer({ allowHalfOpen: true }, (near) => {
      this.opened++;
      const far = connect({ host: "127.0.0.1", port: targetPort, allowHalfOpen: true });
      far.on("data", (bytes) => {
        if (bytes.includes('"HEARTBEAT"')) this.heartbeats++;
      });
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.pipe(to);
        from.on("error", () => to.destroy());
        from.on("close", () => this.#sockets.delete(from));
      }
    });
  }

  static async to(targetPort: number): Promise<TcpRelay> {
    const relay = new TcpRelay(targetPort);
    relay.#server.listen(0, "127.0.0.1");
    await once(relay.#server, "listening");
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on nothing passes on what is open, neither bytes nor an end, and nobody hears of that. */
  blackHole(): void {
    for (const socket of this.#sockets) {
      socket.unpipe();
      socket.pause();
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}

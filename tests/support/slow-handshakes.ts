// Connections that never come to say anything: silent ones, requests whose headers trickle in, and TLS that is not
// begun or not ended. They cost an attacker nothing, and the server a place each until it loses patience.
import { createConnection, type Socket } from "node:net";
import type { ServerProcess } from "./server-process.ts";

const ofEachKind = 50;
/** A byte now and then, so that the connection is never idle. */
const trickleMs = 500;

/** Client hello of TLS 1.2, whose length promises more than comes. */
const halfClientHello = Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03);

export class SlowHandshakes {
  readonly #sockets: Socket[] = [];
  readonly #trickle: NodeJS.Timeout;

  private constructor(trickling: readonly Socket[]) {
    this.#trickle = setInterval(() => {
      for (const socket of trickling) if (socket.writable) socket.write("x");
    }, trickleMs);
  }

  static begin(server: ServerProcess): SlowHandshakes {
    const { httpPort, httpsPort } = server.ready;
    if (httpsPort === undefined) throw new Error("the server has no TLS");
    const open = (port: number, first: string | Uint8Array): Socket[] =>
      Array.from({ length: ofEachKind }, () => {
        const socket = createConnection({ host: "127.0.0.1", port });
        socket.on("error", () => socket.destroy());
        socket.resume();
        if (first.length > 0) socket.write(first);
        return socket;
      });
    const trickling = open(httpPort, "GET / HTTP/1.1\r\nx-slow: ");
    const slow = new SlowHandshakes(trickling);
    slow.#sockets.push(
      ...trickling,
      ...open(httpPort, ""),
      ...open(httpsPort, ""),
      ...open(httpsPort, halfClientHello),
    );
    return slow;
  }

  get count(): number {
    return this.#sockets.length;
  }

  /** That the server has not cut. */
  get open(): number {
    return this.#sockets.filter(({ closed }) => !closed).length;
  }

  end(): void {
    clearInterval(this.#trickle);
    for (const socket of this.#sockets) socket.destroy();
  }
}

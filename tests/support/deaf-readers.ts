// Clients that ask for a big file and read nothing of the answer: what the server keeps for them is what they are
// after.
import { createConnection, type Socket } from "node:net";
import type { ServerProcess } from "./server-process.ts";

export class DeafReaders {
  readonly #sockets: readonly Socket[];

  private constructor(sockets: readonly Socket[]) {
    this.#sockets = sockets;
  }

  /** @param forwardedFor one address for each of them, as a proxy would name it. */
  static begin(server: ServerProcess, path: string, forwardedFor: readonly string[]): DeafReaders {
    const sockets = forwardedFor.map((address) => {
      const socket = createConnection({ host: "127.0.0.1", port: server.port });
      socket.on("error", () => socket.destroy());
      socket.pause();
      socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: ${address}\r\n\r\n`);
      return socket;
    });
    return new DeafReaders(sockets);
  }

  get count(): number {
    return this.#sockets.length;
  }

  end(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}

// A bare WebSocket at the server's door, which says whatever a test makes it say. Neither PeerJS nor the page is in its
// way.
import { once } from "node:events";
import { WebSocket } from "ws";
import { patienceMs } from "./patience.ts";
import type { ServerProcess } from "./server-process.ts";

export interface SignalingOptions {
  readonly id: string;
  readonly token?: string;
  readonly origin?: string;
  /** In place of the address that is connected to. */
  readonly host?: string;
  /** As a proxy on this machine would name it. */
  readonly forwardedFor?: string;
  /** Which of this machine's addresses to come from. */
  readonly localAddress?: string;
}

/** The query as PeerJS writes it. */
export const signalingUrl = (server: ServerProcess, id: string, token: string): string =>
  `ws://127.0.0.1:${server.port}/signaling/peerjs?key=peerjs&id=${id}&token=${token}&version=1.5.5`;

const connect = (url: string, { origin, host, forwardedFor, localAddress }: Omit<SignalingOptions, "id">): WebSocket =>
  new WebSocket(url, {
    ...(localAddress !== undefined && { localAddress }),
    ...(origin !== undefined && { origin }),
    headers: {
      ...(host !== undefined && { host }),
      ...(forwardedFor !== undefined && { "x-forwarded-for": forwardedFor }),
    },
  });

/** Resolves once the server has let the socket in. */
export const openSignaling = async (server: ServerProcess, options: SignalingOptions): Promise<SignalingClient> => {
  const socket = connect(signalingUrl(server, options.id, options.token ?? "token-of-tests"), options);
  const client = new SignalingClient(socket);
  await once(socket, "open");
  return client;
};

/** The status with which the door refuses; 101 when it does not. */
export const upgradeStatus = async (url: string, options: Omit<SignalingOptions, "id"> = {}): Promise<number> => {
  const socket = connect(url, options);
  return new Promise((resolve, reject) => {
    socket.on("error", reject); // Also called for our own end of a refused socket, when the promise is settled.
    socket.once("unexpected-response", (_request, response) => {
      resolve(response.statusCode ?? 0);
      socket.terminate();
    });
    socket.once("open", () => {
      resolve(101);
      socket.terminate();
    });
  });
};

export class SignalingClient {
  readonly #socket: WebSocket;
  readonly #arrived: unknown[] = [];
  #wake: (() => void) | undefined;
  /** The code with which the socket was closed. */
  readonly closed: Promise<number>;

  /** In what the server agreed to, such as to compress. */
  get extensions(): string {
    return this.#socket.extensions;
  }

  constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", () => socket.terminate());
    socket.on("message", (data) => {
      this.#arrived.push(JSON.parse(String(data)));
      this.#wake?.();
    });
  }

  /** From now on nothing of what the server sends is read. */
  stopReading(): void {
    this.#socket.pause();
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /** The next message of the server, in the order in which they came. */
  async next(): Promise<unknown> {
    if (this.#arrived.length === 0) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error("no message came from the server")), patienceMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    return this.#arrived.shift();
  }

  send(message: unknown): void {
    this.sendRaw(JSON.stringify(message));
  }

  sendRaw(frame: string | Uint8Array): void {
    this.#socket.send(frame);
  }

  /** The bytes of the pong that answers it. */
  async ping(bytes: string): Promise<string> {
    const answered = once(this.#socket, "pong");
    this.#socket.ping(bytes);
    return String((await answered)[0]);
  }

  /** Bare, as no browser sends it. */
  sendControl(kind: "ping" | "pong"): void {
    this.#socket[kind]();
  }

  /** Cuts the connection as a lost network would, without a word. */
  cut(): void {
    this.#socket.terminate();
  }
}

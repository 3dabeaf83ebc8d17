// The line to the signaling server: one Peer, reconnected with backoff, or made anew under the same session id where PeerJS gave it up.
// PeerJS destroys a Peer only before its first contact, when no channel exists, so that a new one costs nothing.
import { backoffMs } from "../../gateway/basics/backoff.ts";
import type { Cancel, Now, RandomUnit, Schedule } from "../../gateway/basics/runtime.ts";
import type { ServerState } from "../../gateway/server-state.ts";
import type { PeerFace } from "./peerjs-face.ts";

export interface ServerContactOptions {
  readonly createPeer: () => PeerFace;
  readonly onState: (state: ServerState) => void;
  readonly now: Now;
  readonly schedule: Schedule;
  readonly random: RandomUnit;
}

/** A server that was restarted is back in seconds; a room of fifty must not arrive in one instant, nor wait for minutes. */
const retries = { firstMs: 1_000, longestMs: 15_000 };

/** A WebSocket to an address that swallows packets hangs for minutes; and a server that still holds this session's ghost sends no OPEN. */
const contactTimeoutMs = 10_000;

export class ServerContact {
  readonly #options: ServerContactOptions;
  #peer: PeerFace | undefined;
  #state: ServerState = { kind: "connecting" };
  #failures = 0;
  #cancelTimer: Cancel = () => undefined;
  #isClosed = false;

  /** @throws Error when PeerJS is not the version that the signaling guard knows. */
  constructor(options: ServerContactOptions) {
    this.#options = options;
    this.#contact();
  }

  get state(): ServerState {
    return this.#state;
  }

  /** Only while the server is there: PeerJS silently loses what it is asked before. */
  get connectedPeer(): PeerFace | undefined {
    return this.#state.kind === "connected" ? this.#peer : undefined;
  }

  /** Leaves the server; connections are left to whoever holds them. */
  close(): void {
    this.#isClosed = true;
    this.#cancelTimer();
    this.#peer?.disconnect();
  }

  #contact(): void {
    if (this.#peer === undefined || this.#peer.destroyed) this.#peer = this.#create();
    else this.#peer.reconnect();
    this.#cancelTimer = this.#options.schedule(contactTimeoutMs, () => this.#peer?.disconnect());
  }

  #create(): PeerFace {
    const peer = this.#options.createPeer();
    peer.on("open", () => this.#connected());
    peer.on("disconnected", () => this.#retryLater()); // PeerJS says this before it destroys a Peer, too.
    return peer;
  }

  #connected(): void {
    if (this.#state.kind === "connected") return; // A server may say OPEN as often as it likes.
    this.#cancelTimer();
    this.#failures = 0;
    this.#enter({ kind: "connected" });
  }

  #retryLater(): void {
    if (this.#isClosed) return;
    this.#cancelTimer();
    const delayMs = backoffMs(++this.#failures, retries, this.#options.random);
    this.#cancelTimer = this.#options.schedule(delayMs, () => this.#contact());
    this.#enter({ kind: "away", retryAtMs: this.#options.now() + delayMs });
  }

  #enter(state: ServerState): void {
    this.#state = state;
    this.#options.onState(state);
  }
}

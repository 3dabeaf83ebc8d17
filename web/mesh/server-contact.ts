// The contact to the signaling server: one Peer that reconnects after longer and longer waits, or a new one under the
// same session id where PeerJS has destroyed it. PeerJS destroys a Peer only before its first contact, when no channel
// exists, so a new one costs nothing. Invariant: while it is shown as connected, the server has answered within a few
// heartbeats.
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

/**
 * A server that was restarted is back in seconds. A room of fifty must not return at the same moment, nor wait for
 * minutes.
 */
const retries = { firstMs: 1_000, longestMs: 15_000 };

/**
 * A WebSocket to an address that does not answer hangs for minutes. And a server that still has this session's former
 * socket sends no OPEN.
 */
export const contactTimeoutMs = 10_000;

/**
 * How often PeerJS sends a heartbeat (its `pingInterval`). A hidden page's timers run once a minute, PeerJS's and ours
 * alike.
 */
export const heartbeatMs = 5_000;
/**
 * A phone that changes its network keeps a socket on which nothing comes and nothing fails: TCP gives up after a
 * quarter of an hour. One interval without an answer may be a slow network; and after a sleep, the first check comes
 * before the answer.
 */
export const maxSilentHeartbeats = 2;
/** Doubts come many at once: the system says "online" for each interface, and any list of members may lack us. */
export const doubtIntervalMs = 10_000;

export class ServerContact {
  readonly #options: ServerContactOptions;
  #peer: PeerFace | undefined;
  #state: ServerState = { kind: "connecting" };
  #failures = 0;
  #cancelTimer: Cancel = () => undefined;
  /** This server answers heartbeats, so silence is a sign. */
  #answersHeartbeats = false;
  #silentHeartbeats = 0;
  #openedAtMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  /** @throws Error when PeerJS is not the version that the signaling guard knows. */
  constructor(options: ServerContactOptions) {
    this.#options = options;
    this.#contact();
  }

  get state(): ServerState {
    return this.#state;
  }

  /** Only while the server is connected: before that, PeerJS ignores a dial without any sign. */
  get connectedPeer(): PeerFace | undefined {
    return this.#state.kind === "connected" ? this.#peer : undefined;
  }

  /** Something came from the server. */
  heard(): void {
    this.#silentHeartbeats = 0;
  }

  /** The server has answered a heartbeat. */
  heardHeartbeat(): void {
    if (this.#answersHeartbeats || this.#state.kind !== "connected") return;
    this.#answersHeartbeats = true;
    this.#watch();
  }

  /**
   * A sign that the socket is dead, or that a new one would be better: the network has changed, or the server does not
   * list us any more. The contact is made anew at once; if it waits for its next try, it tries now.
   */
  doubt(): void {
    if (this.#isClosed) return;
    if (this.#state.kind === "away") {
      this.#cancelTimer();
      this.#contact();
    } else if (this.#state.kind === "connected" && this.#options.now() - this.#openedAtMs >= doubtIntervalMs) {
      this.#peer?.disconnect();
      this.doubt(); // It is away now, and there is no reason to wait.
    }
  }

  /** Leaves the server; the connections stay with their owners. */
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
    this.#openedAtMs = this.#options.now();
    this.heard();
    if (this.#answersHeartbeats) this.#watch();
    this.#enter({ kind: "connected" });
  }

  #watch(): void {
    this.#cancelTimer = this.#options.schedule(heartbeatMs, () => {
      if (++this.#silentHeartbeats > maxSilentHeartbeats) this.#peer?.disconnect();
      else this.#watch();
    });
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

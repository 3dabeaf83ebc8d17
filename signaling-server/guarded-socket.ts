// The WebSocket that PeerServer gets. PeerServer acts on every "message" event. So this class emits that event only for
// messages that its inspector admits, and with the inspector's own text: nothing unchecked gets through. Each frame is
// metered before it is inspected. Without a guard, the socket admits nothing.
import { type RawData, WebSocket } from "ws";
import type { FrameMeter } from "./frame-rates.ts";
import { UnsentBudget } from "./unsent-budget.ts";

/** The text that PeerServer reads instead of what arrived; undefined when PeerServer must not see the message. */
export type Inspector = (bytes: Buffer, isBinary: boolean) => string | undefined;

export interface Guard {
  readonly meter: FrameMeter;
  readonly inspector: Inspector;
  /** Shared with all other sockets. */
  readonly budget: UnsentBudget;
}

/** For a socket that only reads why it was not let in. */
export const admitNothing: Inspector = () => undefined;

export class GuardedSocket extends WebSocket {
  /** Its budget is its own until it is guarded. */
  #guard: Guard = { meter: () => false, inspector: admitNothing, budget: new UnsentBudget() };

  guard(guard: Guard): void {
    this.#guard = guard;
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    switch (event) {
      case "message":
        return this.#receive(...(args as [RawData, boolean]));
      case "ping":
      case "pong":
        return this.#receiveControl(event, args[0] as Buffer);
      case "error":
        // Node ends the process for an "error" that nobody listens to, and the other end can cause one.
        if (this.listenerCount("error") > 0) break;
        this.terminate();
        return true;
    }
    return super.emit(event, ...args);
  }

  /**
   * PeerServer sends and does not look back: a socket that does not read ends here, before its messages fill the
   * memory.
   */
  override send(data: string): void {
    this.#give(Buffer.byteLength(data), (sent) => super.send(data, sent));
  }

  #receive(data: RawData, isBinary: boolean): boolean {
    if (!Buffer.isBuffer(data) || !this.#guard.meter("message", data.length)) return false;
    // A socket that is being closed may still deliver what was on its way, when its session has another socket already.
    if (this.readyState !== WebSocket.OPEN) return false;
    const admitted = this.#guard.inspector(data, isBinary);
    return admitted !== undefined && super.emit("message", Buffer.from(admitted), false);
  }

  /** ws would answer pings outside of the budget, so its `autoPong` is off and this class answers. */
  #receiveControl(kind: "ping" | "pong", bytes: Buffer): boolean {
    if (!this.#guard.meter(kind, bytes.length) || this.readyState !== WebSocket.OPEN) return false;
    if (kind === "ping") this.#give(bytes.length, (sent) => super.pong(bytes, false, sent));
    return true;
  }

  #give(bytes: number, write: (sent: (error?: Error | null) => void) => void): void {
    const { budget } = this.#guard;
    if (!budget.mayWait(this.bufferedAmount)) return this.terminate();
    const giveBack = budget.take(bytes);
    write((error) => {
      giveBack();
      if (error) this.terminate();
    });
  }
}

// The WebSocket that PeerServer is given. PeerServer acts on every "message" event, so this class lets an event happen only
// for what its inspector admits, and then with the inspector's own text: nothing that was not checked gets through.
// Unguarded, it admits nothing.
import { type RawData, WebSocket } from "ws";
import { maxUnsentBytes } from "./limits.ts";

/** The text that PeerServer shall read in place of what arrived; undefined: it never hears of it. */
export type Inspector = (bytes: Buffer, isBinary: boolean) => string | undefined;

export class GuardedSocket extends WebSocket {
  #inspector: Inspector | undefined;

  guard(inspector: Inspector): void {
    this.#inspector = inspector;
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event !== "message") return super.emit(event, ...args);
    const [data, isBinary] = args as [RawData, boolean];
    // A socket that is being closed may still deliver what was on its way, when its session has another socket already.
    if (this.readyState !== WebSocket.OPEN || !Buffer.isBuffer(data)) return false;
    const admitted = this.#inspector?.(data, isBinary);
    return admitted !== undefined && super.emit("message", Buffer.from(admitted), false);
  }

  /** PeerServer sends without looking back: a socket that does not read ends here, before what waits for it fills the memory. */
  override send(data: string): void {
    if (this.bufferedAmount > maxUnsentBytes) return this.terminate();
    super.send(data, (error) => {
      if (error) this.terminate();
    });
  }
}

// The WebSocket that PeerServer is given. PeerServer acts on every "message" event, so this class lets an event happen only
// for what its inspector admits, and then with the inspector's own text: nothing that was not checked gets through.
// Unguarded, it admits nothing.
import { type RawData, WebSocket } from "ws";
import { UnsentBudget } from "./unsent-budget.ts";

/** The text that PeerServer shall read in place of what arrived; undefined: it never hears of it. */
export type Inspector = (bytes: Buffer, isBinary: boolean) => string | undefined;

export class GuardedSocket extends WebSocket {
  #inspector: Inspector | undefined;
  /** Its own until it is guarded. */
  #budget = new UnsentBudget();

  /** @param budget that it shares with all others. */
  guard(inspector: Inspector, budget: UnsentBudget): void {
    this.#inspector = inspector;
    this.#budget = budget;
  }

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    // Node ends the process for an "error" that nobody listens to, and whoever is at the other end can bring one about.
    if (event === "error" && this.listenerCount("error") === 0) {
      this.terminate();
      return true;
    }
    if (event !== "message") return super.emit(event, ...args);
    const [data, isBinary] = args as [RawData, boolean];
    // A socket that is being closed may still deliver what was on its way, when its session has another socket already.
    if (this.readyState !== WebSocket.OPEN || !Buffer.isBuffer(data)) return false;
    const admitted = this.#inspector?.(data, isBinary);
    return admitted !== undefined && super.emit("message", Buffer.from(admitted), false);
  }

  /** PeerServer sends without looking back: a socket that does not read ends here, before what waits for it fills the memory. */
  override send(data: string): void {
    if (!this.#budget.mayWait(this.bufferedAmount)) return this.terminate();
    const giveBack = this.#budget.take(Buffer.byteLength(data));
    super.send(data, (error) => {
      giveBack();
      if (error) this.terminate();
    });
  }
}

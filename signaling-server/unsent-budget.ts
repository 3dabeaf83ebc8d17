// How many bytes may wait in this process for sockets that read slowly or not at all. Each socket's share shrinks as
// the whole fills up. So a few sockets that do not read cannot block the others, and many cannot fill the memory.
import { maxTotalUnsentBytes, maxUnsentBytes } from "./limits.ts";

/**
 * One socket may have this part of the free bytes waiting (Choudhury and Hahne, "Dynamic queue length thresholds in a
 * shared-memory packet switch", 1998). Each of 256 sockets that do not read then holds 127 KiB. A page's messages of
 * one second are some 20 KiB.
 */
const shareOfFree = 1 / 8;

export class UnsentBudget {
  #waitingBytes = 0;

  get waitingBytes(): number {
    return this.#waitingBytes;
  }

  /** Whether a socket with this much waiting may be given more. */
  mayWait(ownBytes: number): boolean {
    const free = maxTotalUnsentBytes - this.#waitingBytes;
    return ownBytes <= Math.min(maxUnsentBytes, free * shareOfFree);
  }

  /** The returned function gives the bytes back: they have left, or their socket has ended. */
  take(bytes: number): () => void {
    this.#waitingBytes += bytes;
    return () => {
      this.#waitingBytes -= bytes;
    };
  }
}

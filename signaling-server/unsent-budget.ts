// What may wait unsent in this process for sockets that read slowly or not at all. Everybody's share shrinks as the whole fills up, so that a few who
// do not read cannot take the place of those who do, and many cannot fill the memory.
import { maxTotalUnsentBytes, maxUnsentBytes } from "./limits.ts";

/**
 * Of what is still free, one socket may have this part waiting (Choudhury and Hahne, "Dynamic queue length thresholds in a shared-memory packet
 * switch", 1998). Of 256 sockets that do not read each then holds 127 KiB; a page's messages of a second are some 20 KiB.
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

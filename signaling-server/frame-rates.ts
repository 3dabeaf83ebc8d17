// Limits the frames of a socket before they are read: messages, and also pings and pongs, which no page sends and which
// cost this process as much. Each socket has a rate, and so have all sockets of one address together. A socket that
// sends too much is ended. The loudest socket of an address ends first; a quiet one loses few frames and stays.

import { CauseCounts } from "../gateway/basics/cause-counts.ts";
import { TokenBucket } from "../gateway/basics/token-bucket.ts";
import { AddressBuckets } from "./address-buckets.ts";
import { addressUnits, maxExcessFrames, messageUnits, unitBytes } from "./limits.ts";

export type FrameKind = "message" | "ping" | "pong";
type FrameDrop = "too-fast" | "address-too-fast";

/** Whether a frame of this length is within the rates. Otherwise it must not be read. */
export type FrameMeter = (kind: FrameKind, bytes: number) => boolean;

export class FrameRates {
  readonly drops = new CauseCounts<FrameDrop>(["too-fast", "address-too-fast"]);
  /** All that arrived, within the rates or not. Browsers send none, so any number means that a client is no browser. */
  readonly controlFrames = new CauseCounts<Exclude<FrameKind, "message">>(["ping", "pong"]);
  readonly #now: () => number;
  readonly #addressRates: AddressBuckets;

  constructor(now: () => number) {
    this.#now = now;
    this.#addressRates = new AddressBuckets(addressUnits, now);
  }

  /** @param end ends the socket; it may be called more than once. */
  meterOf(address: string, end: () => void): FrameMeter {
    const bucket = new TokenBucket({ ...messageUnits, now: this.#now });
    let excess = 0;
    return (kind, bytes) => {
      if (kind !== "message") this.controlFrames.count(kind);
      const units = 1 + bytes / unitBytes;
      const drop = this.#dropOf(bucket, address, units);
      if (drop === undefined) return true;
      this.drops.count(drop);
      if (++excess > maxExcessFrames) end();
      return false;
    };
  }

  #dropOf(bucket: TokenBucket, address: string, units: number): FrameDrop | undefined {
    if (!bucket.take(units)) return "too-fast";
    return this.#addressRates.take(address, units) ? undefined : "address-too-fast";
  }
}

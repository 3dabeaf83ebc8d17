// Two connected `Channel`s in memory, on a scheduler that the test drives: delay, reordering, backlog and cut are
// scripted, or left to a carrier such as faulty-carrier.ts. Without either every message takes `defaultDelayMs` and
// none overtakes another.

import type { Schedule } from "../../gateway/basics/runtime.ts";
import {
  backlogLowWaterBytes,
  type Channel,
  type ChannelListener,
  type FingerprintPair,
  type FingerprintRefusal,
} from "../../gateway/wire/channel.ts";

const defaultDelayMs = 5;
const nothing = new Uint8Array();

/** What one end of a pair is; the other end sees it from the other side. */
export interface MemoryEnd {
  readonly sessionId: string;
  /** SHA-256 of its certificate, 32 bytes. */
  readonly fingerprint: Uint8Array;
}

/** Brings the messages of one end to the other, or does not. */
export interface Carrier {
  /**
   * `leave` once the network has taken the message, which frees the buffer; `arrive` once for each copy that gets
   * through.
   */
  carry(message: Uint8Array, leave: () => void, arrive: () => void): void;
}

export interface MemoryChannelOptions {
  readonly schedule: Schedule;
  /** In place of `delayMs`. */
  readonly carriers?: { readonly dialer: Carrier; readonly callee: Carrier };
  /** How long the nth message (from 0) of an end is underway; a later one with less delay overtakes. */
  readonly delayMs?: (nth: number, from: "dialer" | "callee") => number;
  readonly dialer?: MemoryEnd;
  readonly callee?: MemoryEnd;
  /** The server, if nothing else is given. */
  readonly signaledBy?: Channel["signaledBy"];
}

export interface MemoryChannelPair {
  readonly dialer: MemoryChannel;
  readonly callee: MemoryChannel;
}

const roomId = "00112233445566778899aabbccddeeff";
export const defaultDialer: MemoryEnd = {
  sessionId: `${roomId}-000000000000000d`,
  fingerprint: new Uint8Array(32).fill(0xd1),
};
export const defaultCallee: MemoryEnd = {
  sessionId: `${roomId}-000000000000000c`,
  fingerprint: new Uint8Array(32).fill(0xca),
};

export const memoryChannelPair = (options: MemoryChannelOptions): MemoryChannelPair => {
  const { schedule, delayMs = () => defaultDelayMs, dialer = defaultDialer, callee = defaultCallee } = options;
  const carriers = options.carriers ?? {
    dialer: new DelayCarrier(schedule, (nth) => delayMs(nth, "dialer")),
    callee: new DelayCarrier(schedule, (nth) => delayMs(nth, "callee")),
  };
  const dialing = new MemoryChannel(schedule, "us", dialer, callee, carriers.dialer);
  const answering = new MemoryChannel(schedule, "them", callee, dialer, carriers.callee);
  for (const end of [dialing, answering]) end.signaledBy = options.signaledBy ?? "server";
  dialing.connect(answering);
  answering.connect(dialing);
  return { dialer: dialing, callee: answering };
};

class DelayCarrier implements Carrier {
  readonly #schedule: Schedule;
  readonly #delayMs: (nth: number) => number;
  #count = 0;

  constructor(schedule: Schedule, delayMs: (nth: number) => number) {
    this.#schedule = schedule;
    this.#delayMs = delayMs;
  }

  carry(_message: Uint8Array, leave: () => void, arrive: () => void): void {
    this.#schedule(0, leave);
    this.#schedule(this.#delayMs(this.#count++), arrive);
  }
}

export class MemoryChannel implements Channel {
  readonly localSessionId: string;
  readonly remoteSessionId: string;
  readonly dialedBy: "us" | "them";
  signaledBy: Channel["signaledBy"] = "server";
  /** Every message that this end has sent, for tests that replay it; those that a carrier took are its own business. */
  readonly sent: Uint8Array[] = [];
  /** What `fingerprints()` answers. */
  certificates: FingerprintPair | FingerprintRefusal;
  readonly #schedule: Schedule;
  readonly #carrier: Carrier;
  readonly #early: Uint8Array[] = [];
  #stalled: Uint8Array[] | undefined;
  #other: MemoryChannel | undefined;
  #listener: ChannelListener | undefined;
  #bufferedBytes = 0;
  #isCut = false;
  #closeReason: string | undefined;

  constructor(schedule: Schedule, dialedBy: "us" | "them", local: MemoryEnd, remote: MemoryEnd, carrier: Carrier) {
    this.#schedule = schedule;
    this.#carrier = carrier;
    this.dialedBy = dialedBy;
    this.localSessionId = local.sessionId;
    this.remoteSessionId = remote.sessionId;
    this.certificates = { local: local.fingerprint, remote: remote.fingerprint };
  }

  connect(other: MemoryChannel): void {
    this.#other = other;
  }

  get closeReason(): string | undefined {
    return this.#closeReason;
  }

  // --- the script ---

  /** The network takes nothing more of this end: what it sends stays buffered. */
  stall(): void {
    this.#stalled ??= [];
  }

  resume(): void {
    const stalled = this.#stalled ?? [];
    this.#stalled = undefined;
    for (const message of stalled) this.#transmit(message);
  }

  /** From now on nothing gets through in either direction, and neither end learns of it. */
  cut(): void {
    this.#isCut = true;
    if (this.#other !== undefined) this.#other.#isCut = true;
  }

  /** Lets a message arrive at this end, whatever its sender. */
  deliver(message: Uint8Array): void {
    if (this.#closeReason !== undefined) return;
    if (this.#listener === undefined) this.#early.push(message);
    else this.#listener.onMessage(message);
  }

  /** The end of the channel reaches this end, whichever end began it. */
  end(reason: string): void {
    if (this.#closeReason !== undefined) return;
    this.#closeReason = reason;
    this.#bufferedBytes = 0;
    this.#listener?.onClose(reason);
  }

  // --- the channel ---

  fingerprints(): Promise<FingerprintPair | FingerprintRefusal> {
    return Promise.resolve(this.#closeReason === undefined ? this.certificates : { refused: "closed" });
  }

  listen(listener: ChannelListener): void {
    if (this.#listener !== undefined) throw new Error("a channel has one listener");
    this.#listener = listener;
    const closedBefore = this.#closeReason;
    for (const message of this.#early.splice(0)) {
      listener.onMessage(message);
      if (this.#closeReason !== closedBefore) return; // The listener itself closed the channel, and knows it.
    }
    if (closedBefore !== undefined) listener.onClose(closedBefore);
  }

  send(message: Uint8Array): boolean {
    if (this.#closeReason !== undefined) return false;
    const copy = message.slice();
    if (this.#carrier instanceof DelayCarrier) this.sent.push(copy);
    this.#bufferedBytes += copy.length;
    if (this.#stalled === undefined) this.#transmit(copy);
    else this.#stalled.push(copy);
    return true;
  }

  bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  close(reason: string): void {
    if (this.#closeReason !== undefined) return;
    this.end(reason);
    const tell = (): void => {
      if (!this.#isCut) this.#other?.end("closed by the other end");
    };
    if (this.#carrier instanceof DelayCarrier) this.#schedule(defaultDelayMs, tell);
    else this.#carrier.carry(nothing, () => undefined, tell);
  }

  #transmit(message: Uint8Array): void {
    const arrive = (): void => {
      if (!this.#isCut) this.#other?.deliver(message);
    };
    this.#carrier.carry(message, () => this.#leave(message.length), arrive);
  }

  #leave(bytes: number): void {
    if (this.#closeReason !== undefined) return;
    const wasAbove = this.#bufferedBytes > backlogLowWaterBytes;
    this.#bufferedBytes -= bytes;
    if (wasAbove && this.#bufferedBytes <= backlogLowWaterBytes) this.#listener?.onDrain();
  }
}

// What the rival modes have in common: the same messages of the same probes, over the same channels of the same mesh,
// so that only the way of a message differs. Their bytes begin with a tag that no message of the product has;
// bench/members/tap.ts keeps the two apart.
import type { Now, Schedule } from "../../gateway/basics/runtime.ts";
import type { MessageKind } from "../load/workload.ts";

/** The first byte of a message of the product is the protocol's version. */
export const benchTag = 0xbe;

export const frameTypes = {
  /** A message of the mode `floor`, `per-message` or `thesis`. */
  floor: 1,
  perMessage: 2,
  thesis: 3,
  /**
   * A notification on its way from a simulated device to the page under test: the radio of scenarios with one gateway.
   */
  notification: 4,
  /** What the page under test writes to a simulated band. */
  deviceWrite: 5,
  /** An aggregate of the product from a mux that stands alone. */
  aggregate: 6,
} as const;

/** A message of a probe as its gateway has it, with the mark in front of its payload. */
export interface BleMessage {
  readonly probe: number;
  readonly kind: MessageKind;
  readonly payload: Uint8Array;
}

export interface Arrival {
  readonly kind: MessageKind;
  readonly dueMs: number;
  readonly slice: number;
  /** How many messages it stands for: a ready-made aggregate is many. */
  readonly count: number;
  /** The kind of a single message; a ready-made aggregate has none. */
  readonly probe?: number;
}

export interface OutgoingContext {
  /** The machine's clock. */
  readonly now: Now;
  readonly schedule: Schedule;
  readonly windowMs: number;
  readonly slice: number;
  /** To everyone who is to get it. */
  readonly broadcast: (message: Uint8Array) => void;
  /** Makes the message anew for everyone, as a library with one encoder a connection does. */
  readonly broadcastEach: (makeMessage: () => Uint8Array) => void;
  readonly meter: ProcessingMeter;
}

export interface Outgoing {
  /** A message of a probe is here. */
  notify(message: BleMessage): void;
  /** Messages that are to leave now, as one where the mode packs at all. */
  sendNow(messages: readonly BleMessage[]): void;
  stop(): void;
}

export interface RivalMode {
  readonly frameType: number;
  outgoing(context: OutgoingContext): Outgoing;
  /** @param message with the tag in front. What cannot be read is dropped, and shows as not delivered. */
  incoming(message: Uint8Array, onArrival: (arrival: Arrival) => void): void;
}

/**
 * Learns what handling costs each message: from its notification to the hand-over to the channel, without what it was
 * meant to wait.
 */
export interface ProcessingMeter {
  /** So many of those that were taken in have left; each `lateMs` after it should have, of which `workMs` were work. */
  left(count: number, lateMs: number, workMs: number): void;
}

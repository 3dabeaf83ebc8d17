// What the other modes have in common with the product: the same messages of the same probes, over the same channels of
// the same mesh, so that only the way of a message differs. Their bytes begin with a tag that no message of the product
// has, by which bench/members/tap.ts separates the two.
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
  /** An aggregate of the product, from a mux without a gateway. */
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
  /** How many messages it contains: a ready-made aggregate contains many. */
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
  /** Sends to every member that should get it. */
  readonly broadcast: (message: Uint8Array) => void;
  /** Makes the message again for each receiver, as a library with one encoder for each connection does. */
  readonly broadcastEach: (makeMessage: () => Uint8Array) => void;
  readonly meter: ProcessingMeter;
}

export interface Outgoing {
  /** A message of a probe has arrived. */
  notify(message: BleMessage): void;
  /** Messages that leave now, as one message if the mode packs. */
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
 * Measures how long each message is handled: from its notification until the channel has it, without the time that it
 * was meant to wait.
 */
export interface ProcessingMeter {
  /** So many of those that were taken in have left; each `lateMs` after it should have, of which `workMs` were work. */
  left(count: number, lateMs: number, workMs: number): void;
}

// In the scenarios with one gateway a DataChannel replaces Bluetooth: it carries notifications to the page under test,
// and its writes to a band. The mark comes first, so that a meter need not decode what the radio carries.
import { concatBytes } from "../../firmware-bridge/frames/bytes.ts";
import { type Mark, markBytes, readMark, writeMark } from "../load/payload.ts";
import type { MessageKind } from "../load/workload.ts";
import { benchTag, frameTypes } from "../modes/mode.ts";

const headerBytes = 4 + markBytes;

export interface Notification {
  /** The number of the device, from 0. */
  readonly device: number;
  readonly kind: MessageKind;
  readonly mark: Mark;
  /** Earl frames. */
  readonly chunk: Uint8Array;
}

/** All frames of a message as one: the radio's own fragments are not what is measured. */
export const encodeNotification = (
  device: number,
  kind: MessageKind,
  mark: Mark,
  frames: readonly Uint8Array[],
): Uint8Array => {
  const header = new Uint8Array(headerBytes);
  header.set([benchTag, frameTypes.notification, device, kind === "gesture" ? 1 : 0]);
  writeMark(header, 4, mark);
  return concatBytes(header, ...frames);
};

/** Undefined for any other message. */
export const decodeNotification = (message: Uint8Array): Notification | undefined => {
  const mark = readMark(message, 4);
  const [, type, device, kindCode] = message;
  if (type !== frameTypes.notification || mark === undefined || device === undefined) return undefined;
  return { device, kind: kindCode === 1 ? "gesture" : "sample", mark, chunk: message.subarray(headerBytes) };
};

export const encodeDeviceWrite = (mark: Mark, chunk: Uint8Array): Uint8Array => {
  const header = new Uint8Array(headerBytes);
  header.set([benchTag, frameTypes.deviceWrite]);
  writeMark(header, 4, mark);
  return concatBytes(header, chunk);
};

/** Undefined for any other message. */
export const decodeDeviceWrite = (message: Uint8Array): Mark | undefined =>
  message[1] === frameTypes.deviceWrite ? readMark(message, 4) : undefined;

/**
 * An aggregate from a mux without a gateway. The receiver's own gateway does not take it for a message of its peer.
 */
export const tagAggregate = (message: Uint8Array): Uint8Array => {
  const tagged = new Uint8Array(2 + message.length);
  tagged.set([benchTag, frameTypes.aggregate]);
  tagged.set(message, 2);
  return tagged;
};

/** Undefined for any other message. */
export const untagAggregate = (message: Uint8Array): Uint8Array | undefined =>
  message[1] === frameTypes.aggregate ? message.subarray(2) : undefined;

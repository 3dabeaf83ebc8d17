// Turns messages into Earl frames. There is one encoder per direction and connection, because it keeps the sequence.
import { crc8 } from "./crc8.ts";
import {
  continuedFlag,
  frameBytes,
  kindAt,
  lengthAt,
  maxFramePayload,
  maxMessagePayload,
  moreFlag,
  payloadAt,
  sequenceAt,
  sequences,
  sync,
} from "./frame.ts";
import { maxKind } from "./kinds.ts";

export class FrameEncoder {
  #sequence: number;

  /** A device that restarts may begin at any number. */
  constructor(firstSequence = 0) {
    this.#sequence = firstSequence % sequences;
  }

  /**
   * The frames of one message, each at most 20 bytes; the caller sends them in this order.
   * @throws RangeError when the kind or the payload fits no message: a bug of the caller.
   */
  encode(kind: number, payload: Uint8Array): readonly Uint8Array[] {
    if (!Number.isInteger(kind) || kind < 0 || kind > maxKind) throw new RangeError(`not a kind: ${kind}`);
    if (payload.length > maxMessagePayload) throw new RangeError(`payload of ${payload.length} bytes`);
    const frames: Uint8Array[] = [];
    let at = 0;
    do {
      const fragment = payload.subarray(at, at + maxFramePayload);
      const more = at + fragment.length < payload.length ? moreFlag : 0;
      const continued = at > 0 ? continuedFlag : 0;
      frames.push(this.#frame(kind | more | continued, fragment));
      at += fragment.length;
    } while (at < payload.length);
    return frames;
  }

  #frame(kindAndFlags: number, fragment: Uint8Array): Uint8Array {
    const frame = new Uint8Array(frameBytes(fragment.length));
    frame[0] = sync;
    frame[kindAt] = kindAndFlags;
    frame[sequenceAt] = this.#sequence;
    frame[lengthAt] = fragment.length;
    frame.set(fragment, payloadAt);
    const crcAt = payloadAt + fragment.length;
    frame[crcAt] = crc8(frame.subarray(kindAt, crcAt));
    this.#sequence = (this.#sequence + 1) % sequences;
    return frame;
  }
}

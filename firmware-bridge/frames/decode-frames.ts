// Turns arbitrary chunks into Earl messages: finds the frames (also inside garbage) and joins fragments.
// It never throws, and keeps at most one unfinished frame (19 bytes) and one unfinished message (240 bytes).
// Each byte is in a valid frame, is counted as skipped, or still waits for the rest of its frame.
import { concatBytes } from "./bytes.ts";
import { crc8 } from "./crc8.ts";
import {
  continuedFlag,
  frameBytes,
  kindAt,
  kindMask,
  lengthAt,
  maxFragments,
  maxFramePayload,
  moreFlag,
  payloadAt,
  sequenceAt,
  sequences,
  sync,
} from "./frame.ts";

export interface ProbeMessage {
  readonly kind: number;
  /** The sequence of the message's last frame, which an ack names. */
  readonly sequence: number;
  readonly payload: Uint8Array;
}

export interface FrameCounts {
  /** Bytes that belong to no valid frame. */
  readonly skippedBytes: number;
  /** Places that looked like a frame, but had a wrong CRC. */
  readonly badChecksums: number;
  /** Gaps in the sequence; frames lost before the first one that arrived cannot be known. */
  readonly lostFrames: number;
  /** Messages with a fragment that is missing or out of sequence. */
  readonly brokenMessages: number;
}

/** The fragments of one message that have been joined so far. */
interface Assembly {
  readonly kind: number;
  readonly fragments: Uint8Array[];
}

export class FrameDecoder {
  #waiting: Uint8Array = new Uint8Array();
  #lastSequence: number | undefined;
  /** "broken" while further fragments come of a message that was already counted as broken. */
  #assembly: Assembly | "none" | "broken" = "none";
  readonly #counts = { skippedBytes: 0, badChecksums: 0, lostFrames: 0, brokenMessages: 0 };

  get counts(): FrameCounts {
    return { ...this.#counts };
  }

  /** The messages that this chunk completes. Their payloads are copies: the chunk may be used again. */
  push(chunk: Uint8Array): readonly ProbeMessage[] {
    const bytes = concatBytes(this.#waiting, chunk);
    const messages: ProbeMessage[] = [];
    let at = 0;
    while (at < bytes.length) {
      const size = this.#sizeOfFrameAt(bytes, at);
      if (size === "incomplete") break;
      if (size === "none") {
        this.#counts.skippedBytes++;
        at++;
        continue;
      }
      const message = this.#accept(bytes.subarray(at, at + size));
      if (message !== undefined) messages.push(message);
      at += size;
    }
    this.#waiting = bytes.slice(at);
    return messages;
  }

  #sizeOfFrameAt(bytes: Uint8Array, at: number): number | "incomplete" | "none" {
    if (bytes[at] !== sync) return "none";
    const length = bytes[at + lengthAt];
    if (length === undefined) return "incomplete";
    if (length > maxFramePayload) return "none";
    const size = frameBytes(length);
    if (at + size > bytes.length) return "incomplete";
    const crcAt = at + size - 1;
    if (crc8(bytes.subarray(at + kindAt, crcAt)) === bytes[crcAt]) return size;
    this.#counts.badChecksums++;
    return "none";
  }

  #accept(frame: Uint8Array): ProbeMessage | undefined {
    const flags = frame[kindAt] ?? 0;
    const kind = flags & kindMask;
    const sequence = frame[sequenceAt] ?? 0;
    const payload = frame.slice(payloadAt, -1); // A view would keep the whole chunk while a message waits for its end.
    const follows = this.#advance(sequence);
    if ((flags & continuedFlag) === 0) {
      if (typeof this.#assembly === "object") this.#counts.brokenMessages++;
      this.#assembly = { kind, fragments: [payload] };
    } else {
      this.#continue(kind, payload, follows);
    }
    if ((flags & moreFlag) !== 0) return undefined;
    const assembly = this.#assembly;
    this.#assembly = "none";
    return typeof assembly === "object" ? { kind, sequence, payload: concatBytes(...assembly.fragments) } : undefined;
  }

  #continue(kind: number, payload: Uint8Array, follows: boolean): void {
    if (this.#assembly === "broken") return;
    const assembly = this.#assembly;
    if (assembly !== "none" && follows && assembly.kind === kind && assembly.fragments.length < maxFragments) {
      assembly.fragments.push(payload);
      return;
    }
    this.#counts.brokenMessages++;
    this.#assembly = "broken";
  }

  /** Whether this frame comes right after the last one; a gap is counted. */
  #advance(sequence: number): boolean {
    const expected = this.#lastSequence === undefined ? sequence : (this.#lastSequence + 1) % sequences;
    this.#counts.lostFrames += (sequence - expected + sequences) % sequences;
    this.#lastSequence = sequence;
    return sequence === expected;
  }
}

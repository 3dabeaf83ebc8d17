// The layout of an Earl frame, docs/protocol.md §1.2: sync, kind and flags, sequence, length, payload, CRC-8.
// Neighbours: encode-frames.ts writes it, decode-frames.ts reads it.

export const sync = 0xea;

/** Offsets from the sync byte. */
export const kindAt = 1;
export const sequenceAt = 2;
export const lengthAt = 3;
export const payloadAt = 4;

export const kindMask = 0x3f;
/** Another fragment of the same message follows. */
export const moreFlag = 0x40;
/** Not the first fragment of its message. */
export const continuedFlag = 0x80;

export const sequences = 256;

/** 20 bytes, the value that fits one notification or write on every BLE stack (ATT_MTU 23), less header and CRC. */
export const maxFramePayload = 15;
export const maxFragments = 16;
export const maxMessagePayload = maxFramePayload * maxFragments;

/** Bytes of a frame with `payloadLength` bytes of payload: the header, the payload, and one byte of CRC. */
export const frameBytes = (payloadLength: number): number => payloadAt + payloadLength + 1;

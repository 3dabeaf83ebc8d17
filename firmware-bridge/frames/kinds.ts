// The kinds of messages between probe and gateway, docs/protocol.md §1.3. Records between gateways carry the same
// codes.

export const kinds = {
  motion: 0x01,
  gesture: 0x02,
  button: 0x03,
  battery: 0x04,
  lightLevel: 0x05,
  ack: 0x06,
  vibrate: 0x10,
  led: 0x11,
  rate: 0x12,
  opaque: 0x3f,
} as const;

/** A frame has six bits for its kind. */
export const maxKind = 0x3f;

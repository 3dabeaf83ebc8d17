// What a handshake proof is made over: the layout of docs/protocol.md §2.1, and nothing else. It contains everything
// that makes this attempt differ from any other, so a proof is worth nothing on another connection.
import { ByteWriter } from "../../firmware-bridge/frames/bytes.ts";
import { encodeUtf8 } from "../basics/utf8.ts";
import type { Hello } from "../wire/frame-types.ts";

/** Whose proof it is: the dialer's (initiator) or the callee's (responder). */
export type HandshakeRole = "I" | "R";

/** One end of the connection, as both ends must see it. */
export interface HandshakeParty extends Hello {
  /** SHA-256 of its DTLS certificate of this very connection. */
  readonly fingerprint: Uint8Array;
  readonly sessionId: string;
}

const label = encodeUtf8("earl-mesh handshake 1");

export const transcript = (role: HandshakeRole, dialer: HandshakeParty, callee: HandshakeParty): Uint8Array =>
  new ByteWriter(512)
    .bytes(label)
    .bytes(encodeUtf8(role))
    .bytes(dialer.nonce)
    .bytes(callee.nonce)
    .bytes(dialer.publicKey)
    .bytes(callee.publicKey)
    .bytes(u64(dialer.epoch))
    .bytes(u64(callee.epoch))
    .bytes(dialer.fingerprint)
    .bytes(callee.fingerprint)
    .u8(dialer.sessionId.length)
    .bytes(encodeUtf8(dialer.sessionId))
    .u8(callee.sessionId.length)
    .bytes(encodeUtf8(callee.sessionId))
    .take();

const u64 = (value: number): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
};

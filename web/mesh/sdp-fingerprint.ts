// The DTLS certificate that a session description names. This reader is stricter than the browsers: they accept several
// fingerprint lines and connect when any of them matches, so that the first line may name a certificate that is not in
// use.
import { fromHex } from "../../firmware-bridge/frames/bytes.ts";
import type { FingerprintRefusal } from "../../gateway/wire/channel.ts";

/** RFC 8122 §5 writes 32 bytes as upper-case pairs between colons; browsers differ in the case. */
const sha256Line = /^a=fingerprint:sha-256 ((?:[0-9a-f]{2}:){31}[0-9a-f]{2})[ \t]*$/im;

/**
 * SHA-256 of the certificate; refused unless the whole description mentions exactly one fingerprint, wherever it
 * stands.
 */
export const readFingerprint = (sdp: string): Uint8Array | FingerprintRefusal => {
  const mentions = sdp.match(/fingerprint/gi)?.length ?? 0;
  if (mentions === 0) return { refused: "no-fingerprint" };
  if (mentions > 1) return { refused: "several-fingerprints" };
  const pairs = sha256Line.exec(sdp)?.[1];
  return (pairs === undefined ? undefined : fromHex(pairs.replaceAll(":", ""))) ?? { refused: "other-hash" };
};

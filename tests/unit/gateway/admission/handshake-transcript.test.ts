import { describe, expect, it } from "vitest";
import { toHex } from "../../../../firmware-bridge/frames/bytes.ts";
import { type HandshakeParty, transcript } from "../../../../gateway/admission/handshake-transcript.ts";
import { isSessionId } from "../../../../gateway/wire/session-id.ts";
import { webCrypto } from "../../../../web/platform/web-crypto.ts";
import { bytesFromHex } from "../../../support/frame-json.ts";
import { type PartyVector, roomVectors } from "../../../support/room-vectors.ts";

const { dialer, callee, proofs } = roomVectors.handshake;

const partyOf = ({ publicKey, nonce, epoch, fingerprint, sessionId }: PartyVector): HandshakeParty => ({
  publicKey: bytesFromHex(publicKey),
  nonce: bytesFromHex(nonce),
  epoch,
  fingerprint: bytesFromHex(fingerprint),
  sessionId,
});

describe("handshake transcript", () => {
  for (const { role, transcript: expected, mac, signature } of proofs) {
    it(`should be the bytes of the vector for ${role}, under its MAC and signature`, async () => {
      const bytes = transcript(role, partyOf(dialer), partyOf(callee));
      expect(toHex(bytes)).toBe(expected);
      const authKey = bytesFromHex(roomVectors.rooms[0]?.authKey ?? "");
      expect(toHex(await webCrypto.hmacSha256(authKey, bytes))).toBe(mac);
      const signer = bytesFromHex((role === "I" ? dialer : callee).publicKey);
      expect(await webCrypto.verifyP256(signer, bytesFromHex(signature), bytes)).toBe(true);
    });
  }

  it("should change with everything in which two attempts differ", () => {
    const [ours, theirs] = [partyOf(dialer), partyOf(callee)];
    const other = new Uint8Array(32).fill(0x77);
    const attempts = [
      transcript("I", ours, theirs),
      transcript("R", ours, theirs),
      transcript("I", theirs, ours),
      ...[{ nonce: other }, { fingerprint: other }, { epoch: 2 ** 33 + 1 }, { sessionId: theirs.sessionId }].flatMap(
        (change) => [
          transcript("I", { ...ours, ...change }, theirs),
          transcript("I", ours, {
            ...theirs,
            ...change,
            ...("sessionId" in change ? { sessionId: ours.sessionId } : {}),
          }),
        ],
      ),
    ];
    expect(new Set(attempts.map(toHex)).size).toBe(attempts.length);
  });

  it("should be made between session ids of the room in the vector", () => {
    expect([dialer, callee].every(({ sessionId }) => isSessionId(sessionId))).toBe(true);
  });
});

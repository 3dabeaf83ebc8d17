import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toHex } from "../../../../firmware-bridge/frames/bytes.ts";
import { fromBase64url, toBase64url } from "../../../../gateway/basics/base64url.ts";
import { deriveRoom, makeInvite, makeRoomKey, parseInvite, roomKeyBytes } from "../../../../gateway/wire/room-key.ts";
import { webCrypto } from "../../../../web/platform/web-crypto.ts";
import { bytesFromHex } from "../../../support/frame-json.ts";
import { roomVectors } from "../../../support/room-vectors.ts";

const anyKey = fc.uint8Array({ minLength: roomKeyBytes, maxLength: roomKeyBytes });
const addresses = ["https://a.example", "https://a.example/b/?c=d", "http://[fe80::1]:9000/", "http://10.0.0.7/#old"];
const text = "AAECAwQFBgcICQoLDA0O_w";

describe("base64url", () => {
  it("should agree with the platform's for any bytes, and bring them back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const encoded = toBase64url(bytes);
        expect(encoded).toBe(Buffer.from(bytes).toString("base64url"));
        expect(fromBase64url(encoded)).toEqual(bytes);
      }),
    );
  });

  it("should read no text but the one that it would write", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."AQgwx_-=+/ é"), maxLength: 24 }), (anyText) => {
        const bytes = fromBase64url(anyText);
        if (bytes !== undefined) expect(toBase64url(bytes)).toBe(anyText);
      }),
    );
  });
});

describe("room key", () => {
  for (const { roomKey, invite, roomId, authKey } of roomVectors.rooms) {
    it(`should lead from ${invite} to its room`, async () => {
      const parsed = parseInvite(invite);
      if (parsed === undefined) throw new Error("not an invite");
      expect(toHex(parsed.roomKey)).toBe(roomKey);
      expect(makeInvite("https://mesh.example.org/", parsed.roomKey)).toBe(invite);
      const room = await deriveRoom(webCrypto, bytesFromHex(roomKey));
      expect([room.roomId, toHex(room.authKey)]).toEqual([roomId, authKey]);
    });
  }

  it("should be 16 random bytes", () => {
    const [one, other] = [makeRoomKey(webCrypto.randomBytes), makeRoomKey(webCrypto.randomBytes)];
    expect(one).toHaveLength(16);
    expect(one).not.toEqual(other);
  });

  it("should come back from an invite, whatever the address", () => {
    fc.assert(
      fc.property(anyKey, fc.constantFrom(...addresses), (key, url) => {
        expect(parseInvite(makeInvite(url, key))).toEqual({ roomKey: key });
      }),
    );
  });
});

describe("invite", () => {
  it("should be read as a whole link, as a fragment, and as the key alone, with blanks around it", () => {
    for (const form of [
      `https://mesh.example.org/#k=${text}`,
      `http://192.168.1.20:9000/path?x=1#k=${text}`,
      `#k=${text}`,
      text,
      `  \n${text}\t`,
    ]) {
      expect(parseInvite(form)).toEqual(parseInvite(text));
      expect(parseInvite(form)).toBeDefined();
    }
  });

  it("should be refused when it is not whole, or something else", () => {
    for (const form of [
      "",
      "#k=",
      `#k=${text.slice(1)}`,
      `#k=${text}A`,
      `#k=${text.slice(0, -1)}x`, // Bits beyond the sixteenth byte.
      `#k=${text.slice(0, -1)}=`,
      `#key=${text}`,
      `javascript:alert(1)#k=${text}`,
      `ftp://mesh.example.org/#k=${text}`,
      `https://mesh.example.org/#other#k=${text}`,
      `https://mesh.example.org/ #k=${text}`,
      "https://mesh.example.org/",
    ]) {
      expect(parseInvite(form)).toBeUndefined();
    }
  });
});

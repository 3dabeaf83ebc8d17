// Against the test vectors of the RFCs, so that an implementer in another language gets the same bytes.
import { beforeAll, describe, expect, it } from "vitest";
import { concatBytes, toHex } from "../../../../firmware-bridge/frames/bytes.ts";
import type { IdentityKey } from "../../../../gateway/basics/runtime.ts";
import { encodeUtf8 } from "../../../../gateway/basics/utf8.ts";
import { identityKeyOf, makeIdentityKeyPair, webCrypto } from "../../../../web/platform/web-crypto.ts";
import { bytesFromHex } from "../../../support/frame-json.ts";

describe("web crypto", () => {
  it("should hash as FIPS 180-4 says", async () => {
    expect(toHex(await webCrypto.sha256(encodeUtf8("abc")))).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
  });

  it("should authenticate as RFC 4231 §4.3 says", async () => {
    const mac = await webCrypto.hmacSha256(encodeUtf8("Jefe"), encodeUtf8("what do ya want for nothing?"));
    expect(toHex(mac)).toBe("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  });

  it("should derive as RFC 5869 §A.3 says", async () => {
    const derived = await webCrypto.hkdfSha256(new Uint8Array(22).fill(0x0b), new Uint8Array(), 42);
    expect(toHex(derived)).toBe("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
  });

  it("should verify the signature of RFC 6979 §A.2.5", async () => {
    const publicKey = bytesFromHex(
      "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6" +
        "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299",
    );
    const signature = bytesFromHex(
      "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716" +
        "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
    );
    expect(await webCrypto.verifyP256(publicKey, signature, encodeUtf8("sample"))).toBe(true);
    expect(await webCrypto.verifyP256(publicKey, signature, encodeUtf8("Sample"))).toBe(false);
  });

  it("should give as many random bytes as asked for, and others each time", () => {
    expect(webCrypto.randomBytes(5)).toHaveLength(5);
    expect(webCrypto.randomBytes(16)).not.toEqual(webCrypto.randomBytes(16));
  });

  it("should hash the part of a buffer that a view shows", async () => {
    const whole = concatBytes(encodeUtf8("xx"), encodeUtf8("abc"), encodeUtf8("yy"));
    expect(await webCrypto.sha256(whole.subarray(2, 5))).toEqual(await webCrypto.sha256(encodeUtf8("abc")));
  });
});

describe("identity key", () => {
  const data = encodeUtf8("anything");
  let pair: CryptoKeyPair;
  let identity: IdentityKey;

  beforeAll(async () => {
    pair = await makeIdentityKeyPair();
    identity = await identityKeyOf(pair);
  });

  it("should sign what its public half verifies", async () => {
    const signature = await identity.sign(data);
    expect([identity.publicKey.length, identity.publicKey[0], signature.length]).toEqual([65, 4, 64]);
    expect(await webCrypto.verifyP256(identity.publicKey, signature, data)).toBe(true);
  });

  it("should keep its private half where it was made", async () => {
    expect(pair.privateKey.extractable).toBe(false);
    await expect(crypto.subtle.exportKey("pkcs8", pair.privateKey)).rejects.toThrow();
  });

  it("should be refused, not thrown at, when key or signature is malformed", async () => {
    const signature = await identity.sign(data);
    const offCurve = identity.publicKey.slice();
    offCurve[64] = (offCurve[64] ?? 0) ^ 1;
    for (const key of [offCurve, identity.publicKey.subarray(1), new Uint8Array(), new Uint8Array(65)]) {
      expect(await webCrypto.verifyP256(key, signature, data)).toBe(false);
    }
    for (const broken of [signature.subarray(1), new Uint8Array(), new Uint8Array(64), new Uint8Array(200)]) {
      expect(await webCrypto.verifyP256(identity.publicKey, broken, data)).toBe(false);
    }
  });
});

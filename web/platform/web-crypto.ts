// `Crypto` and `IdentityKey` of gateway/basics/runtime.ts on WebCrypto, for pages and for Node. Malformed input of
// others is an answer (`false`), never an exception; the private key is not extractable, so that no script can carry an
// identity away.

import type { Crypto, IdentityKey } from "../../gateway/basics/runtime.ts";
import { gatewayIdOf } from "../../gateway/wire/gateway-id.ts";

const ecdsaP256 = { name: "ECDSA", namedCurve: "P-256" };
const ecdsaSha256 = { name: "ECDSA", hash: "SHA-256" };

/** WebCrypto accepts no view of a shared buffer, and reads later: it gets a copy of its own. */
const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

export const webCrypto: Crypto = {
  randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),

  sha256: async (data) => new Uint8Array(await crypto.subtle.digest("SHA-256", own(data))),

  hmacSha256: async (key, data) => {
    const hmac = { name: "HMAC", hash: "SHA-256" };
    const imported = await crypto.subtle.importKey("raw", own(key), hmac, false, ["sign"]);
    return new Uint8Array(await crypto.subtle.sign(hmac, imported, own(data)));
  },

  hkdfSha256: async (inputKey, info, lengthBytes) => {
    const hkdf = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: own(info) };
    const imported = await crypto.subtle.importKey("raw", own(inputKey), "HKDF", false, ["deriveBits"]);
    return new Uint8Array(await crypto.subtle.deriveBits(hkdf, imported, lengthBytes * 8));
  },

  verifyP256: async (publicKey, signature, data) => {
    try {
      const imported = await crypto.subtle.importKey("raw", own(publicKey), ecdsaP256, false, ["verify"]);
      return await crypto.subtle.verify(ecdsaSha256, imported, own(signature), own(data));
    } catch {
      return false; // The only input that can fail here is the key: not a point of the curve.
    }
  },
};

/** A new identity; the pair can be stored in IndexedDB as it is. */
export const makeIdentityKeyPair = (): Promise<CryptoKeyPair> =>
  crypto.subtle.generateKey(ecdsaP256, false, ["sign", "verify"]);

export const identityKeyOf = async (pair: CryptoKeyPair): Promise<IdentityKey> => {
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return {
    gatewayId: await gatewayIdOf(webCrypto, publicKey),
    publicKey,
    sign: async (data) => new Uint8Array(await crypto.subtle.sign(ecdsaSha256, pair.privateKey, own(data))),
  };
};

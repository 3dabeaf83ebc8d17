// `Crypto` and `IdentityKey` on Node's synchronous functions: real cryptography that is over within the turn in which
// it was asked for, so that a simulation on fake time is the same at every run. Random bytes come from the simulation's
// own dice.
import { createHash, createHmac, createPublicKey, generateKeyPairSync, hkdfSync, sign, verify } from "node:crypto";
import type { Crypto, IdentityKey } from "../../gateway/basics/runtime.ts";
import { gatewayIdBytes } from "../../gateway/wire/frame-types.ts";
import type { Dice } from "./dice.ts";

const uncompressed = 0x04;
const coordinateBytes = 32;

export const nodeCrypto = (dice: Dice): Crypto => ({
  randomBytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(dice.between(0, 256))),
  sha256: async (data) => new Uint8Array(createHash("sha256").update(data).digest()),
  hmacSha256: async (key, data) => new Uint8Array(createHmac("sha256", key).update(data).digest()),
  hkdfSha256: async (inputKey, info, lengthBytes) =>
    new Uint8Array(hkdfSync("sha256", inputKey, new Uint8Array(), info, lengthBytes)),
  verifyP256: async (publicKey, signature, data) => {
    const coordinate = (nth: number) =>
      Buffer.from(publicKey.subarray(1 + nth * coordinateBytes, 1 + (nth + 1) * coordinateBytes)).toString("base64url");
    const jwk = { kty: "EC", crv: "P-256", x: coordinate(0), y: coordinate(1) };
    const key = createPublicKey({ key: jwk, format: "jwk" });
    return verify("sha256", data, { key, dsaEncoding: "ieee-p1363" }, signature);
  },
});

export const nodeIdentity = (): IdentityKey => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const point = Buffer.concat([Buffer.of(uncompressed), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
  return {
    gatewayId: createHash("sha256")
      .update(point)
      .digest("hex")
      .slice(0, 2 * gatewayIdBytes),
    publicKey: new Uint8Array(point),
    sign: async (data) => new Uint8Array(sign("sha256", data, { key: privateKey, dsaEncoding: "ieee-p1363" })),
  };
};

// The name of a gateway among others: a prefix of its public key's hash, docs/protocol.md §2.1.
import { toHex } from "../../firmware-bridge/frames/bytes.ts";
import type { Crypto } from "../basics/runtime.ts";
import { gatewayIdBytes } from "./frame-types.ts";

/** 32 lower-case hexadecimal digits. */
export const gatewayIdOf = async (crypto: Pick<Crypto, "sha256">, publicKey: Uint8Array): Promise<string> =>
  toHex((await crypto.sha256(publicKey)).subarray(0, gatewayIdBytes));

// tests/vectors/room-and-handshake.json, typed: rooms and one whole handshake, computed by a program that is not ours.
import { readFileSync } from "node:fs";

export interface PartyVector {
  readonly publicKey: string;
  readonly gatewayId: string;
  readonly nonce: string;
  readonly epoch: number;
  readonly fingerprint: string;
  readonly sessionId: string;
}

export interface RoomVectors {
  readonly rooms: readonly {
    readonly roomKey: string;
    readonly invite: string;
    readonly roomId: string;
    readonly authKey: string;
  }[];
  readonly handshake: {
    readonly dialer: PartyVector;
    readonly callee: PartyVector;
    readonly proofs: readonly {
      readonly role: "I" | "R";
      readonly transcript: string;
      readonly mac: string;
      readonly signature: string;
    }[];
  };
}

export const roomVectors: RoomVectors = JSON.parse(
  readFileSync(new URL("../vectors/room-and-handshake.json", import.meta.url), "utf8"),
);

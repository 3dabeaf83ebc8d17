// The secret of a room, the invite that carries it, and what is derived from it: docs/protocol.md §3.1.
// Invariant: the key stands in the fragment alone, which no browser sends to a server; the server sees `roomId` only.
import { toHex } from "../../firmware-bridge/frames/bytes.ts";
import { fromBase64url, toBase64url } from "../basics/base64url.ts";
import type { Crypto, RandomBytes } from "../basics/runtime.ts";
import { encodeUtf8 } from "../basics/utf8.ts";

export const roomKeyBytes = 16;
const roomIdBytes = 16;
const authKeyBytes = 32;
const roomIdInfo = "earl-mesh room id 1";
const authKeyInfo = "earl-mesh auth key 1";

/** A link, or its fragment, or the key alone: whatever of an invite a person has at hand. */
const inviteForm = /^(?:(?:https?:\/\/[^\s#]+)?#k=)?([A-Za-z0-9_-]{22})$/;

export interface Room {
  /** Secret: what all the rest is derived from. */
  readonly roomKey: Uint8Array;
  /** Public: names the room to the server. 32 hexadecimal digits. */
  readonly roomId: string;
  /** Secret: proves to other gateways that this one knows the room key. 32 bytes. */
  readonly authKey: Uint8Array;
}

export const makeRoomKey = (randomBytes: RandomBytes): Uint8Array => randomBytes(roomKeyBytes);

/**
 * `publicUrl` is where other phones reach the server, whatever address this page was opened by; a fragment in it is
 * replaced.
 */
export const makeInvite = (publicUrl: string, roomKey: Uint8Array): string =>
  `${publicUrl.replace(/#.*$/, "")}#k=${toBase64url(roomKey)}`;

/** Undefined when it is not a whole invite. Blanks around it, which copying often adds, do not matter. */
export const parseInvite = (text: string): { readonly roomKey: Uint8Array } | undefined => {
  const key = inviteForm.exec(text.trim())?.[1];
  const roomKey = key === undefined ? undefined : fromBase64url(key);
  return roomKey && { roomKey };
};

export const deriveRoom = async (crypto: Pick<Crypto, "hkdfSha256">, roomKey: Uint8Array): Promise<Room> => {
  const [roomId, authKey] = await Promise.all([
    crypto.hkdfSha256(roomKey, encodeUtf8(roomIdInfo), roomIdBytes),
    crypto.hkdfSha256(roomKey, encodeUtf8(authKeyInfo), authKeyBytes),
  ]);
  return { roomKey, roomId: toHex(roomId), authKey };
};

// The PeerJS id of one session in one room, `<roomId>-<16 hexadecimal digits>`: docs/protocol.md §3.2.
// Random for every session, so that no server ever answers that it is taken; lower case, because PeerJS refuses a dot
// and more.
import { toHex } from "../../firmware-bridge/frames/bytes.ts";
import type { RandomBytes } from "../basics/runtime.ts";

/** 16 bytes in hexadecimal. */
const roomIdLength = 32;
export const sessionIdLength = roomIdLength + 1 + 16;

const roomIdForm = /^[0-9a-f]{32}$/;
const sessionIdForm = /^[0-9a-f]{32}-[0-9a-f]{16}$/;

export const isRoomId = (value: unknown): value is string => typeof value === "string" && roomIdForm.test(value);

export const isSessionId = (value: unknown): value is string => typeof value === "string" && sessionIdForm.test(value);

export const makeSessionId = (roomId: string, randomBytes: RandomBytes): string => `${roomId}-${toHex(randomBytes(8))}`;

/** Of a valid session id. */
export const roomIdOf = (sessionId: string): string => sessionId.slice(0, roomIdLength);

/** Whether two valid session ids belong to the same room. */
export const isSameRoom = (a: string, b: string): boolean => roomIdOf(a) === roomIdOf(b);

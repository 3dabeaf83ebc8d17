// Reads the request for a signaling socket as PeerJS makes it: `<peer path>peerjs?key=peerjs&id=…&token=…&version=…`.
// A request in any other form never becomes a WebSocket.
import type { IncomingMessage } from "node:http";
import { isSessionId } from "../gateway/wire/session-id.ts";
import { signalingPath } from "../gateway/wire/signaling-message.ts";

/** PeerJS adds this to the path by itself. */
const socketPath = `${signalingPath}peerjs`;
/** PeerJS's default; it protects nothing. */
const peerKey = "peerjs";
/**
 * A client with a session's token may take its place, so it should be hard to guess; PeerJS's have some eleven
 * characters.
 */
const tokenForm = /^[A-Za-z0-9_-]{8,64}$/;
/** Path and parameters have about 150. */
const maxUrlLength = 512;

export interface SessionClaim {
  readonly sessionId: string;
  readonly token: string;
}

export type ClaimRefusal = "wrong-path" | "malformed-session";

export const readClaim = (request: IncomingMessage): SessionClaim | ClaimRefusal => {
  const target = request.url ?? "";
  if (target.length > maxUrlLength || !URL.canParse(target, "http://any")) return "wrong-path";
  const { pathname, searchParams } = new URL(target, "http://any");
  if (pathname !== socketPath) return "wrong-path";
  const sessionId = onlyValue(searchParams, "id");
  const token = onlyValue(searchParams, "token");
  const isWhole = isSessionId(sessionId) && token !== undefined && tokenForm.test(token);
  return isWhole && onlyValue(searchParams, "key") === peerKey ? { sessionId, token } : "malformed-session";
};

/** PeerServer reads this instead of the original, so that it finds only what was checked. */
export const claimUrl = ({ sessionId, token }: SessionClaim): string =>
  `${socketPath}?${new URLSearchParams({ key: peerKey, id: sessionId, token })}`;

/** If a parameter is given twice, two readers might take different values. */
const onlyValue = (parameters: URLSearchParams, name: string): string | undefined => {
  const values = parameters.getAll(name);
  return values.length === 1 ? values[0] : undefined;
};

// What the page and the operator may ask over HTTP. No answer names a person, and the server lists the members of a
// room only to a client that already knows the id of that room.
import { Router } from "express";
import type { IceServer } from "../gateway/wire/ice-servers.ts";
import { isRoomId } from "../gateway/wire/session-id.ts";
import { signalingPath } from "../gateway/wire/signaling-message.ts";
import type { Door } from "./door.ts";
import type { UnreadAnswers } from "./unread-answers.ts";

/** The answer of `GET /config.json`. */
export interface PageConfig {
  /** The origin that invites name; absent when phones cannot reach this server. */
  readonly publicUrl: string | undefined;
  /** PeerJS's option `path`. */
  readonly peerPath: string;
  readonly iceServers: readonly IceServer[];
  readonly version: string;
}

export interface ApiOptions {
  readonly door: Door;
  readonly publicUrl: () => string | undefined;
  readonly iceServers: readonly IceServer[];
  readonly version: string;
  readonly refusedConnections: () => number;
  readonly refusedRequests: () => number;
  readonly unread: UnreadAnswers;
}

export const api = ({
  door,
  publicUrl,
  iceServers,
  version,
  refusedConnections,
  refusedRequests,
  unread,
}: ApiOptions): Router => {
  const router = Router();
  router.get(["/config.json", "/healthz", "/rooms/:roomId/members"], (_request, response, next) => {
    response.set("cache-control", "no-store");
    next();
  });
  router.get("/config.json", (_request, response) => {
    const pageConfig: PageConfig = { publicUrl: publicUrl(), peerPath: signalingPath, iceServers, version };
    response.json(pageConfig);
  });
  router.get("/rooms/:roomId/members", (request, response) => {
    const { roomId } = request.params;
    if (isRoomId(roomId)) response.json({ members: door.rooms.members(roomId) });
    else response.status(400).json({ error: "a room id is 32 lower-case hexadecimal digits" });
  });
  router.get("/healthz", (_request, response) => {
    response.json({
      status: "ok",
      version,
      uptimeSeconds: Math.floor(process.uptime()),
      clients: door.rooms.sessionCount,
      rooms: door.rooms.roomCount,
      unsentBytes: door.unsentBytes,
      droppedMessages: { ...door.frames.drops.snapshot(), ...door.inspection.drops.snapshot() },
      controlFrames: door.frames.controlFrames.snapshot(),
      displacedSessions: door.displaced.snapshot(),
      refusedSockets: door.refusals.snapshot(),
      refusedConnections: refusedConnections(),
      refusedRequests: refusedRequests(),
      unreadAnswers: unread.count,
      endedAnswers: unread.ended,
    });
  });
  return router;
};

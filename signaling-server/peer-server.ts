// PeerServer (npm `peer`) behind the door: it gets the sockets that the door has let in, and no HTTP requests. Its own
// routes list ids and allow every origin, so the application that it must be mounted on is never served.
import { createServer } from "node:http";
import express from "express";
import { ExpressPeerServer } from "peer";
import type { Server as SocketServer } from "ws";
import type { GuardedSocket } from "./guarded-socket.ts";
import { maxSockets } from "./limits.ts";

/** @param onGone PeerServer no longer knows the session: its socket closed. */
export const servePeers = (sockets: SocketServer<typeof GuardedSocket>, onGone: (sessionId: string) => void): void => {
  const neverListens = createServer();
  const peers = ExpressPeerServer(neverListens, {
    path: "/",
    createWebSocketServer: () => sockets,
    concurrent_limit: maxSockets,
    alive_timeout: Number.POSITIVE_INFINITY, // It would use the wall clock. The door ends silent sessions itself.
    allow_discovery: false,
  });
  peers.on("disconnect", (client) => onGone(client.getId()));
  // A frame was too long, or a connection broke: ws has closed that socket. Without a listener the process would end.
  peers.on("error", () => undefined);
  express().use(peers);
};

// PeerServer (npm `peer`) behind the door: it gets the sockets that the door hands over, and nothing of HTTP. Its own routes list ids
// and allow every origin, so the application that it must be mounted on is never served.
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
    alive_timeout: Number.POSITIVE_INFINITY, // It goes by the wall clock; the door ends silent sessions by a steady one.
    allow_discovery: false,
  });
  peers.on("disconnect", (client) => onGone(client.getId()));
  // A frame that is too long, a broken connection: ws has closed that socket. Unheard, the event would end the process.
  peers.on("error", () => undefined);
  express().use(peers);
};

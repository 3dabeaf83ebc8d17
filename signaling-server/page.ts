// The page over HTTP: built files for use, or from its sources by Vite while somebody works on it.
import { createServer, type IncomingMessage } from "node:http";
import { join, sep } from "node:path";
import type { Duplex } from "node:stream";
import express, { type RequestHandler } from "express";
import { projectFolder } from "./page-build.ts";

export interface Page {
  readonly handler: RequestHandler;
  /** Whether it took the socket: Vite's, which tells the page that a source has changed. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  close(): Promise<void>;
}

export const builtPage = (folder: string): Page => {
  // Vite puts a hash of the content into the names of these, so they never change.
  const assets = join(folder, "assets") + sep;
  const handler = express.static(folder, {
    index: "index.html",
    redirect: false,
    setHeaders: (response, path) => {
      response.setHeader("cache-control", path.startsWith(assets) ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
  return { handler, upgrade: () => false, close: async () => undefined };
};

export const sourcePage = async (): Promise<Page> => {
  const vite = await import("vite");
  /** Vite listens to the upgrades of one server, we have two: both hand them on to this one. */
  const relay = createServer();
  const server = await vite.createServer({
    configFile: join(projectFolder, "vite.config.ts"),
    server: { middlewareMode: true, hmr: { server: relay } },
    appType: "spa",
  });
  return {
    handler: server.middlewares,
    upgrade: (request, socket, head) => {
      const isVites = request.headers["sec-websocket-protocol"]?.startsWith("vite-") ?? false;
      return isVites && relay.emit("upgrade", request, socket, head);
    },
    close: () => server.close(),
  };
};

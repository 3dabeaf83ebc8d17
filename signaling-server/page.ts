// The page over HTTP: built files for use, or from its sources by Vite while somebody works on it.
import { createServer, type IncomingMessage } from "node:http";
import { join, sep } from "node:path";
import type { Duplex } from "node:stream";
import express, { type RequestHandler } from "express";
import { type ContentCoding, chooseCoding, contentCodings } from "./content-coding.ts";
import { projectFolder } from "./page-build.ts";

export interface Page {
  readonly handler: RequestHandler;
  /** Whether it took the socket: Vite's, which tells the page that a source has changed. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  close(): Promise<void>;
}

export const builtPage = (folder: string): Page => {
  const asItIs = filesOf(folder);
  const coded = new Map(contentCodings.map((coding) => [coding, filesOf(join(folder, coding.folder), coding)]));
  const handler: RequestHandler = (request, response, next) => {
    response.vary("accept-encoding");
    const coding = chooseCoding(request.headers["accept-encoding"]);
    const files = coding && coded.get(coding);
    if (files === undefined) return asItIs(request, response, next);
    files(request, response, (error: unknown) => {
      if (error === undefined) return asItIs(request, response, next);
      next(error);
    });
  };
  return { handler, upgrade: () => false, close: async () => undefined };
};

/** @param coding of all files in the folder; the names are those of the files as they are, and so are their types. */
const filesOf = (folder: string, coding?: ContentCoding): RequestHandler => {
  // Vite puts a hash of the content into the names of these, so they never change.
  const assets = join(folder, "assets") + sep;
  const files = express.static(folder, {
    index: "index.html",
    redirect: false,
    // The folders of the codings are nobody's to ask for, and express would serve them by default.
    dotfiles: "ignore",
    setHeaders: (response, path) => {
      response.setHeader("cache-control", path.startsWith(assets) ? "public, max-age=31536000, immutable" : "no-cache");
      if (coding !== undefined) response.setHeader("content-encoding", coding.name);
    },
  });
  return (request, response, next) =>
    files(request, response, (error?: unknown) => {
      // The answer is not the file then, such as where a range lies behind its end: it must not be read, nor kept, as
      // if it were.
      if (error !== undefined) for (const header of headersOfFile) response.removeHeader(header);
      next(error);
    });
};

const headersOfFile = ["accept-ranges", "cache-control", "content-encoding", "etag", "last-modified"];

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

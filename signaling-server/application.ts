// Everything that is answered over HTTP, in the order in which it is tried: limits, the API, the page, then "not
// found".
import type { IncomingMessage } from "node:http";
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";
import { AddressBuckets } from "./address-buckets.ts";
import { isLoopback } from "./addresses.ts";
import { api } from "./api.ts";
import type { ServerConfig } from "./config.ts";
import type { Door } from "./door.ts";
import { securityHeaders } from "./headers.ts";
import { requestRate } from "./limits.ts";
import { UnreadAnswers } from "./unread-answers.ts";

export interface ApplicationOptions {
  readonly config: ServerConfig;
  readonly door: Door;
  readonly page: RequestHandler;
  readonly isOwnHost: (host: string | undefined) => boolean;
  readonly publicUrl: () => string | undefined;
  readonly version: string;
  readonly addressOf: (request: IncomingMessage) => string;
  readonly refusedConnections: () => number;
  readonly now: () => number;
}

export const application = ({
  config,
  door,
  page,
  isOwnHost,
  publicUrl,
  version,
  addressOf,
  refusedConnections,
  now,
}: ApplicationOptions): Express => {
  const rates = new AddressBuckets(requestRate, now);
  const unread = new UnreadAnswers(addressOf);
  let refusedRequests = 0;
  const limitRate: RequestHandler = (request, response, next) => {
    if (rates.take(addressOf(request))) return next();
    refusedRequests++;
    response.status(429).set("retry-after", "1").type("text").send("Too many requests.\n");
  };
  const app = express();
  app.disable("x-powered-by");
  app.set("query parser", false);
  app.use(securityHeaders({ isDev: config.isDev, hasTrustedCertificate: config.certificateFiles !== undefined }));
  // These two come before the rate limit, because any web page can make its visitor's browser send such requests.
  app.use(refuseForeignHosts(isOwnHost));
  app.use(refuseForeignPages);
  app.use(limitRate);
  app.use((request, response, next) => {
    unread.add(request, response);
    next();
  });
  app.use(
    api({
      door,
      publicUrl,
      iceServers: config.iceServers,
      version,
      refusedConnections,
      refusedRequests: () => refusedRequests,
      unread,
    }),
  );
  if (config.isDev) app.use(keepDevToolsHere(addressOf));
  app.use(page);
  app.use(answerNotFound);
  app.use(answerError);
  return app;
};

const refuseForeignHosts =
  (isOwnHost: (host: string | undefined) => boolean): RequestHandler =>
  (request, response, next) => {
    if (isOwnHost(request.headers.host)) return next();
    response
      .status(421)
      .type("text")
      .send(
        "This server does not know the name under which it was asked.\n" +
          "Open one of the addresses that it printed when it started. If it should have this name: start it with\n" +
          "--public-url https://<name>.\n",
      );
  };

/** Pages of other origins could read nothing here anyway. A person who follows a link from another page is let in. */
const refuseForeignPages: RequestHandler = ({ headers }, response, next) => {
  const site = headers["sec-fetch-site"];
  const isForeign = site === "cross-site" || site === "same-site";
  if (!isForeign || headers["sec-fetch-dest"] === "document") return next();
  response.status(403).type("text").send("Only pages of this server may ask for this.\n");
};

/**
 * One of Vite's own routes opens files in the editor of the person who started this server. Only that machine may ask.
 */
const keepDevToolsHere =
  (addressOf: (request: IncomingMessage) => string): RequestHandler =>
  (request, response, next) => {
    if (!decodedPath(request.path).startsWith("/__") || isLoopback(addressOf(request))) return next();
    answerNotFound(request, response, next);
  };

/** A path that cannot be decoded stays as it is; no route has such a path. */
const decodedPath = (path: string): string => {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
};

const answerNotFound: RequestHandler = (_request, response) => {
  response.status(404).type("text").send("Not found.\n");
};

/** A malformed URL and the like. The operator reads what went wrong inside the server; the client does not. */
const answerError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error);
  const status = error instanceof Error && "status" in error ? Number(error.status) : 500;
  const isTheirs = status >= 400 && status < 500;
  if (!isTheirs) console.error(error);
  response
    .status(isTheirs ? status : 500)
    .type("text")
    .send(isTheirs ? "Bad request.\n" : "Internal error.\n");
};

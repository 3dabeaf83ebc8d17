// What is answered over HTTP, in the order in which it is tried: limits, the API, the page, and in the end "not found".
import type { IncomingMessage } from "node:http";
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";
import { AddressBuckets } from "./address-buckets.ts";
import { api } from "./api.ts";
import type { ServerConfig } from "./config.ts";
import type { Door } from "./door.ts";
import { securityHeaders } from "./headers.ts";
import { requestRate } from "./limits.ts";

export interface ApplicationOptions {
  readonly config: ServerConfig;
  readonly door: Door;
  readonly page: RequestHandler;
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
  publicUrl,
  version,
  addressOf,
  refusedConnections,
  now,
}: ApplicationOptions): Express => {
  const rates = new AddressBuckets(requestRate, now);
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
  app.use(limitRate);
  app.use(
    api({
      door,
      publicUrl,
      iceServers: config.iceServers,
      version,
      refusedConnections,
      refusedRequests: () => refusedRequests,
    }),
  );
  app.use(page);
  app.use(answerNotFound);
  app.use(answerError);
  return app;
};

const answerNotFound: RequestHandler = (_request, response) => {
  response.status(404).type("text").send("Not found.\n");
};

/** A malformed URL and the like. What went wrong inside is for the operator, not for whoever asked. */
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

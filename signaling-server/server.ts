// The whole server: page, API and signaling, over HTTPS for the network and over plain HTTP for this machine alone.
// `openServer` opens everything that a configuration asks for, and what it returns closes it again.
import { existsSync } from "node:fs";
import { createServer as createHttpServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import type { Express } from "express";
import { clientAddress } from "./addresses.ts";
import { application } from "./application.ts";
import { type Certificate, keptCertificate, readCertificate } from "./certificate.ts";
import type { ServerConfig } from "./config.ts";
import { ConnectionLimit } from "./connection-limit.ts";
import { Door } from "./door.ts";
import {
  headersTimeoutMs,
  maxConnections,
  requestTimeoutMs,
  silenceCheckMs,
  timeoutCheckMs,
  tlsHandshakeTimeoutMs,
  unreadAnswerMs,
} from "./limits.ts";
import { listen } from "./listen.ts";
import { builtPage, type Page, sourcePage } from "./page.ts";
import { ensureBuiltPage } from "./page-build.ts";
import { answerWithoutUpgrade, asksForWebSocket } from "./refused-upgrade.ts";
import { type ListeningPorts, machineNames, ServerUrls } from "./server-urls.ts";
import { StartProblem } from "./start-problem.ts";

export interface RunningServer {
  readonly urls: ServerUrls;
  readonly ports: ListeningPorts;
  /** PeerServer keeps two timers for ever: the process has to be ended after this. */
  close(): Promise<void>;
}

export interface ServerSurroundings {
  readonly version: string;
  /** The page is missing or old, and is being built. */
  readonly onBuild: () => void;
}

/** Time for pages to say goodbye; then sockets are cut. */
const closeGraceMs = 500;
const loopbackHost = "127.0.0.1";

/** @throws StartProblem */
export const openServer = async (config: ServerConfig, surroundings: ServerSurroundings): Promise<RunningServer> => {
  const now = (): number => performance.now();
  const certificate = config.hasTls ? await certificateOf(config) : undefined;
  const page = await pageOf(config, surroundings.onBuild);
  const addressOf = (request: IncomingMessage): string => clientAddress(request, config.isBehindProxy);
  /** Known once the ports are. */
  let urls: ServerUrls | undefined;
  const isOwnHost = (host: string | undefined): boolean => urls?.isOwnHost(host) ?? false;
  const door = new Door({
    isOwnHost,
    mayOpenSocket: (origin) => urls?.mayOpenSocket(origin) ?? false,
    addressOf,
    now,
  });

  const connections = new ConnectionLimit(config);
  const app = application({
    config,
    door,
    page: page.handler,
    isOwnHost,
    publicUrl: () => urls?.public(),
    version: surroundings.version,
    addressOf,
    refusedConnections: () => connections.refused,
    now,
  });

  const servers: Server[] = [];
  const open = async (
    server: Server,
    option: "http-port" | "https-port",
    port: number,
    host: string,
  ): Promise<number> => {
    server.maxConnections = maxConnections;
    server.prependListener("connection", (socket) => connections.receive(socket));
    server.setTimeout(unreadAnswerMs);
    server.on("upgrade", (request, socket: Socket, head) => {
      if (!asksForWebSocket(request)) answerWithoutUpgrade(app, request, socket);
      else if (!page.upgrade(request, socket, head)) door.receive(request, socket, head);
    });
    await listen(server, option, port, host);
    servers.push(server);
    return (server.address() as AddressInfo).port;
  };
  const silenceCheck = setInterval(() => door.endSilent(), silenceCheckMs);
  const close = async (): Promise<void> => {
    clearInterval(silenceCheck);
    door.close();
    const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
    const cut = setTimeout(() => {
      door.terminate();
      for (const server of servers) server.closeAllConnections();
    }, closeGraceMs);
    await Promise.all([...closed, page.close()]);
    clearTimeout(cut);
  };

  try {
    const http = await open(plainServer(app), "http-port", config.httpPort, loopbackHost);
    const https =
      certificate && (await open(secureServer(app, certificate), "https-port", config.httpsPort, config.host));
    const ports = { http, https };
    urls = new ServerUrls(config, ports);
    return { urls, ports, close };
  } catch (error) {
    await close();
    throw error;
  }
};

const certificateOf = (config: ServerConfig): Promise<Certificate> =>
  config.certificateFiles === undefined
    ? keptCertificate(config.dataFolder, machineNames(config.host), new Date())
    : readCertificate(config.certificateFiles, new Date());

const pageOf = async (config: ServerConfig, onBuild: () => void): Promise<Page> => {
  if (config.isDev) return sourcePage();
  if (config.pageFolder === undefined) return builtPage(await ensureBuiltPage(onBuild));
  if (existsSync(join(config.pageFolder, "index.html"))) return builtPage(config.pageFolder);
  throw new StartProblem(`--page ${config.pageFolder}: there is no index.html in it`);
};

const timeouts = {
  headersTimeout: headersTimeoutMs,
  requestTimeout: requestTimeoutMs,
  connectionsCheckingInterval: timeoutCheckMs,
};
const plainServer = (app: Express): Server => createHttpServer(timeouts, app);
const secureServer = (app: Express, certificate: Certificate): Server =>
  createHttpsServer({ ...timeouts, handshakeTimeout: tlsHandshakeTimeoutMs, ...certificate }, app);

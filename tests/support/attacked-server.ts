// A signaling server to be attacked: ours behind its door, or a bare PeerServer as a control, on which the same attack
// must succeed. An attack that fails on both shows nothing.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import type { Duplex } from "node:stream";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import { signalingPath } from "../../gateway/wire/signaling-message.ts";
import { type ServerProcess, startServer } from "./server-process.ts";
import { SignalingClient } from "./signaling-client.ts";

export interface AttackedServer {
  readonly name: "PeerServer alone" | "ours";
  /** The origin at which the server answers HTTP. */
  readonly origin: string;
  readonly pid: number;
  isAlive(): boolean;
  /** Where PeerServer's own routes would lie. */
  readonly peerPath: string;
  stop(): Promise<void>;
}

export const attackedServer = async (): Promise<AttackedServer> => {
  const server: ServerProcess = await startServer();
  return {
    name: "ours",
    origin: server.origin,
    pid: server.pid,
    peerPath: signalingPath,
    isAlive: () => server.isRunning,
    stop: () => server.stop(),
  };
};

const bareMain = fileURLToPath(new URL("bare-peer-server-main.ts", import.meta.url));

export const barePeerServer = async (): Promise<AttackedServer> => {
  const child = spawn(process.execPath, ["--import", "tsx", bareMain], { stdio: ["ignore", "pipe", "ignore"] });
  const port = await readyPort(child);
  return {
    name: "PeerServer alone",
    origin: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    peerPath: "/",
    isAlive: () => child.exitCode === null && child.signalCode === null,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const closed = once(child, "close");
      child.kill("SIGKILL");
      await closed;
    },
  };
};

const readyPort = (child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    let output = "";
    child.once("close", () => reject(new Error(`PeerServer ended before it was ready\n${output}`)));
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const port = /^ready (\d+)$/m.exec(output)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  });

export interface Claim {
  readonly id: string;
  readonly token: string;
  readonly origin?: string;
  /** As a proxy on this machine would name it. */
  readonly forwardedFor?: string;
}

const signalingQuery = ({ id, token }: Pick<Claim, "id" | "token">): URLSearchParams =>
  new URLSearchParams({ key: "peerjs", id, token, version: "1.5.5" });

/** The bare connection of a socket that the server has upgraded: for frames that no WebSocket library would send. */
export const upgraded = (server: Pick<AttackedServer, "origin" | "peerPath">, claim: Claim): Promise<Duplex> =>
  new Promise((resolve, reject) => {
    const url = `${server.origin}${server.peerPath}peerjs?${signalingQuery(claim)}`;
    const headers = {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": Buffer.alloc(16).toString("base64"),
      ...(claim.forwardedFor !== undefined && { "x-forwarded-for": claim.forwardedFor }),
    };
    const upgrade = request(url, { headers });
    upgrade.once("upgrade", (_response, connection) => {
      connection.on("error", () => connection.destroy());
      resolve(connection);
    });
    upgrade.once("response", ({ statusCode }) => reject(new Error(`refused with ${statusCode}`)));
    upgrade.once("error", reject);
    upgrade.end();
  });

/** A socket that the server has let in, past its first word; undefined when it was refused. */
export const enter = async (
  server: AttackedServer,
  { id, token, origin }: Claim,
): Promise<SignalingClient | undefined> => {
  const url = `${server.origin.replace("http", "ws")}${server.peerPath}peerjs?${signalingQuery({ id, token })}`;
  const socket = new WebSocket(url, origin === undefined ? {} : { origin });
  const client = new SignalingClient(socket);
  const isOpen = await new Promise<boolean>((resolve) => {
    socket.once("open", () => resolve(true));
    socket.once("close", () => resolve(false));
  });
  if (!isOpen) return undefined;
  const first = await client.next();
  return typeof first === "object" && first !== null && "type" in first && first.type === "OPEN" ? client : undefined;
};

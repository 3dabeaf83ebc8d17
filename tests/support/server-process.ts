// The real server as a child process. PeerServer keeps timers for ever and the door is about hostile input: neither
// belongs into the process of a test. The caller that starts one stops it; should the tests' process end before that,
// the child is killed with it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type ReadyLine, readyPrefix } from "../../signaling-server/announcement.ts";
import { startTimeoutMs } from "./patience.ts";

export interface ServerOptions {
  /** "built" is the real page, which the browser suite has built; "stand-in" a page of two small files. */
  readonly page?: "built" | "stand-in" | "from-sources";
  /** HTTPS with a self-signed certificate beside plain HTTP; without it the server starts faster. */
  readonly hasTls?: boolean;
  /** Further options of the command line; see `signaling-server/config.ts`. */
  readonly args?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export interface FinishedServer {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

const projectFolder = fileURLToPath(new URL("../..", import.meta.url));
const standInPage = join(projectFolder, "tests/support/stand-in-page");
/** The server promises 2 s of a machine that has time. */
const stopTimeoutMs = 30_000;

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/**
 * A server on ports that the system chose, ready to be asked. @throws Error with what it wrote, when it does not start.
 */
export const startServer = async (options: ServerOptions = {}): Promise<ServerProcess> => {
  const dataFolder = await mkdtemp(join(tmpdir(), "earl-mesh-test-"));
  const server = new ServerProcess(options, dataFolder);
  await server.start();
  return server;
};

/** Runs the server with just these arguments until it ends by itself: for what keeps it from starting. */
export const runServer = async (
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<FinishedServer> => {
  const child = spawnServer(args, environment);
  const output = collectOutput(child);
  const timer = setTimeout(() => child.kill("SIGKILL"), startTimeoutMs);
  const [exitCode, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  clearTimeout(timer);
  return { exitCode, signal, ...output };
};

export class ServerProcess {
  readonly #options: ServerOptions;
  readonly #dataFolder: string;
  #child: ChildProcess | undefined;
  #output = { stdout: "", stderr: "" };
  #ready: ReadyLine | undefined;

  /** @param dataFolder belongs to this server and is removed by `stop`. */
  constructor(options: ServerOptions, dataFolder: string) {
    this.#options = options;
    this.#dataFolder = dataFolder;
  }

  /** Plain HTTP on loopback. */
  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** HTTPS on loopback; undefined without TLS. */
  get httpsOrigin(): string | undefined {
    const port = this.ready.httpsPort;
    return port === undefined ? undefined : `https://127.0.0.1:${port}`;
  }

  get port(): number {
    return this.ready.httpPort;
  }

  /** What the server said of itself. */
  get ready(): ReadyLine {
    if (this.#ready === undefined) throw new Error("the server has not started");
    return this.#ready;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error("the server does not run");
    return pid;
  }

  get isRunning(): boolean {
    const child = this.#child;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  /** The output of the present process, so far. */
  get stdout(): string {
    return this.#output.stdout;
  }

  get stderr(): string {
    return this.#output.stderr;
  }

  async start(): Promise<void> {
    const child = spawnServer(this.#args(), this.#options.environment ?? {});
    this.#child = child;
    this.#output = collectOutput(child);
    this.#ready = await readyLine(child, this.#output);
    child.once("close", () => this.#ended(child));
  }

  /** Sends a signal and waits for the end of the process, however it ends. */
  async kill(signal: NodeJS.Signals): Promise<FinishedServer> {
    const child = this.#child;
    if (child === undefined) throw new Error("the server does not run");
    this.#child = undefined;
    if (child.exitCode === null && child.signalCode === null) {
      const timer = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
      const closed = once(child, "close");
      child.kill(signal);
      await closed;
      clearTimeout(timer);
    }
    return { exitCode: child.exitCode, signal: child.signalCode, ...this.#output };
  }

  /** Ends the server in good order and removes what it kept; calling it again does nothing. */
  async stop(): Promise<void> {
    if (this.#child !== undefined) await this.kill("SIGTERM");
    await rm(this.#dataFolder, { recursive: true, force: true });
  }

  /** On the same ports and with the same data, as after a crash or an update. */
  async restart(): Promise<void> {
    if (this.#child !== undefined) await this.kill("SIGTERM");
    await this.start();
  }

  /** Nobody has ended it: its tests need not wait for their limits to say so, and nobody would know why they failed. */
  #ended(child: ChildProcess): void {
    if (this.#child !== child) return;
    const how = child.signalCode ?? `exit code ${child.exitCode}`;
    const error = new Error(
      `the server of a test ended by itself (${how})\n${this.#output.stdout}${this.#output.stderr}`,
    );
    console.error(error.message); // The run reports errors outside its tests only when all are over.
    throw error;
  }

  #args(): readonly string[] {
    const { page = "stand-in", hasTls = false, args = [] } = this.#options;
    return [
      ...["--http-port", String(this.#ready?.httpPort ?? 0)],
      ...["--https-port", String(this.#ready?.httpsPort ?? 0)],
      ...["--data-folder", this.#dataFolder],
      ...(hasTls ? [] : ["--no-tls"]),
      ...{
        built: ["--page", join(projectFolder, "dist")],
        "stand-in": ["--page", standInPage],
        "from-sources": ["--dev"],
      }[page],
      ...args,
    ];
  }
}

const spawnServer = (args: readonly string[], environment: Readonly<Record<string, string>>): ChildProcess => {
  const child = spawn(process.execPath, ["--import", "tsx", "signaling-server/main.ts", ...args], {
    cwd: projectFolder,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.add(child);
  child.once("close", () => running.delete(child));
  return child;
};

/** The returned texts grow as the process writes. */
const collectOutput = (child: ChildProcess): { stdout: string; stderr: string } => {
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name]?.setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    });
  }
  return output;
};

const readyLine = (child: ChildProcess, output: { stdout: string; stderr: string }): Promise<ReadyLine> =>
  new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer);
      child.kill("SIGKILL");
      reject(new Error(`the server ${why}\n${output.stdout}${output.stderr}`));
    };
    const timer = setTimeout(() => fail("was not ready in time"), startTimeoutMs);
    child.once("close", () => fail("ended before it was ready"));
    child.stdout?.on("data", () => {
      const json = new RegExp(`^${readyPrefix}(.*)\n`, "m").exec(output.stdout)?.[1];
      if (json === undefined) return;
      clearTimeout(timer);
      resolve(JSON.parse(json) as ReadyLine);
    });
  });

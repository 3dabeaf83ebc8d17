// The real signaling server as a child process of the bench, with the bench's page in place of the product's.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type ReadyLine, readyPrefix } from "../../signaling-server/announcement.ts";

const projectFolder = fileURLToPath(new URL("../..", import.meta.url));
const startTimeoutMs = 60_000;

export class ServerChild {
  readonly origin: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, origin: string) {
    this.#child = child;
    this.origin = origin;
  }

  /** @param pageFolder the page that it serves @param dataFolder where it may write */
  static async start(pageFolder: string, dataFolder: string): Promise<ServerChild> {
    const options = ["--no-tls", "--http-port", "0", "--page", pageFolder, "--data-folder", dataFolder];
    const child = spawn(process.execPath, ["--import", "tsx", "signaling-server/main.ts", ...options], {
      cwd: projectFolder,
      stdio: ["ignore", "pipe", "inherit"],
      detached: true, // The run acts on Ctrl-C.
    });
    const killIfLeft = (): void => void child.kill("SIGKILL");
    process.once("exit", killIfLeft);
    child.once("close", () => process.off("exit", killIfLeft));
    const { httpPort } = await readyLine(child);
    return new ServerChild(child, `http://127.0.0.1:${httpPort}`);
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "close");
    this.#child.kill("SIGTERM");
    await ended;
  }
}

const readyLine = (child: ChildProcess): Promise<ReadyLine> =>
  new Promise((resolve, reject) => {
    let output = "";
    const fail = (): void => {
      child.kill("SIGKILL");
      reject(new Error(`the signaling server did not start\n${output}`));
    };
    const timer = setTimeout(fail, startTimeoutMs);
    child.once("close", fail);
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const json = new RegExp(`^${readyPrefix}(.*)\n`, "m").exec(output)?.[1];
      if (json === undefined) return;
      clearTimeout(timer);
      child.off("close", fail);
      resolve(JSON.parse(json) as ReadyLine);
    });
  });

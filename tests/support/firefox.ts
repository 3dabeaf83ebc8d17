// Firefox, over WebDriver BiDi on a bare socket: playwright-core drives only a Firefox of its own, and puppeteer-core
// wants a newer Node. Just what a test needs: open an address, and ask the page something.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import { installFromDebian } from "../../bench/stage/find-chromium.ts";
import { type CaseFigures, greatestPeakMb } from "./case-table.ts";
import { startTimeoutMs } from "./patience.ts";

const usualPaths = ["/usr/bin/firefox", "/usr/bin/firefox-esr", "/Applications/Firefox.app/Contents/MacOS/firefox"];

/** FIREFOX_PATH goes before all others. */
export const findFirefox = (): string | undefined => {
  const { FIREFOX_PATH: named = "" } = process.env;
  return [named, ...usualPaths].find((path) => path !== "" && existsSync(path));
};

/**
 * Installs Firefox where none is found, and where that can be done without a download of its own; without it, its cases
 * are skipped.
 */
export const provideFirefox = (): void => {
  if (findFirefox() === undefined) installFromDebian("firefox-esr");
};

const preferences: Readonly<Record<string, boolean | number | string>> = {
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.page": 0,
  "datareporting.policy.dataSubmissionEnabled": false,
  "app.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "toolkit.telemetry.reportingpolicy.firstRun": false,
  // Without a network, loopback is the only address there is.
  "media.peerconnection.ice.loopback": true,
  "media.peerconnection.ice.obfuscate_host_addresses": false,
};

export class Firefox {
  readonly #process: ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: BidiAnswer) => void>();
  #lastId = 0;

  private constructor(firefox: ChildProcess, profile: string, socket: WebSocket) {
    this.#process = firefox;
    this.#profile = profile;
    this.#socket = socket;
    socket.on("message", (data) => {
      const answer = JSON.parse(String(data)) as BidiAnswer;
      if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer);
    });
  }

  /** @throws Error when it does not start. */
  static async launch(path: string): Promise<Firefox> {
    const profile = await mkdtemp(join(tmpdir(), "earl-mesh-firefox-"));
    const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${JSON.stringify(value)});`);
    await writeFile(join(profile, "user.js"), lines.join("\n"));
    const args = ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"];
    const firefox = spawn(path, args, { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, HOME: profile } });
    const socket = new WebSocket(`${await bidiAddress(firefox)}/session`);
    await once(socket, "open");
    const launched = new Firefox(firefox, profile, socket);
    await launched.#ask("session.new", { capabilities: {} });
    return launched;
  }

  async open(url: string): Promise<FirefoxPage> {
    const { context } = await this.#ask("browsingContext.create", { type: "tab" });
    const page = String(context);
    await this.#ask("browsingContext.navigate", { context: page, url, wait: "complete" });
    return {
      evaluate: async (expression) => {
        const { result } = await this.#ask("script.evaluate", {
          expression: `JSON.stringify(${expression})`,
          target: { context: page },
          awaitPromise: true,
        });
        const { value } = Object(result) as { value?: string };
        return value === undefined ? undefined : JSON.parse(value);
      },
      close: () => this.#ask("browsingContext.close", { context: page }).then(() => undefined),
    };
  }

  /** For the row of a case: the browser, and the most memory that any of its processes has had. */
  figures(): CaseFigures {
    const { pid } = this.#process;
    const pids = pid === undefined ? [] : [pid, ...descendantsOf(pid)];
    return { browser: "Firefox", "peak MB": greatestPeakMb(pids) };
  }

  async close(): Promise<void> {
    this.#socket.terminate();
    const closed = once(this.#process, "close");
    this.#process.kill("SIGKILL");
    await closed;
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #ask(method: string, params: object): Promise<Record<string, unknown>> {
    const id = ++this.#lastId;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ({ result, error, message }) => {
        this.#waiting.delete(id);
        if (result === undefined) reject(new Error(`${method}: ${error} ${message}`));
        else resolve(result);
      });
    });
  }
}

export interface FirefoxPage {
  /** The value of a JavaScript expression, by way of JSON. */
  evaluate(expression: string): Promise<unknown>;
  close(): Promise<void>;
}

interface BidiAnswer {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: string;
  readonly message?: string;
}

/** Its children, and theirs; empty if the system does not say. */
const descendantsOf = (pid: number): readonly number[] => {
  if (process.platform !== "linux") return [];
  const all = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  const childrenOf = new Map<number, number[]>();
  for (const each of all) {
    const parent = parentOf(each);
    if (parent !== undefined) childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), each]);
  }
  const found: number[] = [];
  for (let next = childrenOf.get(pid) ?? []; next.length > 0; next = next.flatMap((each) => childrenOf.get(each) ?? []))
    found.push(...next);
  return found;
};

const parentOf = (pid: number): number | undefined => {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  } catch {
    return undefined; // It has ended since it was listed.
  }
};

const bidiAddress = (firefox: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let output = "";
    const fail = (why: string): void => {
      clearTimeout(timer);
      firefox.kill("SIGKILL");
      reject(new Error(`Firefox ${why}\n${output}`));
    };
    const timer = setTimeout(() => fail("was not ready in time"), startTimeoutMs);
    firefox.once("close", () => fail("ended before it was ready"));
    firefox.stderr?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      const address = /WebDriver BiDi listening on (ws:\S+)/.exec(output)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    });
  });

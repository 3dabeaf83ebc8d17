// The sentinel process, seen from the run.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { SentinelReading, SentinelTimes } from "./contention.ts";

export class Sentinel {
  readonly times: SentinelTimes;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, times: SentinelTimes) {
    this.#child = child;
    this.times = times;
  }

  /** Await this before the run begins anything else: the sentinel calibrates itself on the idle machine. */
  static async start(times: SentinelTimes): Promise<Sentinel> {
    const child = fork(fileURLToPath(new URL("sentinel-process.ts", import.meta.url)), {
      execArgv: ["--import", "tsx"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
    });
    child.send(times);
    await once(child, "message");
    return new Sentinel(child, times);
  }

  /** What it has measured since the last call. */
  async take(): Promise<readonly SentinelReading[]> {
    if (!this.#child.connected) return [];
    const answer = once(this.#child, "message");
    this.#child.send("take");
    const [readings] = (await answer) as [readonly SentinelReading[]];
    return readings;
  }

  async close(): Promise<void> {
    if (!this.#child.connected) return;
    const ended = once(this.#child, "exit"); // "close" does not come after a disconnect of ours.
    this.#child.disconnect();
    await ended;
  }
}

// A worker process, seen from the run.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { SliceProgress, SliceResult, SliceSpec } from "../members/slice.ts";
import type { ClockOffset } from "../meters/machine-clock.ts";
import type { JoinSpec, RoomPlan } from "../roles/crew.ts";
import type { Command, Host, Reply, Request } from "./host.ts";

/** Loading TypeScript on a busy machine takes seconds. */
const startTimeoutMs = 60_000;
/** Time for goodbyes to fifty peers; then the process is ended. */
const closeTimeoutMs = 5_000;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class WorkerHost implements Host {
  readonly kind = "worker";
  readonly clock: ClockOffset;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  private constructor(child: ChildProcess, clock: ClockOffset) {
    this.#child = child;
    this.clock = clock;
    this.pid = child.pid ?? 0;
    child.on("message", (reply: Reply) => this.#replied(reply));
    child.once("exit", (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`a worker of the bench ended (${code})`));
    });
  }

  static async start(): Promise<WorkerHost> {
    const child = fork(fileURLToPath(new URL("worker.ts", import.meta.url)), {
      execArgv: ["--import", "tsx"],
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      serialization: "advanced",
    });
    const timer = setTimeout(() => child.kill("SIGKILL"), startTimeoutMs);
    const [reply] = (await Promise.race([
      once(child, "message"),
      once(child, "exit").then(() => Promise.reject(new Error("a worker of the bench did not start"))),
    ])) as [Reply];
    clearTimeout(timer);
    if (!("ready" in reply)) throw new Error("the first message of a worker of the bench was not that it is ready");
    return new WorkerHost(child, reply.ready);
  }

  join(spec: JoinSpec): Promise<readonly string[]> {
    return this.#ask({ name: "join", spec });
  }

  connected(): Promise<readonly number[]> {
    return this.#ask({ name: "connected" });
  }

  standBy(plan: RoomPlan): Promise<void> {
    return this.#ask({ name: "stand-by", plan });
  }

  prepare(spec: SliceSpec): Promise<void> {
    return this.#ask({ name: "prepare", spec });
  }

  play(startAtMs: number): Promise<SliceResult> {
    return this.#ask({ name: "play", startAtMs });
  }

  progress(): Promise<SliceProgress> {
    return this.#ask({ name: "progress" });
  }

  cutGrace(): Promise<void> {
    return this.#ask({ name: "cut-grace" });
  }

  async close(): Promise<void> {
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit"); // "close" does not come after a disconnect of ours.
    const timer = setTimeout(() => child.kill("SIGKILL"), closeTimeoutMs);
    await this.#ask({ name: "close" }).catch(() => undefined);
    if (child.connected) child.disconnect();
    await ended;
    clearTimeout(timer);
  }

  #ask<T>(command: Command): Promise<T> {
    const request: Request = { id: ++this.#lastId, command };
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(request.id, { resolve: (value) => resolve(value as T), reject });
      this.#child.send(request, (error) => error && reject(error));
    });
  }

  #replied(reply: Reply): void {
    if (!("id" in reply)) return;
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ("error" in reply) waiting?.reject(new Error(reply.error));
    else waiting?.resolve(reply.value);
  }
}

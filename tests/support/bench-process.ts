// The bench as a person runs it, in a process of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const projectFolder = fileURLToPath(new URL("../..", import.meta.url));

export interface FinishedBench {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param stopWhen on which stderr, as it grows, it gets what Ctrl-C sends */
export const runBench = async (
  args: readonly string[],
  stopWhen: (stderr: string) => boolean = () => false,
): Promise<FinishedBench> => {
  const child = spawn(process.execPath, ["--import", "tsx", "bench/main.ts", ...args], {
    cwd: projectFolder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const killIfLeft = (): void => void child.kill("SIGKILL");
  process.once("exit", killIfLeft);
  let stdout = "";
  let stderr = "";
  let isStopped = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    if (isStopped || !stopWhen(stderr)) return;
    isStopped = true;
    child.kill("SIGINT");
  });
  const [exitCode] = (await once(child, "close")) as [number | null];
  process.off("exit", killIfLeft);
  return { exitCode, stdout, stderr };
};

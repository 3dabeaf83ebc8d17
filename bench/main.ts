// The bench's command: reads the arguments, runs them, and prints one report on stdout; progress goes to stderr.
import { writeFileSync } from "node:fs";
import { type BenchArguments, helpText, readArguments } from "./options/arguments.ts";
import { BadArgument } from "./options/bad-argument.ts";
import { markdownOf, textOf } from "./report/markdown.ts";
import { plotOf } from "./report/plot.ts";
import { Progress } from "./report/progress.ts";
import { type RampReport, type RunReport, rampReportOf } from "./report/report.ts";
import { run } from "./run.ts";
import { StageFailure } from "./stage/stage.ts";

const interruptedExitCode = 130;

const main = async (): Promise<number> => {
  const args = readArguments(process.argv.slice(2));
  if (args === undefined) {
    process.stdout.write(`${helpText()}\n`);
    return 0;
  }
  const progress = new Progress(process.stderr);
  let isStopped = false;
  const stopped = new Promise<void>((resolve) => {
    // On a terminal it reaches npm, tsx and us, and tsx passes it on once more: the second means the same as the first.
    process.on("SIGINT", () => {
      isStopped = true;
      progress.say("stopping; what was measured is reported");
      resolve();
    });
  });
  const steps: RunReport[] = [];
  for (const phones of args.phones) {
    if (isStopped) break;
    const prefix = args.isRamp ? `${phones} phones: ` : "";
    steps.push(
      await run({ args, phones, stopped, onProgress: (what, left) => progress.tell(`${prefix}${what}`, left) }),
    );
  }
  progress.end();
  write(args, steps);
  return isStopped ? interruptedExitCode : 0;
};

const write = (args: BenchArguments, steps: readonly RunReport[]): void => {
  const [only] = steps;
  if (only === undefined) return;
  const report: RunReport | RampReport = args.isRamp ? rampReportOf(args.scenario, steps) : only;
  for (const output of args.outputs) {
    if (output.kind === "json") process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    else if (output.kind === "markdown") process.stdout.write(`${markdownOf(report)}\n`);
    else if (output.kind === "plot") writeFileSync(output.path, plotOf(report));
    else process.stdout.write(`${textOf(report)}\n`);
  }
};

try {
  const exitCode = await main();
  process.stdout.write("", () => process.exit(exitCode));
} catch (error) {
  if (!(error instanceof BadArgument || error instanceof StageFailure)) throw error;
  process.stderr.write(`bench: ${error.message}\n`);
  process.exit(error instanceof BadArgument ? 2 : 1);
}

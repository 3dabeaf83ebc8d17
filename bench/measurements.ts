// Makes docs/measurements.md: runs the requested experiments, keeps their reports as JSON with a chart each,
// and writes the document from all the reports that are there.   npm run bench:measurements -- [--only name,name]
// [--render]
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Experiment, experiments } from "./report/experiments.ts";
import { type MeasuredExperiment, renderMeasurements } from "./report/measurements-page.ts";
import type { MicroReport } from "./report/micro-report.ts";
import { plotOf } from "./report/plot.ts";
import type { RampReport, RunReport } from "./report/report.ts";
import type { ThesisTables } from "./report/thesis-tables.ts";
import { windowPlotsOf } from "./report/window-sweep.ts";

const projectFolder = fileURLToPath(new URL("..", import.meta.url));
const folder = join(projectFolder, "docs/measurements");
const microName = "micro";

const fileOf = (name: string, ending: string): string => join(folder, `${name}.${ending}`);

const fail = (line: string): never => {
  process.stderr.write(`bench:measurements: ${line}\n`);
  process.exit(2);
};

const namesToRun = (args: readonly string[]): ReadonlySet<string> => {
  const all = [...experiments.map(({ name }) => name), microName];
  if (args.length === 0) return new Set(all);
  if (args.length === 1 && args[0] === "--render") return new Set();
  if (args.length !== 2 || args[0] !== "--only")
    return fail(`--only <names> or --render; the names are ${all.join(", ")}`);
  const names = (args[1] ?? "").split(",");
  const unknown = names.find((name) => !all.includes(name));
  return unknown === undefined ? new Set(names) : fail(`${JSON.stringify(unknown)} is none of ${all.join(", ")}`);
};

/** The report of a command on its stdout; undefined if the command failed. */
const reportOf = (script: string, command = ""): string | undefined => {
  const args = command === "" ? [] : command.split(" ");
  const { status, stdout } = spawnSync(process.execPath, ["--import", "tsx", script, ...args], {
    cwd: projectFolder,
    stdio: ["inherit", "pipe", "inherit"],
    maxBuffer: 2 ** 28,
  });
  return status === 0 ? stdout.toString() : undefined;
};

const runExperiment = ({ name, command, isWindowSweep }: Experiment): boolean => {
  process.stderr.write(`${name}: npm run -s bench -- ${command}\n`);
  const json = reportOf("bench/main.ts", `${command} --json`);
  if (json === undefined) return false;
  const report = JSON.parse(json) as RunReport | RampReport;
  writeFileSync(fileOf(name, "json"), json);
  const plots = isWindowSweep && !("steps" in report) ? windowPlotsOf(report) : { "": plotOf(report) };
  for (const [suffix, plot] of Object.entries(plots)) writeFileSync(fileOf(`${name}${suffix}`, "svg"), plot);
  return true;
};

const runMicro = (): boolean => {
  process.stderr.write("micro: npm run -s bench:micro\n");
  const outputJson = fileOf(microName, "json");
  return reportOf("bench/micro/main.ts", `--json ${outputJson}`) !== undefined;
};

const stored = <T>(name: string): T | undefined => {
  const path = fileOf(name, "json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as T) : undefined;
};

mkdirSync(folder, { recursive: true });
const wanted = namesToRun(process.argv.slice(2));
const failed = experiments.filter(({ name }) => wanted.has(name)).filter((experiment) => !runExperiment(experiment));
const isMicroGood = !wanted.has(microName) || runMicro();
const measured = experiments.map((experiment): MeasuredExperiment => ({ experiment, report: stored(experiment.name) }));
const thesis = stored<ThesisTables>("thesis");
if (thesis === undefined) fail("docs/measurements/thesis.json is missing");
else {
  const page = renderMeasurements({ measured, thesis, micro: stored<MicroReport>(microName) });
  writeFileSync(join(projectFolder, "docs/measurements.md"), page);
}
for (const { name } of failed) process.stderr.write(`bench:measurements: ${name} failed\n`);
process.exitCode = failed.length === 0 && isMicroGood ? 0 : 1;

// `npm run bench:micro`: time by Vitest's benchmark, allocation by the growth of the heap, in one table. `--json
// <file>` also writes it into a file.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { figure, markdownTable } from "../report/markdown.ts";
import type { MicroReport } from "../report/micro-report.ts";
import { microBenches } from "./cases.ts";

const projectFolder = fileURLToPath(new URL("../..", import.meta.url));
const usPerMs = 1000;

interface VitestReport {
  readonly files: readonly {
    readonly groups: readonly { readonly benchmarks: readonly { readonly name: string; readonly mean: number }[] }[];
  }[];
}

const run = (args: readonly string[]): string => {
  const { status, stdout } = spawnSync(process.execPath, args, {
    cwd: projectFolder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (status !== 0) throw new Error(`${args.join(" ")} ended with ${status}`);
  return stdout.toString();
};

/** Mean ms of one call, by case. */
const times = (): ReadonlyMap<string, number> => {
  const folder = mkdtempSync(join(tmpdir(), "earl-micro-"));
  const file = join(folder, "times.json");
  run([
    "node_modules/vitest/vitest.mjs",
    "bench",
    "--run",
    "--config",
    "bench/micro/vitest.config.ts",
    "--outputJson",
    file,
  ]);
  const { files } = JSON.parse(readFileSync(file, "utf8")) as VitestReport;
  rmSync(folder, { recursive: true });
  const benchmarks = files.flatMap(({ groups }) => groups.flatMap((group) => group.benchmarks));
  return new Map(benchmarks.map(({ name, mean }) => [name, mean]));
};

const allocations = (): Readonly<Record<string, number>> =>
  JSON.parse(
    run([
      "--expose-gc",
      "--min-semi-space-size=512",
      "--max-semi-space-size=512",
      "--import",
      "tsx",
      "bench/micro/allocation.ts",
    ]),
  ) as Record<string, number>;

const meanMs = times();
const bytes = allocations();
const report: MicroReport = {
  node: process.version,
  cpu: cpus()[0]?.model ?? "unknown",
  cases: microBenches().map(({ name, records }) => ({
    name,
    usPerRecord: ((meanMs.get(name) ?? Number.NaN) * usPerMs) / records,
    bytesPerRecord: bytes[name] ?? Number.NaN,
  })),
};
const [option, file] = process.argv.slice(2);
if (option === "--json" && file !== undefined) writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
const rows = report.cases.map((one) => [one.name, figure(one.usPerRecord), figure(one.bytesPerRecord)]);
process.stdout.write(`${markdownTable([["case", "µs a record", "bytes allocated a record"], ...rows])}\n`);

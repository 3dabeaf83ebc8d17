// What the attack and fault suites have to show beside "passed": a table with one row a case and its figures. A test tells its figures as it
// learns them; the verdict is the runner's, so that no row can claim what its test did not find.
import { readFileSync } from "node:fs";
import type { TaskMeta } from "vitest";
import type { Reporter, TestCase, TestModule } from "vitest/node";

/** Column to value, in the order of the columns. A unit stands in the column's name. */
export type CaseFigures = Readonly<Record<string, number | string>>;

declare module "vitest" {
  interface TaskMeta {
    caseFigures?: CaseFigures;
  }
}

/** Adds to the figures of a running test; what was told before stays. */
export const tell = ({ meta }: { readonly meta: TaskMeta }, figures: CaseFigures): void => {
  meta.caseFigures = { ...meta.caseFigures, ...figures };
};

/** The greatest resident set that a process has had, in MB; "n/a" where the system does not tell of other processes. */
export const peakRssMb = (pid: number = process.pid): number | "n/a" => {
  if (process.platform === "linux") {
    const kb = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kb === undefined ? "n/a" : Math.round(Number(kb) / 1024);
  }
  return pid === process.pid ? Math.round(process.resourceUsage().maxRSS / 1024) : "n/a";
};

/** Prints the tables of a run, one a suite, on stdout. */
export class CaseTableReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const all = casesOf(modules);
    for (const suite of new Set(all.map((test) => test.project.name))) {
      const cases = all.filter((test) => test.project.name === suite);
      process.stdout.write(`\n${tableOf(suite, cases)}\n`);
    }
  }
}

const casesOf = (modules: readonly TestModule[]): readonly TestCase[] =>
  modules.flatMap((module) => [...module.children.allTests()]).filter((test) => test.meta().caseFigures !== undefined);

const tableOf = (suite: string, cases: readonly TestCase[]): string => {
  const columns = [...new Set(cases.flatMap((test) => Object.keys(test.meta().caseFigures ?? {})))];
  const rows = cases.map((test) => {
    const figures = test.meta().caseFigures ?? {};
    const verdict = test.result().state === "passed" ? "holds" : "FAILS";
    return [test.name, ...columns.map((column) => String(figures[column] ?? "")), verdict];
  });
  const lines = [[suite, ...columns, "verdict"], ...rows];
  const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map((cells) => (cells[i] ?? "").length)));
  return lines
    .map((cells) => cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))))
    .map((cells) => cells.join("  "))
    .join("\n");
};

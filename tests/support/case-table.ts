// What the attack and fault suites have to show beside "passed": a table with one row a case and its figures. A test
// reports its figures as it gets them; the verdict is the runner's, so that no row can claim what its test did not
// find.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import type { TaskMeta } from "vitest";
import type { Reporter, TestCase, TestModule } from "vitest/node";

/** Column to value, in the order of the columns. A unit stands in the column's name. */
export type CaseFigures = Readonly<Record<string, number | string>>;

declare module "vitest" {
  interface TaskMeta {
    caseFigures?: CaseFigures;
  }
}

/**
 * The greatest resident set of what is attacked or at fault: the server, the page, or the test's own process where the
 * phones are in it.
 */
const peakColumn = "peak MB";

/**
 * Adds to the figures of a running test; earlier ones stay. The memory is the test's own, unless it is
 * given another's.
 */
export const tell = ({ meta }: { readonly meta: TaskMeta }, figures: CaseFigures): void => {
  meta.caseFigures = { [peakColumn]: peakRssMb(), ...meta.caseFigures, ...figures };
};

/**
 * The greatest resident set that a process has had, in MB; "n/a" if the system does not report other processes, and
 * of one that has ended.
 */
export const peakRssMb = (pid: number = process.pid): number | "n/a" => {
  if (process.platform === "linux") {
    const kb = /^VmHWM:\s+(\d+) kB/m.exec(statusOf(pid))?.[1];
    return kb === undefined ? "n/a" : Math.round(Number(kb) / 1024);
  }
  return pid === process.pid ? Math.round(process.resourceUsage().maxRSS / 1024) : "n/a";
};

/** Of several processes, the one that has had most. */
export const greatestPeakMb = (pids: readonly number[]): number | "n/a" => {
  const peaks = pids.map((pid) => peakRssMb(pid)).filter((mb) => mb !== "n/a");
  return peaks.length === 0 ? "n/a" : Math.max(...peaks);
};

/** The resident set of a process now, in MB. */
export const rssMb = (pid: number): number => {
  const kb =
    process.platform === "linux"
      ? /^VmRSS:\s+(\d+) kB/m.exec(statusOf(pid))?.[1]
      : execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" });
  return Number(kb ?? 0) / 1024;
};

/** From now on its peak is counted again, if the system can do that. */
export const forgetPeakRss = (pid: number): void => {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, "5");
  } catch {
    // Another system, or another user's process: its peak is a little too great then.
  }
};

const statusOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
};

/** Prints the tables of a run, one a suite, on stdout. */
export class CaseTableReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const all = casesOf(modules);
    for (const suite of new Set(all.map(suiteOf))) {
      const cases = all.filter((test) => suiteOf(test) === suite);
      process.stdout.write(`\n${tableOf(suite, cases)}\n`);
    }
  }
}

/** The file of a suite beside which nothing else runs is a project of its own. */
const suiteOf = ({ project }: TestCase): string => project.name.replace(/-alone$/, "");

const casesOf = (modules: readonly TestModule[]): readonly TestCase[] =>
  modules.flatMap((module) => [...module.children.allTests()]).filter((test) => test.meta().caseFigures !== undefined);

/**
 * A column of its own is for what as many of the rows tell; what fewer tell stands by its name in the last column
 * before the verdict.
 */
const leastShareOfColumn = 1 / 4;
const besides = "besides";

const tableOf = (suite: string, cases: readonly TestCase[]): string => {
  const all = cases.map((test) => test.meta().caseFigures ?? {});
  const told = [...new Set(all.flatMap((figures) => Object.keys(figures)))].filter((column) => column !== peakColumn);
  const share = (column: string): number => all.filter((figures) => column in figures).length / all.length;
  const common = told.filter((column) => share(column) >= leastShareOfColumn);
  const rare = told.filter((column) => !common.includes(column));
  const rows = cases.map((test, i) => {
    const figures = all[i] ?? {};
    const cells = [...common, peakColumn].map((column) => String(figures[column] ?? ""));
    const others = rare.filter((column) => column in figures).map((column) => `${column} ${figures[column]}`);
    return [test.name, ...cells, others.join(", "), test.result().state === "passed" ? "holds" : "FAILS"];
  });
  const head = [suite, ...common, peakColumn, rare.length > 0 ? besides : "", "verdict"];
  const lines = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...lines.map((cells) => (cells[i] ?? "").length)));
  const aligned = (cell: string, i: number): string =>
    head[i] === suite || head[i] === besides ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0);
  return lines.map((cells) => cells.map(aligned).join("  ")).join("\n");
};

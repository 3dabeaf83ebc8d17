// The one test command: `npm test`, or `npm test -- <suites> <arguments of vitest>`, such as `npm test -- unit rules`.
// With `--long` among the arguments, cases that have a longer form take it.
// Its stdout ends with a line for each test that was skipped, a line for each failure, and then `N passed, N failed`.
// The exit code is 0 only when something passed and nothing failed.
import { fileURLToPath } from "node:url";
import { parseCLI, startVitest } from "vitest/node";
import { CaseTableReporter } from "./support/case-table.ts";
import { missingChromium, provideChromium, provideEngine } from "./support/find-chromium.ts";
import { provideFirefox } from "./support/firefox.ts";
import { longRunVariable } from "./support/run-length.ts";
import { SummaryReporter } from "./support/summary-reporter.ts";

const suites = ["unit", "integration", "browser", "attacks", "faults", "bench"];
const needChromium = ["browser", "attacks", "faults", "bench"];
/** One file of the browser suite runs alone; vitest.config.ts has a project of its own for it. */
const projectsOf = (suite: string): readonly string[] => (suite === "browser" ? [suite, "browser-alone"] : [suite]);
const summary = new SummaryReporter();

const given = process.argv.slice(2);
const args = given.filter((arg) => arg !== "--long");
if (args.length < given.length) process.env[longRunVariable] = "1";
const firstOther = args.findIndex((arg) => !suites.includes(arg));
const named = firstOther === -1 ? args : args.slice(0, firstOther);
const vitestArgs = args.slice(named.length);

let wanted = named.length === 0 ? suites : named;
if (wanted.some((suite) => needChromium.includes(suite)) && !provideChromium()) {
  console.error(missingChromium);
  summary.addFailure("no Chromium");
  wanted = wanted.filter((suite) => !needChromium.includes(suite));
}

if (wanted.some((suite) => needChromium.includes(suite))) provideEngine();
if (wanted.includes("attacks")) provideFirefox();

if (wanted.length > 0) {
  try {
    const { filter, options } = parseCLI(["vitest", "run", ...vitestArgs]);
    const root = fileURLToPath(new URL("..", import.meta.url));
    const vitest = await startVitest("test", filter, {
      ...options,
      root,
      project: wanted.flatMap(projectsOf),
      watch: false,
      reporters: ["default", new CaseTableReporter(), summary],
    });
    await vitest.close();
  } catch (error) {
    console.error(error);
    summary.addFailure("the run itself");
  }
}

// vitest also sets the exit code for a problem that belongs to no test, for example when it found none.
const isGood = summary.failed === 0 && summary.passed > 0 && !process.exitCode;
if (!isGood && summary.failed === 0) summary.addFailure("the run, beside its tests");
const isWhole = vitestArgs.length === 0;
const lines = [
  ...(isWhole ? summary.skipped().map((test) => `skipped: ${test}`) : []), // With arguments, the person has left them out on purpose.
  ...summary.failures().map((failure) => `failed: ${failure}`),
  summary.line(),
];
// The command must end even if a test left something open, but first the lines must be written.
process.stdout.write(`${lines.join("\n")}\n`, () => process.exit(isGood ? 0 : 1));

// Counts a whole run of vitest, over all suites, for the one line at the end. A problem outside a test also counts as a
// failure: a file that cannot be loaded, a hook that failed, an error that nobody caught, a test that never ended.
import { relative } from "node:path";
import type { Reporter, TestCase, TestModule } from "vitest/node";

export class SummaryReporter implements Reporter {
  #passed = 0;
  #failed = 0;
  readonly #skipped: string[] = [];
  readonly #failures: string[] = [];

  get passed(): number {
    return this.#passed;
  }

  get failed(): number {
    return this.#failed;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    for (const error of unhandledErrors) this.addFailure(`${placeOf(error)}: ${firstLineOf(error)}`);
    for (const module of modules) this.#addModule(module);
  }

  /** The failure of a test, or of something around the run. */
  addFailure(what: string): void {
    this.#failed++;
    this.#failures.push(what);
  }

  /** A line for each failure: a long output is often cut off, and only its end is read. */
  failures(): readonly string[] {
    return this.#failures;
  }

  /** Tests for which this machine lacks something; with a pattern of names, all tests that it leaves out. */
  skipped(): readonly string[] {
    return this.#skipped;
  }

  line(): string {
    const skipped = this.#skipped.length === 0 ? "" : `, ${this.#skipped.length} skipped`;
    return `${this.#passed} passed, ${this.#failed} failed${skipped}`;
  }

  #addModule(module: TestModule): void {
    const isUnfinished = module.state() === "queued" || module.state() === "pending";
    if (isUnfinished || module.errors().length > 0) this.addFailure(nameOf(module, "the file"));
    for (const suite of module.children.allSuites())
      if (suite.errors().length > 0) this.addFailure(nameOf(module, suite.fullName));
    for (const test of module.children.allTests()) this.#addTest(test);
  }

  #addTest(test: TestCase): void {
    const { state, errors = [] } = test.result();
    if (state === "passed") this.#passed++;
    else if (state === "skipped") this.#skipped.push(nameOf(test.module, test.fullName));
    else this.addFailure(`${nameOf(test.module, test.fullName)}: ${firstLineOf(errors[0] ?? "it did not end")}`);
  }
}

const nameOf = ({ relativeModuleId }: TestModule, part: string): string => `${relativeModuleId} > ${part}`;

/** vitest notes with an error outside its tests which file was running, where it knows. */
const placeOf = (error: unknown): string => {
  const path = typeof error === "object" && error !== null && "VITEST_TEST_PATH" in error && error.VITEST_TEST_PATH;
  return typeof path === "string" ? `${relative(process.cwd(), path)} > outside any test` : "outside any test";
};

const firstLineOf = (error: unknown): string => {
  const text = typeof error === "object" && error !== null && "message" in error ? error.message : error;
  return String(text).split("\n", 1)[0] ?? "";
};

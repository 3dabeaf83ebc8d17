// Counts a whole run of vitest, over all suites, for the one line at the end. Whatever went wrong outside a test (a file that cannot be
// loaded, a failed hook, an unhandled error, a test that never came to an end) counts as a failure of its own.
import type { Reporter, TestCase, TestModule } from "vitest/node";

export class SummaryReporter implements Reporter {
  #passed = 0;
  #failed = 0;
  #skipped = 0;

  get passed(): number {
    return this.#passed;
  }

  get failed(): number {
    return this.#failed;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    this.#failed += unhandledErrors.length;
    for (const module of modules) this.#addModule(module);
  }

  /** For what fails around the run. */
  addFailure(): void {
    this.#failed++;
  }

  line(): string {
    const skipped = this.#skipped === 0 ? "" : `, ${this.#skipped} skipped`;
    return `${this.#passed} passed, ${this.#failed} failed${skipped}`;
  }

  #addModule(module: TestModule): void {
    const isUnfinished = module.state() === "queued" || module.state() === "pending";
    if (isUnfinished || module.errors().length > 0) this.#failed++;
    for (const suite of module.children.allSuites()) if (suite.errors().length > 0) this.#failed++;
    for (const test of module.children.allTests()) this.#addTest(test);
  }

  #addTest(test: TestCase): void {
    const { state } = test.result();
    if (state === "passed") this.#passed++;
    else if (state === "skipped") this.#skipped++;
    else this.#failed++;
  }
}

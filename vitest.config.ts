// The suites: pure code, a real server with native peers, Chromium, and on these parts attacks, faults and a smoke of the bench.
// `npm test` runs them through tests/run.ts.
import { defineConfig } from "vitest/config";
import { isLongRun } from "./tests/support/run-length.ts";

const integrationTimeoutMs = 30_000;
const browserTimeoutMs = 60_000;
const longTimeoutMs = 30 * 60_000;

/** Servers and browsers share few cores and measure time: one suite after the other, and in it one file after the other. */
const oneAtATime = (groupOrder: number) => ({ fileParallelism: false, maxWorkers: 1, sequence: { groupOrder } });

const onWholeProduct = (name: string, groupOrder: number) => ({
  test: {
    name,
    environment: "node" as const,
    include: [`tests/${name}/**/*.test.ts`],
    globalSetup: "tests/support/built-page.ts",
    testTimeout: isLongRun ? longTimeoutMs : browserTimeoutMs,
    hookTimeout: browserTimeoutMs,
    ...oneAtATime(groupOrder),
  },
});

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          environment: "node",
          include: ["tests/unit/**/*.test.{ts,tsx}"],
        },
      },
      {
        test: {
          name: "integration",
          environment: "node",
          include: ["tests/integration/**/*.test.ts"],
          testTimeout: integrationTimeoutMs,
          hookTimeout: integrationTimeoutMs,
          ...oneAtATime(1),
        },
      },
      {
        test: {
          name: "browser",
          environment: "node",
          include: ["tests/browser/**/*.test.ts"],
          globalSetup: "tests/support/built-page.ts",
          testTimeout: browserTimeoutMs,
          hookTimeout: browserTimeoutMs,
          ...oneAtATime(2),
        },
      },
      onWholeProduct("attacks", 3),
      onWholeProduct("faults", 4),
      onWholeProduct("bench", 5),
    ],
  },
});

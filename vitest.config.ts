// The suites: pure code, a real server with native peers, Chromium, and on these parts attacks, faults and a smoke of
// the bench. `npm test` runs them through tests/run.ts.
import { defineConfig } from "vitest/config";
import { patienceMs, testTimeoutMs } from "./tests/support/patience.ts";
import { isLongRun } from "./tests/support/run-length.ts";

const longTimeoutMs = 30 * 60_000;
/** The limit of a condition that names no other. */
const expectInTime = { poll: { timeout: patienceMs, interval: 50 } };

/** Suites run one after the other, but for those of the same turn: servers and browsers share few cores. */
const inTurn = (groupOrder: number, filesAtOnce: number) => ({
  fileParallelism: filesAtOnce > 1,
  maxWorkers: filesAtOnce,
  sequence: { groupOrder },
});

/** Most of these wait for timers of the product or for a browser most of the time. */
const waitingFilesAtOnce = 2;

/** Ten pages at once take both cores: nothing runs beside them. */
const alone = ["tests/browser/ten-pages.test.ts"];

interface Suite {
  readonly name: string;
  readonly include?: string[];
  readonly exclude?: string[];
  readonly groupOrder: number;
  readonly filesAtOnce: number;
}

const onWholeProduct = ({ name, include = [`tests/${name}/**/*.test.ts`], exclude = [], ...turn }: Suite) => ({
  test: {
    name,
    environment: "node" as const,
    include,
    exclude,
    globalSetup: "tests/support/built-page.ts",
    expect: expectInTime,
    testTimeout: isLongRun ? longTimeoutMs : testTimeoutMs,
    hookTimeout: testTimeoutMs,
    ...inTurn(turn.groupOrder, isLongRun ? 1 : turn.filesAtOnce),
  },
});

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          environment: "node",
          // Fake time does not pass by itself: only a machine that is busy makes one of these slow.
          testTimeout: patienceMs,
          hookTimeout: patienceMs,
          // Pure code and fakes: nothing global is left behind, and a hundred files need not load it a hundred times.
          isolate: false,
          include: ["tests/unit/**/*.test.{ts,tsx}"],
        },
      },
      {
        test: {
          name: "integration",
          environment: "node",
          include: ["tests/integration/**/*.test.ts"],
          expect: expectInTime,
          testTimeout: testTimeoutMs,
          hookTimeout: testTimeoutMs,
          ...inTurn(1, waitingFilesAtOnce),
        },
      },
      onWholeProduct({ name: "browser", exclude: alone, groupOrder: 2, filesAtOnce: waitingFilesAtOnce }),
      onWholeProduct({ name: "browser-alone", include: alone, groupOrder: 3, filesAtOnce: 1 }),
      onWholeProduct({ name: "attacks", groupOrder: 4, filesAtOnce: waitingFilesAtOnce }),
      onWholeProduct({ name: "faults", groupOrder: 4, filesAtOnce: waitingFilesAtOnce }),
      onWholeProduct({ name: "bench", groupOrder: 5, filesAtOnce: 1 }),
    ],
  },
});

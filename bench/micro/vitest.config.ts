// The microbenchmark alone; the suites have a configuration of their own.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { benchmark: { include: ["bench/micro/*.bench.ts"] } },
});

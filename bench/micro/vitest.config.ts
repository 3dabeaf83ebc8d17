// For the microbenchmark alone; the suites have their own configuration.
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { benchmark: { include: ["bench/micro/*.bench.ts"] } },
});

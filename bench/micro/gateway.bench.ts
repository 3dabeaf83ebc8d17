// Vitest measures the time of each case.
import { bench, describe } from "vitest";
import { microBenches } from "./cases.ts";

describe("the gateway's code", () => {
  for (const { name, run } of microBenches()) bench(name, run);
});

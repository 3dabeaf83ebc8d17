// The time of each case, by Vitest.
import { bench, describe } from "vitest";
import { microBenches } from "./cases.ts";

describe("the gateway's code", () => {
  for (const { name, run } of microBenches()) bench(name, run);
});

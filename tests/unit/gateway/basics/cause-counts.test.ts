import { expect, it } from "vitest";
import { CauseCounts } from "../../../../gateway/basics/cause-counts.ts";

it("should count by cause, with those from the start that were named", () => {
  const counts = new CauseCounts<"early" | "late">(["early"]);
  expect(counts.snapshot()).toEqual({ early: 0 });
  counts.count("late");
  counts.count("late", 2);
  const before = counts.snapshot();
  counts.count("early");
  expect(before).toEqual({ early: 0, late: 3 });
  expect([...counts.byCause]).toEqual([
    ["early", 1],
    ["late", 3],
  ]);
});

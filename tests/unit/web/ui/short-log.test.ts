import { describe, expect, it } from "vitest";
import type { LogLine } from "../../../../web/ui/app-model.ts";
import { shortLog, shortLogLines, shortLogProblems } from "../../../../web/ui/short-log.ts";

const at = new Date(0);
const line = (id: number, tone: LogLine["tone"] = "info"): LogLine => ({ id, at, tone, text: String(id) });
const idsOf = (lines: readonly LogLine[]): readonly number[] => lines.map(({ id }) => id);

describe("short log", () => {
  it("should show all lines of a log that is short", () => {
    expect(idsOf(shortLog([line(1), line(2, "problem")]))).toEqual([1, 2]);
    expect(shortLog([])).toEqual([]);
  });

  it("should show the newest, and keep the newest problems in sight", () => {
    const lines = [1, 2, 3, 4].map((id) => line(id, "problem"));
    for (let id = 5; id <= 100; id++) lines.push(line(id));
    const shown = idsOf(shortLog(lines));
    expect(shown.slice(0, shortLogProblems)).toEqual([2, 3, 4]);
    expect(shown.slice(shortLogProblems)).toEqual([96, 97, 98, 99, 100]);
    expect(shown).toHaveLength(shortLogLines);
  });

  it("should show the newest lines whatever they are", () => {
    const lines = Array.from({ length: 20 }, (_, nth) => line(nth, "problem"));
    expect(idsOf(shortLog(lines))).toEqual([12, 13, 14, 15, 16, 17, 18, 19]);
  });
});

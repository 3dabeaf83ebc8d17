import { describe, expect, it } from "vitest";
import { longComments, maxColumns } from "../../lint/long-comments.ts";

const found = (text: string): readonly string[] => longComments([{ path: "web/planted.ts", text }]);

describe("long comments", () => {
  it.each(["// ", "  // ", "/** ", " * "])("should be found behind %j", (start) => {
    const fits = `${start}${"word ".repeat(40)}`.slice(0, maxColumns);
    expect(found(`const code = 1;\n${fits}`)).toEqual([]);
    expect(found(`const code = 1;\n${fits}s`)).toEqual([
      `web/planted.ts:2: a comment of ${maxColumns + 1} columns, ${maxColumns} are allowed`,
    ]);
  });

  it("should not be looked for in code, nor in what cannot be broken", () => {
    expect(found(`const text = "${"word ".repeat(40)}"; // said`)).toEqual([]);
    expect(found(`// https://example.org/${"path/".repeat(40)}`)).toEqual([]);
  });
});

import { beforeEach, describe, expect, it } from "vitest";
import { LogBook, maxLogLines } from "../../../../web/room/log-book.ts";

describe("log book", () => {
  let atMs: number;
  let log: LogBook;
  const texts = (): readonly string[] => log.lines.value.map(({ text }) => text);

  beforeEach(() => {
    atMs = 0;
    log = new LogBook(() => new Date(atMs));
  });

  it("should count what happens again instead of saying it again, with the time of the last", () => {
    log.add("info", "Mira: tap");
    const [first] = log.lines.value;
    atMs = 5_000;
    for (let i = 0; i < 2; i++) log.add("info", "Mira: tap");
    expect(log.lines.value).toEqual([{ ...first, at: new Date(5_000), text: "Mira: tap ×3" }]);
  });

  it("should begin a new line for another text, another tone, or after something else", () => {
    log.add("info", "Mira: tap");
    log.add("warning", "Mira: tap");
    log.add("info", "Jonas: tap");
    log.add("info", "Mira: tap");
    expect(texts()).toEqual(["Mira: tap", "Mira: tap", "Jonas: tap", "Mira: tap"]);
    expect(new Set(log.lines.value.map(({ id }) => id)).size).toBe(4);
  });

  it("should forget the oldest when it is full", () => {
    for (let i = 1; i <= maxLogLines + 1; i++) log.add("info", String(i));
    expect(texts()).toHaveLength(maxLogLines);
    expect(texts()[0]).toBe("2");
  });
});

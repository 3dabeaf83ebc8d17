import { beforeEach, describe, expect, it } from "vitest";
import { LogBook, maxLogLines, maxProblemLines, strangers } from "../../../../web/room/log-book.ts";

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

  /** What a peer does at 110 records a second for a while. */
  const flood = (from: string, tone: "info" | "problem" = "info", times = 1_000): void => {
    for (let nth = 1; nth <= times; nth++) log.add(tone, `${from} ${nth}`, from);
  };

  it("should keep problems through any number of other lines", () => {
    log.add("problem", "Mira says that you were removed from the room", "mira");
    log.add("problem", "They have not come along");
    for (let nth = 1; nth <= 1_000; nth++) log.add("info", `line ${nth}`);
    flood("mallory");
    expect(texts().slice(0, 2)).toEqual(["Mira says that you were removed from the room", "They have not come along"]);
    expect(texts()).toHaveLength(2 + maxLogLines);
  });

  it.each([["info"], ["problem"]] as const)("should let a peer that floods it push out its own lines: %s", (tone) => {
    const most = tone === "problem" ? maxProblemLines : maxLogLines;
    for (let nth = 1; nth <= 20; nth++) log.add(tone, `own ${nth}`);
    for (let nth = 1; nth <= 20; nth++) log.add(tone, `mira ${nth}`, "mira");
    flood("mallory", tone);
    expect(texts().slice(0, 40)).toEqual([...upTo(20, "own"), ...upTo(20, "mira")]);
    expect(texts()).toHaveLength(most);
    expect(texts().at(-1)).toBe("mallory 1000");
  });

  it("should keep half of itself for the page's own lines, however many peers there are", () => {
    for (let nth = 1; nth <= maxLogLines; nth++) log.add("info", `own ${nth}`);
    for (let peer = 1; peer <= 300; peer++) flood(`peer${peer}`, "info", 2);
    flood(strangers);
    expect(texts().filter((text) => text.startsWith("own"))).toHaveLength(maxLogLines / 2);
    expect(texts()).toHaveLength(maxLogLines);
  });
});

const upTo = (most: number, name: string): readonly string[] =>
  Array.from({ length: most }, (_, nth) => `${name} ${nth + 1}`);

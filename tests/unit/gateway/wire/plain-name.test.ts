import { describe, expect, it } from "vitest";
import { encodeUtf8 } from "../../../../gateway/basics/utf8.ts";
import {
  bandNames,
  distinctName,
  maxNameBytes,
  plainName,
  shortPlainName,
  skeletonOf,
  withMark,
} from "../../../../gateway/wire/plain-name.ts";

describe("plainName", () => {
  it.each([
    ["a zero width space", "\u200b"],
    ["a word joiner", "\u2060"],
    ["a soft hyphen", "\u00ad"],
    ["a grapheme joiner", "\u034f"],
    ["variation selectors", "\ufe0f\ufe0e\u{e0100}"],
    ["an empty Braille cell", "\u2800"],
    ["tag characters", "\u{e0041}\u{e007f}"],
    ["Hangul fillers", "\u3164\uffa0\u115f"],
    ["joiners", "\u200d\u200c"],
    ["spaces of all kinds", " \u00a0\u2003\u3000"],
    ["accents without a letter", "\u0301\u0308"],
    ["private use characters", "\ue000"],
    ["noncharacters and a lone surrogate", "\ufdd0\uffff\ud800"],
  ])("should be no name where there is nothing to see: %s", (_, name) => {
    expect(plainName(name)).toBe("");
    expect(plainName(`Mi${name}ra`).replace(/[\u0301\u0308\ue000 ]/gu, "")).toBe("Mira");
  });

  it.each(["Mira", "Zoë", "👩‍🚒", "❤️", "👍🏽", "می‌خواهم", "क्‍ष", "李小龍", "O’Neill-Müller 3"])(
    "should leave a name as it is written: %s",
    (name) => expect(plainName(name)).toBe(name),
  );

  it("should let nobody take the mark that distinguishes people with the same name", () => {
    expect(plainName(withMark("Mira", 1))).toBe("Mira 1");
    expect(plainName("Mira ＃２")).toBe("Mira ２");
    expect(plainName("C# player")).toBe("C# player");
  });

  it.each([
    ["several marks", "Mira ##2"],
    ["several marks with gaps", "Mira # # 2"],
    ["marks of several kinds", "Mira #＃﹟2"],
    ["an accent behind the mark", "Mira #\u0301\u03082"],
    ["a sharp sign", "Mira ♯2"],
  ])("should leave nothing of the mark where it is written otherwise: %s", (_, name) => {
    expect(plainName(name)).not.toMatch(/[#＃﹟♯]/u);
  });

  it("should be plain still when it was cut, and never longer than a roster takes", () => {
    const name = shortPlainName(`${"x".repeat(60)}👩‍🚒👩‍🚒`);
    expect(encodeUtf8(name).length).toBeLessThanOrEqual(maxNameBytes);
    expect(plainName(name)).toBe(name);
  });
});

describe("names that look alike", () => {
  it.each([
    ["Mi\u200bra", "Mira"],
    ["mira", "MIRA"],
    ["Míra", "Mira"],
    ["Мirа", "Mira"],
    ["M i r a", "Mira"],
    ["Tοm", "Tom"],
    ["AIi", "Ali"],
    ["Ｍｉｒａ", "Mira"],
    ["❤️", "❤"],
  ])("should be found: %s and %s", (one, other) => expect(skeletonOf(one)).toBe(skeletonOf(other)));

  it.each([
    ["Mira", "Myra"],
    ["Phone 1", "Phone 2"],
    ["Anna", "Hanna"],
  ])("should not be seen where they differ: %s and %s", (one, other) =>
    expect(skeletonOf(one)).not.toBe(skeletonOf(other)),
  );
});

describe("names of bands", () => {
  it("should distinguish two equal names, and have a word for no name", () => {
    expect(bandNames(["Left", "left", "", "", "Left 2"])).toEqual(["Left", "left 2", "Band", "Band 2", "Left 2 2"]);
  });

  it("should stay as long as a roster takes", () => {
    const long = "x".repeat(maxNameBytes);
    const name = distinctName(long, [long]);
    expect(name).toBe(`${"x".repeat(maxNameBytes - 2)} 2`);
  });
});

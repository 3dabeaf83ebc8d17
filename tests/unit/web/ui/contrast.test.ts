import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

type Palette = ReadonlyMap<string, string>;

const css = readFileSync(new URL("../../../../web/ui/tokens.css", import.meta.url), "utf8");

const coloursIn = (text: string): Palette =>
  new Map([...text.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name = "", colour = ""]) => [name, colour]));

const darkAt = css.indexOf("@media (prefers-color-scheme: dark)");
const light = coloursIn(css.slice(0, darkAt));
/** The dark palette names only what differs. */
const dark: Palette = new Map([...light, ...coloursIn(css.slice(darkAt))]);

const channel = (hex: string): number => {
  const value = Number.parseInt(hex, 16) / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
};

/** Relative luminance and contrast ratio as WCAG 2.2 defines them. */
const luminance = (colour: string): number =>
  0.2126 * channel(colour.slice(1, 3)) + 0.7152 * channel(colour.slice(3, 5)) + 0.0722 * channel(colour.slice(5, 7));

const contrast = (palette: Palette, one: string, other: string): number => {
  const colours = [one, other].map((name) => palette.get(name));
  const [darker = 0, brighter = 0] = colours.map((colour) => luminance(colour ?? "#000000")).sort((a, b) => a - b);
  expect(colours, `${one} and ${other} are colours`).not.toContain(undefined);
  return (brighter + 0.05) / (darker + 0.05);
};

/** WCAG 1.4.3: text. */
const textPairs = [
  ["ink", "bench"],
  ["ink", "plate"],
  ["ink-soft", "bench"],
  ["ink-soft", "plate"],
  ["touch-ink", "bench"],
  ["on-touch", "touch"],
  ["on-touch", "touch-pressed"],
  ["on-strong", "strong"],
  ["on-strong", "ink-soft"],
  ["on-strong-soft", "strong"],
  ["bench", "ink"],
  ["plate", "ink"],
  ["screen-line", "screen"],
  ["screen-soft", "screen"],
  ["ink", "hairline"],
  ["qr-dark", "qr-light"],
] as const;

/** WCAG 1.4.11: what shows a control or a state. */
const graphicPairs = [
  ["edge", "bench"],
  ["edge", "plate"],
  ["touch", "bench"],
  ["touch", "plate"],
  ["focus", "bench"],
  ["focus", "plate"],
] as const;

describe.each([
  ["light", light],
  ["dark", dark],
])("the %s palette", (_, palette) => {
  it.each(textPairs)("should let %s be read on %s", (text, ground) => {
    expect(contrast(palette, text, ground)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(graphicPairs)("should let %s be made out on %s", (mark, ground) => {
    expect(contrast(palette, mark, ground)).toBeGreaterThanOrEqual(3);
  });
});

describe("the style sheets", () => {
  it("should take every colour from the palettes that are checked here", () => {
    const names = ["base", "controls", "dial", "start", "room", "probes", "people", "consent", "notices", "flash"];
    for (const sheet of [...names.map((name) => `ui/${name}`), "panel/panel"]) {
      const text = readFileSync(new URL(`../../../../web/${sheet}.css`, import.meta.url), "utf8");
      expect(text, sheet).not.toMatch(/#[0-9a-f]{3,8}\b/i);
      for (const [, name = ""] of text.matchAll(/var\(--([\w-]+)\)/g)) {
        expect(css.includes(`--${name}:`) || ["from", "to", "disc", "size"].includes(name), `${sheet}: --${name}`).toBe(
          true,
        );
      }
    }
  });
});

// The table of frame types and the worked examples of docs/protocol.md §2 are read from the document itself and held
// against codec and vectors.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { toHex } from "../../../../firmware-bridge/frames/bytes.ts";
import { decodeMessage } from "../../../../gateway/wire/decode-message.ts";
import { encodeMessage } from "../../../../gateway/wire/encode-message.ts";
import { frameLayouts } from "../../../../gateway/wire/frame-layouts.ts";
import { type FrameType, frameCodes } from "../../../../gateway/wire/frame-types.ts";
import { bytesFromHex, framesFromJson } from "../../../support/frame-json.ts";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

const section = (title: string): string => {
  const [, text = ""] = read("../../../../docs/protocol.md").split(`\n### ${title}\n`);
  return text.split("\n## ")[0]?.split("\n### ")[0] ?? "";
};

/** The bytes of the code block that follows "Example:"; what stands behind a semicolon explains them. */
const exampleIn = (title: string): string => {
  const block = /\nExample:[^`]*```\n([^`]*)```/.exec(section(title))?.[1];
  if (block === undefined) throw new Error(`no example in "${title}"`);
  return block.replaceAll(/;.*$/gm, "").replaceAll(/\s/g, "").toLowerCase();
};

const vectors: { valid: { name: string; hex: string; frames: unknown }[] } = JSON.parse(
  read("../../../vectors/gateway-messages.json"),
);

/** `key proposal` in the document is `keyProposal` in the code. */
const inWords = (type: FrameType): string => type.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

describe("docs/protocol.md, gateway messages", () => {
  it("should list in §2 each frame's code, and whether it may grow, as the codec has them", () => {
    const rows = [
      ...read("../../../../docs/protocol.md").matchAll(/^\| ([0-9A-F]{2}) {3}\| ([a-z ]+?) +\| (yes|no) +\|/gm),
    ];
    const listed = rows.map(([, code, name, grows]) => `${code} ${name} ${grows}`);
    const types = Object.keys(frameCodes) as FrameType[];
    const coded = types.map((type) => {
      const code = frameCodes[type].toString(16).toUpperCase().padStart(2, "0");
      return `${code} ${inWords(type)} ${frameLayouts[type].mayGrow ? "yes" : "no"}`;
    });
    expect(listed).toEqual(coded);
  });

  for (const [index, title] of [
    "2.3 Aggregate",
    "2.6 Ping and pong",
    "2.8 Done",
    "2.10 Key proposal",
    "2.11 Neighbour offer and answer",
  ].entries()) {
    it(`should show in §${title} what the codec reads and writes`, () => {
      const hex = exampleIn(title);
      const vector = vectors.valid[index];
      expect(vector?.hex).toBe(hex);
      const frames = framesFromJson(vector?.frames);
      expect(decodeMessage(bytesFromHex(hex))).toEqual({ frames, skipped: 0 });
      expect(toHex(encodeMessage(frames))).toBe(hex);
    });
  }
});

// docs/protocol.md §1 is executed: its example frames run against the codec, and its tables against the constants.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { capabilities, probeClasses } from "../../../../firmware-bridge/devices/device-info.ts";
import { assignedUuids, earlUuids } from "../../../../firmware-bridge/devices/earl-profile.ts";
import { concatBytes, fromHex, toHex } from "../../../../firmware-bridge/frames/bytes.ts";
import { crc8 } from "../../../../firmware-bridge/frames/crc8.ts";
import { FrameDecoder } from "../../../../firmware-bridge/frames/decode-frames.ts";
import { FrameEncoder } from "../../../../firmware-bridge/frames/encode-frames.ts";
import { maxFragments, maxFramePayload, maxMessagePayload } from "../../../../firmware-bridge/frames/frame.ts";
import { kinds } from "../../../../firmware-bridge/frames/kinds.ts";
import {
  ackStatus,
  buttonActions,
  decodeMotion,
  encodeMotion,
  maxVibrateMs,
} from "../../../../firmware-bridge/frames/payloads.ts";
import { gestureCode, gestureNames } from "../../../../firmware-bridge/gestures/gestures.ts";
import { earlVectors } from "../../../support/earl-vectors.ts";

const spec = readFileSync(new URL("../../../../docs/protocol.md", import.meta.url), "utf8");

/** From the heading that begins like this to the next of its level or above. */
const section = (heading: string): string => {
  const from = spec.indexOf(`\n${heading}`) + 1;
  if (from === 0) throw new Error(`no section ${heading}`);
  const body = spec.slice(from + heading.length);
  const end = body.search(new RegExp(`\n#{1,${heading.indexOf(" ")}} `));
  return end < 0 ? body : body.slice(0, end);
};

const frames = section("## 1. ");

interface Example {
  /** The paragraph before the block: it says what the bytes mean. */
  readonly text: string;
  readonly bytes: Uint8Array;
}

const examples: readonly Example[] = [...frames.matchAll(/([^\n]*):\n\n```\n([0-9A-F\s]+)```/g)].map(
  ([, text = "", hex = ""]) => ({ text, bytes: fromHex(hex.replace(/\s/g, "")) ?? new Uint8Array() }),
);

/** The cells of every row of the tables in `text`. */
const rows = (text: string): readonly (readonly string[])[] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

/** "light level" → "lightLevel"; "LED in" → "ledIn". */
const identifier = (words: string): string =>
  words
    .toLowerCase()
    .split(/[\s-]+/)
    .map((word, i) => (i === 0 ? word : word.slice(0, 1).toUpperCase() + word.slice(1)))
    .join("");

const number = (text: string, pattern: RegExp): number => {
  const found = pattern.exec(text)?.[1];
  if (found === undefined) throw new Error(`${pattern} is not in: ${text}`);
  return Number(found);
};

describe("docs/protocol.md §1, examples", () => {
  it("should have at least one, and every one a sequence of valid frames", () => {
    expect(examples.length).toBeGreaterThan(0);
    for (const { text, bytes } of examples) {
      const decoder = new FrameDecoder();
      expect(decoder.push(bytes).length, text).toBeGreaterThan(0);
      expect(decoder.counts, text).toEqual({ skippedBytes: 0, badChecksums: 0, lostFrames: 0, brokenMessages: 0 });
    }
  });

  it("should mean what their text says, and be what the encoder makes", () => {
    const motions = examples.filter(({ text }) => text.startsWith("Example: motion"));
    expect(motions.length).toBeGreaterThan(0);
    for (const { text, bytes } of motions) {
      const sample = {
        clockMs: number(text, /clock (\d+) ms/),
        x: number(text, /\((-?\d+), /),
        y: number(text, /\(-?\d+, (-?\d+), /),
        z: number(text, /, (-?\d+)\)/),
      };
      const sequence = number(text, /sequence (\d+)/);
      const [message] = new FrameDecoder().push(bytes);
      expect(message).toMatchObject({ kind: kinds.motion, sequence });
      expect(decodeMotion(message?.payload ?? new Uint8Array())).toEqual(sample);
      expect(concatBytes(...new FrameEncoder(sequence).encode(kinds.motion, encodeMotion(sample)))).toEqual(bytes);
    }
  });

  it("should be the first case of the vectors", () => {
    expect(earlVectors.frames[0]?.frames.join("")).toBe(toHex(examples[0]?.bytes ?? new Uint8Array()).toUpperCase());
  });

  it("should give the check value of the CRC", () => {
    const [, text = "", check = ""] = /check value of `"(\d+)"` is `([0-9A-F]{2})`/.exec(frames) ?? [];
    expect(crc8(Uint8Array.from(text, (character) => character.charCodeAt(0)))).toBe(Number.parseInt(check, 16));
  });
});

describe("docs/protocol.md §1, tables", () => {
  it("should name the UUIDs", () => {
    const gatt = section("### 1.1 ");
    expect([...gatt.matchAll(/`([0-9a-f]{8}-[0-9a-f-]{27})`/g)].map(([, uuid]) => uuid)).toEqual(
      Object.values(earlUuids),
    );
    expect([...gatt.matchAll(/`(0x[0-9A-F]{4})`/g)].map(([, uuid]) => Number(uuid))).toEqual(
      Object.values(assignedUuids),
    );
  });

  it("should list the classes and the capabilities", () => {
    const classRows = rows(section("### 1.1 ")).filter((cells) => cells.length === 5 && /^\d$/.test(cells[4] ?? ""));
    const listedClasses = classRows
      .filter(([name]) => name !== "")
      .map(([name = "", value]) => [identifier(name), Number(value)]);
    expect(Object.fromEntries(listedClasses)).toEqual(probeClasses);
    const listedBits = classRows.map((cells) => [identifier(cells[3] ?? ""), 1 << Number(cells[4])]);
    expect(Object.fromEntries(listedBits)).toEqual(capabilities);
  });

  it("should state the limits of frames and messages", () => {
    const layout = section("### 1.2 ");
    expect(maxFramePayload).toBe(number(layout, /payload length, 0–(\d+)/));
    expect(maxFragments).toBe(number(layout, /at most (\d+) fragments/));
    expect(maxMessagePayload).toBe(number(layout, /fragments \((\d+) bytes\)/));
  });

  it("should list the kinds, and the codes within them", () => {
    const kindsSection = section("### 1.3 ");
    const kindRows = rows(kindsSection).filter(([code]) => /^[0-9A-F]{2}$/.test(code ?? ""));
    const listed = kindRows.map(([code = "", name = ""]) => [identifier(name), Number.parseInt(code, 16)]);
    expect(Object.fromEntries(listed)).toEqual(kinds);
    const payloadOf = (name: string): string => kindRows.find((cells) => cells[1] === name)?.[3] ?? "";
    for (const gesture of gestureNames) expect(payloadOf("gesture")).toContain(`${gestureCode(gesture)} ${gesture}`);
    for (const [action, code] of Object.entries(buttonActions))
      expect(payloadOf("button")).toContain(`${code} ${action}`);
    const statuses = payloadOf("ack").replace("not supported", "notSupported");
    for (const [status, code] of Object.entries(ackStatus)) expect(statuses).toContain(`${code} ${status}`);
    expect(maxVibrateMs).toBe(number(kindsSection, /lasts at most (\d+) ms/));
  });
});

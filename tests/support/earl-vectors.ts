// tests/vectors/earl-frames.json, typed. What its parts mean is said in its field `about`.
import { readFileSync } from "node:fs";

export interface EarlVectors {
  readonly frames: readonly {
    readonly name: string;
    readonly kind: number;
    readonly firstSequence: number;
    readonly payload: string;
    readonly frames: readonly string[];
  }[];
  readonly payloads: readonly {
    readonly name: string;
    readonly kind: number;
    readonly payload: string;
    readonly value: object | null;
  }[];
  readonly streams: readonly {
    readonly name: string;
    readonly chunks: readonly string[];
    readonly messages: readonly { readonly kind: number; readonly sequence: number; readonly payload: string }[];
    readonly counts: Readonly<Record<"skippedBytes" | "badChecksums" | "lostFrames" | "brokenMessages", number>>;
  }[];
}

export const earlVectors: EarlVectors = JSON.parse(
  readFileSync(new URL("../vectors/earl-frames.json", import.meta.url), "utf8"),
);

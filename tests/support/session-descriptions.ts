// Session descriptions as browsers and native phones write them, recorded in tests/vectors: what has to pass every
// door. And the signaling messages that carry them, as PeerJS writes them.
import { readFileSync } from "node:fs";

export interface RecordedDescription {
  /** The kind of WebRTC that wrote it. */
  readonly by: string;
  readonly when: string;
  readonly type: "offer" | "answer";
  readonly sdp: string;
}

export const recordedDescriptions: readonly RecordedDescription[] = JSON.parse(
  readFileSync(new URL("../vectors/session-descriptions.json", import.meta.url), "utf8"),
).cases;

const sdpOf = (type: RecordedDescription["type"]): string =>
  recordedDescriptions.find((recorded) => recorded.type === type)?.sdp ?? "";

/** One of each that passes, where a test cares no further. */
export const soundOffer = { type: "offer", sdp: sdpOf("offer") } as const;
export const soundAnswer = { type: "answer", sdp: sdpOf("answer") } as const;

/** As recorded, with that many candidates in all. */
export const withCandidates = (sdp: string, count: number): string =>
  sdp.replace(/^a=candidate:.*\r\n/gm, "") +
  Array.from({ length: count }, (_, i) => `a=candidate:${i} 1 udp 1 192.0.2.${i % 250} 53 typ host\r\n`).join("");

/** An OFFER of a data connection; the caller adds its sender and receiver. */
export const offerOf = (connectionId: string, sdp: string = soundOffer.sdp) =>
  ({
    type: "OFFER",
    payload: {
      type: "data",
      connectionId,
      serialization: "raw",
      reliable: false,
      label: connectionId,
      sdp: { type: "offer", sdp },
    },
  }) as const;

export const answerOf = (connectionId: string, sdp: string = soundAnswer.sdp) =>
  ({ type: "ANSWER", payload: { type: "data", connectionId, sdp: { type: "answer", sdp } } }) as const;

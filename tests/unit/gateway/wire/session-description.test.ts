// The same rule at three doors: the server's, the page's, and that of a neighbour's word.
import { describe, expect, it } from "vitest";
import { candidatesIn, isDataDescription, maxCandidates } from "../../../../gateway/wire/session-description.ts";
import { readInbound, readOutbound } from "../../../../gateway/wire/signaling-message.ts";
import { isDialable } from "../../../../web/mesh/neighbour-sdp.ts";
import {
  answerOf,
  offerOf,
  recordedDescriptions,
  soundOffer,
  withCandidates,
} from "../../../support/session-descriptions.ts";

const [me, you] = ["1", "2"].map((digit) => `${"ab".repeat(16)}-${digit.repeat(16)}`);

const throughBothDoors = (type: "offer" | "answer", sdp: string): readonly boolean[] => {
  const message = type === "offer" ? offerOf("dc_x", sdp) : answerOf("dc_x", sdp);
  return [readOutbound({ ...message, dst: you }), readInbound({ ...message, src: me })].map(
    (read) => !("refused" in read),
  );
};

describe("session descriptions", () => {
  it("should have been recorded of every platform, offers and answers", () => {
    expect(new Set(recordedDescriptions.map(({ by, type }) => `${by}, ${type}`)).size).toBe(6);
    expect(recordedDescriptions.some(({ sdp }) => sdp.includes(".local "))).toBe(true);
    expect(recordedDescriptions.some(({ sdp }) => candidatesIn(sdp) >= 4)).toBe(true);
  });

  it.each(recordedDescriptions)("should pass as $by writes them: $type, $when", ({ type, sdp }) => {
    expect(throughBothDoors(type, sdp)).toEqual([true, true]);
    expect(isDialable(sdp)).toBe(true);
    expect(throughBothDoors(type, withCandidates(sdp, maxCandidates))).toEqual([true, true]);
  });

  const audio = "m=audio 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=rtpmap:96 VP8/90000\r\n";
  const { sdp: sound } = soundOffer;
  it.each([
    ["no section", "v=0\r\n"],
    ["sound beside the data", sound + audio],
    ["240 sections of sound and pictures", sound.replace(/m=[\s\S]*/, "") + audio.repeat(240)],
    ["two data sections", `${sound}m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n`],
    ["a section of sound behind a lone carriage return", `${sound}a=x\r${audio}`],
    ["a section of another kind", sound.replace("UDP/DTLS/SCTP", "RTP/AVP")],
    ["one candidate too many", withCandidates(sound, maxCandidates + 1)],
    [
      "338 candidates",
      withCandidates(sound, 250).replace(/(a=candidate[\s\S]*)/, "$1") + "a=candidate:1\r\n".repeat(88),
    ],
    ["candidates written otherwise", sound + "A=Candidate:1\r\n".repeat(maxCandidates + 1)],
    ["what is not printable", `${sound}a=\u0000\r\n`],
  ])("should not pass with %s, as an offer or as an answer", (_, sdp) => {
    expect(isDataDescription(sdp)).toBe(false);
    expect(throughBothDoors("offer", sdp)).toEqual([false, false]);
    expect(throughBothDoors("answer", sdp)).toEqual([false, false]);
    expect(isDialable(sdp)).toBe(false);
  });

  it("should pass the doors with several fingerprints, which the handshake refuses and the person hears of", () => {
    const line = /^a=fingerprint:.*\r\n/m.exec(sound)?.[0] ?? "";
    expect(throughBothDoors("offer", sound + line)).toEqual([true, true]);
    expect(isDialable(sound + line)).toBe(false);
  });
});

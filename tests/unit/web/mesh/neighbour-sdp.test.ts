import { describe, expect, it } from "vitest";
import { maxCandidates } from "../../../../gateway/wire/session-description.ts";
import { isDialable } from "../../../../web/mesh/neighbour-sdp.ts";
import { describeSession, fingerprintLine } from "../../../support/fake-rtc.ts";

const line = fingerprintLine("AA");
const sound = describeSession(line).sdp;
const candidate = "a=candidate:1 1 udp 2113937151 4f0c7d5e-2f0e-4b55-9e0a-6f7d1c2b3a4d.local 51234 typ host\r\n";

describe("descriptions that a neighbour carried", () => {
  it.each([
    ["as Chromium writes them", sound],
    ["with bare line feeds", sound.replaceAll("\r\n", "\n")],
    ["over TCP", sound.replace("UDP/DTLS/SCTP", "TCP/DTLS/SCTP")],
    ["with forty candidates", sound + candidate.repeat(40)],
  ])("should be dialled %s", (_, sdp) => {
    expect(isDialable(sdp)).toBe(true);
  });

  it.each([
    ["without a fingerprint", describeSession().sdp],
    ["with two fingerprints", describeSession(line, fingerprintLine("BB")).sdp],
    ["with a fingerprint of another hash", describeSession(line.replace("sha-256", "sha-1")).sdp],
    ["with a fingerprint hidden behind a lone carriage return", `${sound}a=x\ra=fingerprint:sha-256 00\r\n`],
    ["without a media section", sound.replace(/m=.*\r\n/, "")],
    ["with sound beside the data", `${sound}m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n`],
    ["with two data sections", `${sound}m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n`],
    ["with a section behind a lone carriage return", `${sound}a=x\rm=audio 9 RTP/AVP 0\r\n`],
    ["of another transport", sound.replace("UDP/DTLS/SCTP", "RTP/AVP")],
    ["with more candidates than any browser has", sound + "a=candidate:1\r\n".repeat(maxCandidates + 1)],
    ["longer than a frame holds", sound + candidate.repeat(100)],
    ["that are not printable", `${sound}a=\u0000\r\n`],
    ["that are not ASCII", `${sound}a=é\r\n`],
    ["that are empty", ""],
  ])("should be dropped %s", (_, sdp) => {
    expect(isDialable(sdp)).toBe(false);
  });
});

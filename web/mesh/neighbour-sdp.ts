// Whether a description that a neighbour carried may be handed to the browser at all (docs/protocol.md §2.11). It comes from a member of the room, or
// from nobody: only what every browser reads in the same way passes.
import { maxNeighbourSdpBytes } from "../../gateway/frame-types.ts";
import { readFingerprint } from "./sdp-fingerprint.ts";
import { maxCandidates } from "./signaling-guard.ts";

const printable = /^[\x20-\x7e\r\n]+$/;
/** RFC 8841 §4: a data channel's media section, and no other. */
const dataSection = /^m=application \d+ (?:UDP|TCP)\/DTLS\/SCTP webrtc-datachannel\r?$/m;

export const isDialable = (sdp: string): boolean =>
  sdp.length <= maxNeighbourSdpBytes &&
  printable.test(sdp) &&
  countOf(/(?:^|[\r\n])m=/g, sdp) === 1 &&
  dataSection.test(sdp) &&
  countOf(/a=candidate:/g, sdp) <= maxCandidates &&
  !("refused" in readFingerprint(sdp));

const countOf = (pattern: RegExp, text: string): number => text.match(pattern)?.length ?? 0;

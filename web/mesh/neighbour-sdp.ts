// Whether the browser may read a description that a neighbour carried (docs/protocol.md §2.11). It comes from a member
// of the room, or the neighbour has made it up: only what every browser reads in the same way passes.
import { maxNeighbourSdpBytes } from "../../gateway/wire/frame-types.ts";
import { isDataDescription } from "../../gateway/wire/session-description.ts";
import { readFingerprint } from "./sdp-fingerprint.ts";

export const isDialable = (sdp: string): boolean =>
  sdp.length <= maxNeighbourSdpBytes && isDataDescription(sdp) && !("refused" in readFingerprint(sdp));

// Whether a description that a neighbour carried may be handed to the browser at all (docs/protocol.md §2.11). It comes
// from a member of the room, or from nobody: only what every browser reads in the same way passes.
import { maxNeighbourSdpBytes } from "../../gateway/wire/frame-types.ts";
import { isDataDescription } from "../../gateway/wire/session-description.ts";
import { readFingerprint } from "./sdp-fingerprint.ts";

export const isDialable = (sdp: string): boolean =>
  sdp.length <= maxNeighbourSdpBytes && isDataDescription(sdp) && !("refused" in readFingerprint(sdp));

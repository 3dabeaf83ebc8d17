// Who counts as somebody: a newcomer who is still being dialled has a session, but has not proven who they are yet.
import type { PeerView } from "./app-model.ts";

/** Only whoever is known can be muted, named in a rule, or be company. */
export const isKnown = (peer: PeerView): boolean => peer.state.kind !== "connecting";

// Who counts as somebody: a newcomer who is still being dialled has a session, but has not proven who they are yet.
import type { PeerView } from "./app-model.ts";

/** Only a person that is known can be muted, named in a rule, or counted as company. */
export const isKnown = (peer: PeerView): boolean => peer.state.kind !== "connecting";

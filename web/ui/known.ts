// Which people are known: a newcomer who is still being dialled has a session, but has not proven who they are yet.
import type { PeerView } from "./app-model.ts";

/** Only a person who is known can be muted, named in a rule, or counted as somebody who is here. */
export const isKnown = (peer: PeerView): boolean => peer.state.kind !== "connecting";

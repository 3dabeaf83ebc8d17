// Why somebody was not let into the room, in plain words for the log, and for which of the reasons a person must do
// something. The reasons themselves are gateway/admission/handshake.ts's.

import type { RefusalReason } from "../../gateway/admission/handshake.ts";
import type { ErrorCode } from "../ui/errors.ts";

export const refusalTexts: Readonly<Record<RefusalReason, string>> = {
  timeout: "Somebody did not answer in time and was not let in",
  closed: "Somebody went away before they were let in",
  malformed: "Somebody was not let in: their page does not follow the protocol",
  "wrong-version": "Somebody was not let in: their page is of another version",
  "out-of-turn": "Somebody was not let in: their page does not follow the protocol",
  flood: "Somebody was not let in: they sent too much at once",
  "not-safe": "Somebody was not let in: their connection is not safe",
  reflected: "Somebody was not let in: they only repeat what this page says",
  "same-gateway": "Somebody was not let in: they have this page's own key",
  "wrong-proof": "Somebody was not let in: they have another room key, or sit between you and somebody else",
  "wrong-signature": "Somebody was not let in: they are not who they say",
  "no-place": "Somebody was not let in: this page is connected to as many people as it can be",
  "too-many-handshakes": "Somebody was not let in: too many came at once",
  "let-go": "Somebody was not let in: they sent too much before, and came back too soon",
  "other-session": "Somebody was not let in: they came in another's place",
  "stale-epoch": "An older session of a page that has come back was not let in",
};

/** The person must know of these reasons; the others mend themselves, or are nobody's fault. */
export const refusalNotices: Partial<Readonly<Record<RefusalReason, ErrorCode>>> = {
  "wrong-proof": "wrong-room-key",
  "wrong-signature": "wrong-room-key",
  "not-safe": "connection-not-safe",
  "wrong-version": "page-out-of-date",
};

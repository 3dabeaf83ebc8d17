// Why somebody was not let into the room, in plain words for the log, and which of the reasons a person must do something about.
// The reasons themselves are gateway/admission/handshake.ts's.

import type { RefusalReason } from "../../gateway/admission/handshake.ts";
import type { ErrorCode } from "../ui/errors.ts";

export const refusalTexts: Readonly<Record<RefusalReason, string>> = {
  timeout: "Somebody did not answer in time and was not let in",
  closed: "Somebody went away before they were let in",
  malformed: "Somebody who does not keep to the protocol was turned away",
  "wrong-version": "Somebody whose page is of another version was turned away",
  "out-of-turn": "Somebody who does not keep to the protocol was turned away",
  flood: "Somebody who sent too much at once was turned away",
  "not-safe": "Somebody whose connection is not safe was turned away",
  reflected: "Somebody who only repeats what this page says was turned away",
  "same-gateway": "Somebody who has this page's own key was turned away",
  "wrong-proof": "Somebody who has another room key, or sits in between, was turned away",
  "wrong-signature": "Somebody who is not who they say was turned away",
  "no-place": "Somebody was turned away because this page holds no more people",
  "too-many-handshakes": "Somebody was turned away because too many came at once",
  "let-go": "Somebody who was let go for sending too much came back too soon and was turned away",
  "other-session": "Somebody who came in another's place was turned away",
  "stale-epoch": "An older session of a page that has come back was turned away",
};

/** Whoever was turned away for one of these reasons concerns the person; the others mend themselves or are nobody's fault. */
export const refusalNotices: Partial<Readonly<Record<RefusalReason, ErrorCode>>> = {
  "wrong-proof": "wrong-room-key",
  "wrong-signature": "wrong-room-key",
  "not-safe": "connection-not-safe",
  "wrong-version": "page-out-of-date",
};

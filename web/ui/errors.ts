// Everything that can go wrong and that a person can do something about: a code, a sentence, and what to do.
// Platform exceptions are translated into these codes once, at the edge where they appear.
import type { LinkFailure } from "../../firmware-bridge/devices/device-link.ts";

export type ErrorCode =
  | LinkFailure
  | "page-not-started"
  | "bad-invite"
  | "room-not-entered"
  | "wrong-room-key"
  | "room-key-changed"
  | "removed-from-room"
  | "left-behind"
  | "new-room-closed"
  | "everybody-gone"
  | "not-removed"
  | "not-come-along"
  | "key-change-needs-server"
  | "key-change-waits"
  | "connection-not-safe"
  | "server-unreachable"
  | "server-away"
  | "ice-servers-unusable"
  | "webrtc-unsupported"
  | "invite-not-reachable"
  | "storage-unavailable"
  | "identity-renewed"
  | "too-many-tabs"
  | "recording-deleted"
  | "vibration-unsupported"
  | "wake-lock-refused"
  | "probe-limit"
  | "already-paired"
  | "tabs-not-told-apart"
  | "test-buzz-too-late"
  | "test-buzz-replaced"
  | "share-failed"
  | "page-out-of-date";

export interface ErrorText {
  /** What is the case, in one sentence. */
  readonly sentence: string;
  /** What the person can do about it, in one sentence. */
  readonly remedy: string;
}

export const errorTexts: Readonly<Record<ErrorCode, ErrorText>> = {
  "bluetooth-unsupported": {
    sentence: "This browser has no Web Bluetooth.",
    remedy: "Use Chrome or Edge on Android, Windows or macOS, Bluefy on an iPhone, or press “Use this phone” instead.",
  },
  "bluetooth-off": { sentence: "Bluetooth is switched off.", remedy: "Switch Bluetooth on and pair again." },
  "bluetooth-refused": {
    sentence: "The browser may not use Bluetooth.",
    remedy: "Allow nearby devices for this browser in the phone's settings, then pair again.",
  },
  "insecure-context": {
    sentence: "This page was not opened by a secure address, and needs one for its keys, Bluetooth and motion.",
    remedy: "Open the https address that the server printed, or localhost.",
  },
  "chooser-cancelled": { sentence: "No device was chosen.", remedy: "Pair again and pick your band from the list." },
  "not-an-earl-device": {
    sentence: "This device is not an Earl band: it does not offer the Earl service.",
    remedy: "Choose an Earl band, or press “Use this phone”.",
  },
  "link-slots-full": {
    sentence: "This phone cannot connect to more Bluetooth devices.",
    remedy: "Remove a band, or pair this one with another phone.",
  },
  "held-in-another-tab": {
    sentence: "Another tab of this browser uses this band.",
    remedy: "Use it there, or close that tab and press “Connect again” here.",
  },
  "link-lost": {
    sentence: "The band's link was lost.",
    remedy: "Keep the band near the phone; the page connects again by itself.",
  },
  "link-timeout": {
    sentence: "The band does not answer.",
    remedy: "Move it nearer and check that it is switched on; the page tries again.",
  },
  "link-busy": {
    sentence: "The band is still busy with the last command.",
    remedy: "Wait a moment and try again.",
  },
  "motion-unsupported": {
    sentence: "This device has no motion sensor that this page can read.",
    remedy: "Pair a band, or add a simulated one.",
  },
  "motion-refused": {
    sentence: "The page may not read this phone's movement.",
    remedy: "Add this phone again and allow motion when asked, or allow it in the browser's settings.",
  },
  "not-supported-by-probe": { sentence: "This band cannot do that.", remedy: "Choose a band that can vibrate." },
  "page-not-started": {
    sentence: "The page could not start.",
    remedy: "Reload it; if that does not help, update this browser or use another.",
  },
  "bad-invite": {
    sentence: "This is not a whole invite.",
    remedy: "Ask for the link again and open all of it, or scan the code.",
  },
  "room-not-entered": {
    sentence: "The room could not be entered.",
    remedy: "Try again, or reload the page.",
  },
  "wrong-room-key": {
    sentence:
      "Somebody was not let in: they have another room key, or somebody sits between you, and it would not be safe.",
    remedy: "If you expected them, send them a fresh copy of the invite; if that does not help, use another server.",
  },
  "room-key-changed": {
    sentence: "The room goes on under a new key, and older invites lead nowhere.",
    remedy: "Invite others with the new code or link.",
  },
  "removed-from-room": {
    sentence: "They say that you were removed from this room, and that it goes on without you.",
    remedy:
      "As long as you see others here, nothing has changed. If nobody is left, leave the room and ask one of them for a fresh invite.",
  },
  "left-behind": {
    sentence: "They say that the room has moved on to a new key, which did not reach this phone.",
    remedy:
      "As long as you see others here, nothing has changed. If nobody is left, ask one of them for a fresh invite.",
  },
  "new-room-closed": {
    sentence: "The room’s key was changed, but the room of the new key did not let this phone in.",
    remedy:
      "You stay under the old key, with everybody who is still here. If the others are gone, ask one of them for a fresh invite; if this happens again, create a new room and do not invite the person who changes the key.",
  },
  "everybody-gone": {
    sentence: "Everybody else is gone from this room.",
    remedy: "If they changed its key while this phone slept, ask one of them for a fresh invite.",
  },
  "not-removed": {
    sentence: "This person is still in the room: somebody else changed its key at the same moment.",
    remedy: "Remove them again. If that happens every time, leave the room, create a new one, and invite all others.",
  },
  "not-come-along": {
    sentence: "They have not come along to the new room key.",
    remedy:
      "Their phone may have slept, or somebody led them to another key: invite them with the new code or link, or ask for theirs.",
  },
  "key-change-needs-server": {
    sentence: "The room's key can be changed only while the server is there, or nobody would meet again.",
    remedy: "Try again when it is back.",
  },
  "key-change-waits": {
    sentence: "The room's key was changed, and this phone follows as soon as the server is back.",
    remedy: "Nothing is to be done; those who have the server may be gone from here until then.",
  },
  "connection-not-safe": {
    sentence: "A connection was not safe: somebody between you and the other phone changed it, so it was closed.",
    remedy: "Do not go on through this server or network until you know why.",
  },
  "server-unreachable": {
    sentence: "The server cannot be reached.",
    remedy: "Check that the server runs and that this phone is in its network; the page keeps trying.",
  },
  "ice-servers-unusable": {
    sentence:
      "The server names helpers for finding a way between networks that this browser cannot use; it goes on without them.",
    remedy:
      "People in one network are reached all the same. For others, the server's option --ice-servers is to be corrected.",
  },
  "webrtc-unsupported": {
    sentence: "This browser cannot connect to other phones: it has no WebRTC, or it is switched off.",
    remedy:
      "Open the page in a current Chrome, Edge, Firefox or Safari, or allow WebRTC in the settings or the extensions of this one.",
  },
  "server-away": {
    sentence: "The server is away; those who are connected stay connected.",
    remedy: "Newcomers have to wait until it is back; the page keeps trying.",
  },
  "invite-not-reachable": {
    sentence: "Other phones cannot reach the address in this invite.",
    remedy: "Connect the server's machine to the phones' network and start the server again, or give it --public-url.",
  },
  "storage-unavailable": {
    sentence: "This browser keeps nothing for this page, perhaps because the window is private.",
    remedy: "You can go on; name, rules and rooms are forgotten when the page closes.",
  },
  "identity-renewed": {
    sentence: "What this browser had stored of this phone's identity was damaged, so the page made a new one.",
    remedy: "You can go on; to the others this phone is a new one, and who had muted it has to do so again.",
  },
  "too-many-tabs": {
    sentence: "This page is open in too many tabs, so this one keeps nothing when it closes.",
    remedy: "Close other tabs of it, then reload this one.",
  },
  "recording-deleted": {
    sentence: "The browser has deleted a recording of this page, or a part of it.",
    remedy: "Export what is left under “Record” in the figures, and make room on this device before you record again.",
  },
  "vibration-unsupported": {
    sentence: "This phone's browser cannot vibrate.",
    remedy: "It flashes and sounds instead; keep the volume up.",
  },
  "wake-lock-refused": {
    sentence: "The phone may go to sleep while the page is open.",
    remedy: "Keep the screen on, or switch battery saving off.",
  },
  "probe-limit": { sentence: "There are as many bands here as one page can have.", remedy: "Remove one first." },
  "already-paired": {
    sentence: "This band is here already.",
    remedy: "Use it as it is, or remove it first.",
  },
  "tabs-not-told-apart": {
    sentence: "This browser does not say whether another tab uses the same band.",
    remedy: "Open this page in one tab only, so that nobody buzzes you more than you allow.",
  },
  "test-buzz-too-late": {
    sentence: "The band was busy for so long that the test buzz was left out.",
    remedy: "Press “Test buzz” again.",
  },
  "test-buzz-replaced": {
    sentence: "A newer buzz came before the test buzz.",
    remedy: "Press “Test buzz” again if you felt nothing.",
  },
  "share-failed": { sentence: "The invite could not be handed on.", remedy: "Let the others scan the code instead." },
  "page-out-of-date": {
    sentence: "Another phone speaks a newer or older version.",
    remedy: "Reload the page on both phones.",
  },
};

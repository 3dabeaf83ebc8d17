// All problems that a person can do something about: for each a code, a sentence, and what to do.
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
  /** What has happened, in one sentence. */
  readonly sentence: string;
  /** What the person can do about it, in one or two sentences. */
  readonly remedy: string;
}

export const errorTexts: Readonly<Record<ErrorCode, ErrorText>> = {
  "bluetooth-unsupported": {
    sentence: "This browser cannot use Bluetooth: it has no Web Bluetooth.",
    remedy: "Use Chrome or Edge on Android, Windows or macOS, Bluefy on an iPhone, or press “Use this phone” instead.",
  },
  "bluetooth-off": { sentence: "Bluetooth is switched off.", remedy: "Switch Bluetooth on and pair again." },
  "bluetooth-refused": {
    sentence: "This browser is not allowed to use Bluetooth.",
    remedy: "Allow nearby devices for this browser in the phone's settings, then pair again.",
  },
  "insecure-context": {
    sentence: "The address of this page is not secure, so the browser gives it no keys, Bluetooth or motion.",
    remedy: "Open the https address that the server printed, or localhost.",
  },
  "chooser-cancelled": { sentence: "No device was chosen.", remedy: "Pair again and pick your band from the list." },
  "not-an-earl-device": {
    sentence: "This device is not an Earl band.",
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
    sentence: "The connection to the band was lost.",
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
    sentence: "This page is not allowed to read how this phone moves.",
    remedy: "Add this phone again and allow motion when asked, or allow it in the browser's settings.",
  },
  "not-supported-by-probe": { sentence: "This band cannot do that.", remedy: "Choose a band that can vibrate." },
  "page-not-started": {
    sentence: "The page could not start.",
    remedy: "Reload it; if that does not help, update this browser or use another.",
  },
  "bad-invite": {
    sentence: "This invite is not complete.",
    remedy: "Ask for the link again and copy all of it, or scan the code.",
  },
  "room-not-entered": { sentence: "The page could not enter the room.", remedy: "Try again, or reload the page." },
  "wrong-room-key": {
    sentence: "Somebody was not let in: they have another room key, or an attacker is between you and them.",
    remedy: "If you expected them, send them a fresh copy of the invite; if that does not help, use another server.",
  },
  "room-key-changed": {
    sentence: "The room has a new key, and older invites no longer work.",
    remedy: "Invite others with the new code or link.",
  },
  "removed-from-room": {
    sentence: "They say that you were removed from this room.",
    remedy:
      "As long as you see others here, nothing has changed. If nobody is left, leave the room and ask one of them for a fresh invite.",
  },
  "left-behind": {
    sentence: "They say that the room has a new key, which did not reach this phone.",
    remedy:
      "As long as you see others here, nothing has changed. If nobody is left, ask one of them for a fresh invite.",
  },
  "new-room-closed": {
    sentence: "The room’s key was changed, but this phone was not let in with the new key.",
    remedy:
      "You stay in the room with the old key, and with everybody who is still there. If the others are gone, ask one of them for a fresh invite; if this happens again, create a new room and do not invite the person who changes the key.",
  },
  "everybody-gone": {
    sentence: "Everybody else is gone from this room.",
    remedy: "Perhaps they changed its key while this phone slept: then ask one of them for a fresh invite.",
  },
  "not-removed": {
    sentence: "This person is still in the room: somebody else changed its key at the same moment.",
    remedy: "Remove them again. If that happens every time, leave the room, create a new one, and invite all others.",
  },
  "not-come-along": {
    sentence: "They have not followed to the new room key.",
    remedy:
      "Invite them with the new code or link: perhaps their phone slept. If they have another new key, ask them for their invite.",
  },
  "key-change-needs-server": {
    sentence: "The room's key can be changed only while the page reaches the server.",
    remedy: "Try again when the server is back.",
  },
  "key-change-waits": {
    sentence: "The room's key was changed, and this phone follows as soon as the server is back.",
    remedy: "You need not do anything; until then, people who already have the new key may be missing here.",
  },
  "connection-not-safe": {
    sentence:
      "A connection was closed because it was not safe: somebody between you and the other phone had changed it.",
    remedy: "Do not use this server or this network until you know why.",
  },
  "server-unreachable": {
    sentence: "The server cannot be reached.",
    remedy: "Check that the server runs and that this phone is in its network; the page keeps trying.",
  },
  "ice-servers-unusable": {
    sentence: "This browser cannot use some of the servers that help phones in different networks to connect.",
    remedy: "Phones in one network connect without them. For the others, correct the server's option --ice-servers.",
  },
  "webrtc-unsupported": {
    sentence: "This browser cannot connect to other phones: it has no WebRTC, or WebRTC is switched off.",
    remedy: "Use a current Chrome, Edge, Firefox or Safari, or allow WebRTC in this browser's settings or extensions.",
  },
  "server-away": {
    sentence: "The server is away; people who are connected stay connected.",
    remedy: "Newcomers have to wait until it is back; the page keeps trying.",
  },
  "invite-not-reachable": {
    sentence: "Other phones cannot reach the address in this invite.",
    remedy:
      "Connect the server's computer to the phones' network and start the server again, or start it with --public-url.",
  },
  "storage-unavailable": {
    sentence: "This browser keeps nothing for this page, perhaps because the window is private.",
    remedy: "You can go on; your name, rules and rooms are forgotten when the page closes.",
  },
  "identity-renewed": {
    sentence: "What this browser had stored of your identity was damaged, so the page made a new one.",
    remedy: "You can go on; others see you as a new person. If they had muted you, they have to do so again.",
  },
  "too-many-tabs": {
    sentence: "This page is open in too many tabs, so this one keeps nothing.",
    remedy: "Close some of the other tabs, then reload this one.",
  },
  "recording-deleted": {
    sentence: "The browser has deleted a recording of this page, or a part of it.",
    remedy: "Export what is left under “Record” in the figures, then make room on this device.",
  },
  "vibration-unsupported": {
    sentence: "This phone's browser cannot vibrate.",
    remedy: "It flashes and sounds instead; keep the volume up.",
  },
  "wake-lock-refused": {
    sentence: "The phone may go to sleep while the page is open.",
    remedy: "Keep the screen on, or switch battery saving off.",
  },
  "probe-limit": { sentence: "This page has as many bands as it can have.", remedy: "Remove one first." },
  "already-paired": { sentence: "This band has been added already.", remedy: "Use it as it is, or remove it first." },
  "tabs-not-told-apart": {
    sentence: "This browser does not say whether another tab uses the same band.",
    remedy: "Open this page in one tab only, so that nobody buzzes you more than you allow.",
  },
  "test-buzz-too-late": {
    sentence: "The band was busy for too long, so it did not play the test buzz.",
    remedy: "Press “Test buzz” again.",
  },
  "test-buzz-replaced": {
    sentence: "A newer buzz took the place of the test buzz.",
    remedy: "Press “Test buzz” again if you felt nothing.",
  },
  "share-failed": { sentence: "The invite could not be shared.", remedy: "Let the others scan the code instead." },
  "page-out-of-date": {
    sentence: "Another phone has a newer or older version of this page.",
    remedy: "Reload the page on both phones.",
  },
};

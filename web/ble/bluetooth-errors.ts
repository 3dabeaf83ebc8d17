// The one place where exceptions of Web Bluetooth become `LinkFailure` codes; everything behind it gets values only.
// Chromium gives one DOMException name to very different causes, so the message decides where the name does not. Source
// of names and messages: Chromium's third_party/blink/renderer/modules/bluetooth/bluetooth_error.cc and bluetooth.cc.
import type { LinkFailure } from "../../firmware-bridge/devices/device-link.ts";

interface ErrorRule {
  readonly name: string;
  /** Left out: any message under this name that no rule above has taken. */
  readonly message?: RegExp;
  readonly failure: LinkFailure;
}

/** The first rule that fits decides. */
const rules: readonly ErrorRule[] = [
  { name: "NotFoundError", message: /User cancell?ed the requestDevice/, failure: "chooser-cancelled" },
  { name: "NotFoundError", message: /doesn't exist anymore/, failure: "chooser-cancelled" },
  { name: "NotFoundError", message: /adapter not available/, failure: "bluetooth-off" },
  { name: "NotFoundError", message: /not supported|Low Energy not available/, failure: "bluetooth-unsupported" },
  { name: "NotFoundError", message: /disabled|denied/, failure: "bluetooth-refused" },
  // "No Services matching UUID …", "No Characteristics matching UUID …", and the like.
  { name: "NotFoundError", failure: "not-an-earl-device" },

  // A device does one operation at a time, whichever tab asks for it.
  { name: "NetworkError", message: /already in progress/, failure: "link-busy" },
  { name: "NetworkError", message: /[Tt]imeout/, failure: "link-timeout" },
  { name: "NetworkError", message: /Unsupported device/, failure: "not-an-earl-device" },
  // Out of range, connection attempt failed, GATT server disconnected.
  { name: "NetworkError", failure: "link-lost" },

  // A service or characteristic of a link that has ended: "… no longer exists."
  { name: "InvalidStateError", failure: "link-lost" },
  // Our own disconnect(), or a newer call, ended the operation.
  { name: "AbortError", failure: "link-lost" },

  { name: "NotSupportedError", message: /not permitted|Not supported/, failure: "not-supported-by-probe" },
  // "GATT operation failed for unknown reason.": what Android's status 133 becomes, for the most part a dying link.
  { name: "NotSupportedError", failure: "link-lost" },

  // No user gesture, permissions policy, fenced frame, a service that was not asked for when pairing.
  { name: "SecurityError", failure: "bluetooth-refused" },
  { name: "NotAllowedError", failure: "bluetooth-refused" },
];

const nameAndMessage = (error: unknown): { readonly name: string; readonly message: string } =>
  error instanceof Error ? error : { name: "", message: String(error) };

/** Any other exception counts as a lost link, the one failure after which the link is always tried again. */
export const linkFailureOf = (error: unknown): LinkFailure => {
  const { name, message } = nameAndMessage(error);
  return rules.find((rule) => rule.name === name && (rule.message?.test(message) ?? true))?.failure ?? "link-lost";
};

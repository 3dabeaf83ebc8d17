import { describe, expect, test } from "vitest";
import type { LinkFailure } from "../../../../firmware-bridge/devices/device-link.ts";
import { linkFailureOf } from "../../../../web/ble/bluetooth-errors.ts";

const service = "4541524c-0001-4d45-5348-000000000000";

/**
 * Names and messages as Chromium 156 has them (bluetooth_error.cc, bluetooth.cc, bluetooth_remote_gatt_*.cc of
 * third_party/blink/renderer/modules/bluetooth).
 */
const thrown: readonly (readonly [name: string, message: string, failure: LinkFailure])[] = [
  ["NotFoundError", "User cancelled the requestDevice() chooser.", "chooser-cancelled"],
  ["NotFoundError", "User selected a device that doesn't exist anymore.", "chooser-cancelled"],
  ["NotFoundError", "Bluetooth adapter not available.", "bluetooth-off"],
  ["NotFoundError", "Bluetooth Low Energy not available.", "bluetooth-unsupported"],
  ["NotFoundError", "Web Bluetooth is not supported on this platform. For a list …", "bluetooth-unsupported"],
  ["NotFoundError", "Web Bluetooth API globally disabled.", "bluetooth-refused"],
  ["NotFoundError", "User or their enterprise policy has disabled Web Bluetooth.", "bluetooth-refused"],
  ["NotFoundError", "User denied the browser permission to scan for Bluetooth devices.", "bluetooth-refused"],
  ["NotFoundError", "No Services found in device.", "not-an-earl-device"],
  ["NotFoundError", `No Services matching UUID ${service} found in Device.`, "not-an-earl-device"],
  ["NotFoundError", `No Characteristics matching UUID ${service} found in Service …`, "not-an-earl-device"],
  ["NetworkError", "GATT operation already in progress.", "link-busy"],
  ["NetworkError", "Connection already in progress.", "link-busy"],
  ["NetworkError", "Authentication timeout.", "link-timeout"],
  ["NetworkError", "Connection Error: Non-authentication timeout.", "link-timeout"],
  ["NetworkError", "Unsupported device.", "not-an-earl-device"],
  ["NetworkError", "Bluetooth Device is no longer in range.", "link-lost"],
  ["NetworkError", "Connection Error: Connection attempt failed.", "link-lost"],
  ["NetworkError", "Connection failed for unknown reason.", "link-lost"],
  ["NetworkError", "GATT Server is disconnected. Cannot perform GATT operations. (Re)connect first …", "link-lost"],
  ["InvalidStateError", "GATT Service no longer exists.", "link-lost"],
  ["InvalidStateError", `Characteristic with UUID ${service} is no longer valid. …`, "link-lost"],
  ["AbortError", "The GATT connect attempt was cancelled.", "link-lost"],
  ["NotSupportedError", "GATT operation not permitted.", "not-supported-by-probe"],
  ["NotSupportedError", "GATT Error: Not supported.", "not-supported-by-probe"],
  ["NotSupportedError", "GATT operation failed for unknown reason.", "link-lost"],
  ["NotSupportedError", "GATT Error Unknown.", "link-lost"],
  ["SecurityError", "Must be handling a user gesture to show a permission request.", "bluetooth-refused"],
  ["SecurityError", 'Access to the feature "bluetooth" is disallowed by permissions policy.', "bluetooth-refused"],
  ["SecurityError", "Origin is not allowed to access the service. Tip: …", "bluetooth-refused"],
  ["NotAllowedError", "Web Bluetooth is not allowed in a fenced frame tree.", "bluetooth-refused"],
];

describe("linkFailureOf", () => {
  test.each(thrown)("should name %s: %s", (name, message, failure) => {
    expect(linkFailureOf(new DOMException(message, name))).toBe(failure);
  });

  test("should take what it does not know for a lost link, which is tried again", () => {
    expect(linkFailureOf(new DOMException("something new", "UnknownError"))).toBe("link-lost");
    expect(linkFailureOf(new Error("from a browser that is not Chromium"))).toBe("link-lost");
    expect(linkFailureOf("not even an error")).toBe("link-lost");
    expect(linkFailureOf(undefined)).toBe("link-lost");
  });
});

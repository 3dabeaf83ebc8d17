// From a tap to a `BluetoothDevice`: whether this page can use Bluetooth at all, the browser's chooser, and the phone's
// limit.
// Neighbours: gatt-link.ts connects the chosen device; bluetooth-errors.ts says why none was chosen.

import type { DeviceDriver } from "../../firmware-bridge/devices/device-driver.ts";
import type { LinkFailure } from "../../firmware-bridge/devices/device-link.ts";
import { assignedUuids } from "../../firmware-bridge/devices/earl-profile.ts";
import type { Schedule } from "../../gateway/basics/runtime.ts";
import { withTimeLimit } from "../platform/time-limit.ts";
import { linkFailureOf } from "./bluetooth-errors.ts";

/** `navigator.bluetooth` and `window.isSecureContext`, or what stands for them. */
export interface BluetoothPlatform {
  readonly bluetooth: Pick<Bluetooth, "requestDevice" | "getAvailability"> | undefined;
  readonly isSecureContext: boolean;
}

export type PairingOutcome =
  | { readonly kind: "chosen"; readonly device: BluetoothDevice }
  | { readonly kind: "failed"; readonly failure: LinkFailure };

/** Some browsers never answer, and the page waits for this before it starts. The chooser says what is wrong as well. */
export const availabilityLimitMs = 1_000;

/**
 * Why this page cannot pair at the moment; undefined where it can, or where the browser does not say. An adapter may
 * still be switched on.
 */
export const bluetoothProblem = async (
  platform: BluetoothPlatform,
  schedule: Schedule,
): Promise<LinkFailure | undefined> => {
  const missing = missingApi(platform);
  if (missing !== undefined) return missing;
  try {
    const asked = platform.bluetooth?.getAvailability() ?? Promise.resolve(false);
    return (await withTimeLimit(asked, availabilityLimitMs, schedule)) === false ? "bluetooth-off" : undefined;
  } catch (error) {
    return linkFailureOf(error);
  }
};

/** Must be called from a tap, with nothing awaited before: the chooser opens only on a person's own action. */
export const chooseDevice = async (
  platform: BluetoothPlatform,
  driver: Pick<DeviceDriver, "uuids">,
  slots: { readonly free: number },
): Promise<PairingOutcome> => {
  const { bluetooth } = platform;
  if (bluetooth === undefined) return { kind: "failed", failure: missingApi(platform) ?? "bluetooth-unsupported" };
  if (slots.free === 0) return { kind: "failed", failure: "link-slots-full" };
  try {
    const device = await bluetooth.requestDevice({
      filters: [{ services: [driver.uuids.service] }],
      optionalServices: [assignedUuids.batteryService], // A service that is not named here stays closed to the page.
    });
    return { kind: "chosen", device };
  } catch (error) {
    return { kind: "failed", failure: linkFailureOf(error) };
  }
};

/** Browsers hide the API from pages that are not secure, so the context is checked first. */
const missingApi = ({ bluetooth, isSecureContext }: BluetoothPlatform): LinkFailure | undefined => {
  if (!isSecureContext) return "insecure-context";
  return bluetooth === undefined ? "bluetooth-unsupported" : undefined;
};

/**
 * How many links a phone can have at once: Android's default (`GATT_MAX_PHY_CHANNEL` in the Bluetooth stack's
 * bt_target.h); vendors raise it to 10, other phones have 6–8. Earphones and watches use links too, so the last one may
 * still fail.
 */
export const maxBluetoothLinks = 7;

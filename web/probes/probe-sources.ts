// The three origins of a probe in this browser. Each chooser asks the person where that is needed, and says how a link
// is made.
// Neighbours: probe-origins.ts calls them; ble/, phone/ and firmware-bridge/simulated/ have the links.
import { earlDriver } from "../../firmware-bridge/devices/earl-driver.ts";
import { SimulatedArmProbe } from "../../firmware-bridge/simulated/simulated-arm-probe.ts";
import { SimulatedLink } from "../../firmware-bridge/simulated/simulated-link.ts";
import type { Now, RandomUnit, Schedule } from "../../gateway/basics/runtime.ts";
import { GattLink } from "../ble/gatt-link.ts";
import { type BluetoothPlatform, chooseDevice } from "../ble/pairing.ts";
import type { PhonePlatform } from "../phone/phone-platform.ts";
import { ThisPhone, thisPhoneId } from "../phone/this-phone.ts";
import type { DeviceHold } from "../platform/device-hold.ts";
import type { Origin, ProbeChooser } from "./probe-origins.ts";

export interface ProbeSourceOptions {
  /** Lets one tab use a device at a time. A new one for each link. */
  readonly holdFor: (deviceId: string) => DeviceHold;
  readonly bluetooth: BluetoothPlatform;
  readonly phone: PhonePlatform;
  readonly now: Now;
  readonly schedule: Schedule;
  readonly random: RandomUnit;
}

export const probeChoosers = (options: ProbeSourceOptions): Readonly<Record<Origin, ProbeChooser>> => {
  const { holdFor, now, schedule, random } = options;
  /** Tells the simulated arms of this page apart from those of other tabs: each has a wearer of its own. */
  const pageTag = Math.floor(random() * 2 ** 32).toString(36);
  let simulatedCount = 0;
  return {
    bluetooth: async (freeSlots) => {
      const chosen = await chooseDevice(options.bluetooth, earlDriver, { free: freeSlots });
      if (chosen.kind === "failed") return chosen.failure;
      const { device } = chosen;
      return {
        origin: "bluetooth",
        makeLink: () => new GattLink({ device, driver: earlDriver, hold: holdFor(device.id), now, schedule, random }),
      };
    },
    // The permission is asked for when the link is opened, in the same tap.
    phone: async () => ({
      origin: "phone",
      makeLink: () => new ThisPhone({ platform: options.phone, hold: holdFor(thisPhoneId), now, schedule }),
    }),
    simulated: async () => {
      const name = `Simulated band ${++simulatedCount}`;
      const peripheral = new SimulatedArmProbe({ now, schedule, random, onVibration: () => undefined });
      return {
        origin: "simulated",
        makeLink: () => new SimulatedLink({ deviceId: `${name} ${pageTag}`, name, peripheral, now, schedule }),
        move: (gesture) => peripheral.move(gesture),
      };
    },
  };
};

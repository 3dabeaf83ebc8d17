// What a device is and can do, whatever its make: classes and capabilities, docs/protocol.md §1.1.
// Neighbours: a driver reads them from its device, the roster sends them to the others.
import { kinds } from "../frames/kinds.ts";
import type { DeviceInfo } from "./device-link.ts";

export const probeClasses = { other: 0, armProbe: 1, ballProbe: 2, phone: 3, simulatedArmProbe: 4 } as const;

export const capabilities = {
  motionOut: 1 << 0,
  gestureOut: 1 << 1,
  buttonOut: 1 << 2,
  lightLevelOut: 1 << 3,
  batteryOut: 1 << 4,
  vibrateIn: 1 << 5,
  ledIn: 1 << 6,
  rateIn: 1 << 7,
} as const;

/** The value of a link before the device has answered. */
export const unknownInfo: DeviceInfo = { probeClass: probeClasses.other, capabilities: 0 };

/** The capability that a command needs, by its kind; a kind that is not here needs none. */
const neededCapability: ReadonlyMap<number, number> = new Map([
  [kinds.vibrate, capabilities.vibrateIn],
  [kinds.led, capabilities.ledIn],
  [kinds.rate, capabilities.rateIn],
]);

/** Whether a device of this kind can carry out commands of `kind`. */
export const canDo = (info: DeviceInfo, kind: number): boolean => {
  const needed = neededCapability.get(kind) ?? 0;
  return (info.capabilities & needed) === needed;
};

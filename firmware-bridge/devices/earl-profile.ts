// What an Earl device shows of itself over GATT, docs/protocol.md §1.1: its services and its info characteristic.
// Pure: web/ble reads the characteristics and passes their bytes.

import { probeClasses } from "./device-info.ts";
import type { DeviceInfo } from "./device-link.ts";

/** `4541524c` is "EARL" and `4d455348` is "MESH" in ASCII. */
export const earlUuids = {
  service: "4541524c-0001-4d45-5348-000000000000",
  events: "4541524c-0002-4d45-5348-000000000000",
  commands: "4541524c-0003-4d45-5348-000000000000",
  info: "4541524c-0004-4d45-5348-000000000000",
} as const;

/** 16-bit UUIDs of the Bluetooth SIG's assigned numbers. */
export const assignedUuids = {
  batteryService: 0x180f,
  batteryLevel: 0x2a19,
  deviceInformationService: 0x180a,
  manufacturerName: 0x2a29,
  modelNumber: 0x2a24,
  firmwareRevision: 0x2a26,
} as const;

const infoVersion = 1;
const infoBytes = 4;
const knownClasses: ReadonlySet<number> = new Set(Object.values(probeClasses));

/** Undefined when the bytes are too few, or of another protocol version. */
export const parseInfo = (bytes: Uint8Array): DeviceInfo | undefined => {
  const [version = 0, probeClass = 0, low = 0, high = 0] = bytes;
  if (bytes.length < infoBytes || version !== infoVersion) return undefined;
  return {
    probeClass: knownClasses.has(probeClass) ? probeClass : probeClasses.other,
    capabilities: low | (high << 8),
  };
};

export const encodeInfo = ({ probeClass, capabilities }: DeviceInfo): Uint8Array =>
  Uint8Array.of(infoVersion, probeClass, capabilities & 0xff, capabilities >> 8);

// A DeviceLink that is always connected, records what is written to it, and lets a test speak as the probe.

import { capabilities, probeClasses } from "../../firmware-bridge/devices/device-info.ts";
import type {
  DeviceCommand,
  DeviceEvent,
  DeviceInfo,
  DeviceLink,
  DeviceLinkListener,
  LinkState,
  WriteOutcome,
} from "../../firmware-bridge/devices/device-link.ts";

export class RecordingLink implements DeviceLink {
  readonly deviceId: string;
  readonly name = "recording link";
  readonly info: DeviceInfo;
  readonly written: DeviceCommand[] = [];
  /** How often it had to drop what waits. */
  expirations = 0;
  state: LinkState = { kind: "connecting" };
  #listener: DeviceLinkListener | undefined;

  constructor(
    deviceId = "recording",
    info: DeviceInfo = {
      probeClass: probeClasses.armProbe,
      capabilities: capabilities.motionOut | capabilities.vibrateIn,
    },
  ) {
    this.deviceId = deviceId;
    this.info = info;
  }

  async open(listener: DeviceLinkListener): Promise<LinkState> {
    this.#listener = listener;
    this.state = { kind: "connected" };
    listener.onState(this.state);
    return this.state;
  }

  async write(command: DeviceCommand): Promise<WriteOutcome> {
    this.written.push(command);
    return { kind: "written", atMs: 0 };
  }

  expireWaiting(): void {
    this.expirations++;
  }

  async close(): Promise<void> {
    this.state = { kind: "closed" };
    this.#listener?.onState(this.state);
  }

  /** The probe sends something. */
  emit(event: DeviceEvent): void {
    this.#listener?.onEvent(event);
  }
}

// A probe without a radio: a DeviceLink that sends the messages of its load, takes commands, and needs its service time
// for both.

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
import { afterService, type ServiceOptions } from "../load/service-time.ts";

/** A band finds its gestures itself and buzzes; a sensor only sends. */
export const bandInfo: DeviceInfo = {
  probeClass: probeClasses.armProbe,
  capabilities: capabilities.motionOut | capabilities.gestureOut | capabilities.vibrateIn,
};
export const sensorInfo: DeviceInfo = {
  probeClass: probeClasses.armProbe,
  capabilities: capabilities.motionOut | capabilities.gestureOut,
};

export class SimulatedDevice implements DeviceLink {
  readonly deviceId: string;
  readonly name: string;
  readonly info: DeviceInfo;
  state: LinkState = { kind: "connecting" };
  readonly #service: ServiceOptions;
  #listener: DeviceLinkListener | undefined;

  constructor(name: string, info: DeviceInfo, service: ServiceOptions) {
    this.deviceId = name;
    this.name = name;
    this.info = info;
    this.#service = service;
  }

  async open(listener: DeviceLinkListener): Promise<LinkState> {
    this.#listener = listener;
    this.#enter({ kind: "connected" });
    return this.state;
  }

  write(_command: DeviceCommand): Promise<WriteOutcome> {
    return new Promise((resolve) =>
      afterService(this.#service, () => resolve({ kind: "written", atMs: this.#service.now() })),
    );
  }

  expireWaiting(): void {
    // Nothing waits: a write begins at once.
  }

  async close(): Promise<void> {
    this.#enter({ kind: "closed" });
  }

  emit(event: DeviceEvent): void {
    this.#listener?.onEvent(event);
  }

  #enter(state: LinkState): void {
    this.state = state;
    this.#listener?.onState(state);
  }
}

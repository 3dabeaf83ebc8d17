// A peripheral without a will of its own: a test speaks as the device, reads what was written to it, and takes it away.

import { capabilities, probeClasses } from "../../firmware-bridge/devices/device-info.ts";
import { encodeInfo } from "../../firmware-bridge/devices/earl-profile.ts";
import { FrameDecoder } from "../../firmware-bridge/frames/decode-frames.ts";
import { FrameEncoder } from "../../firmware-bridge/frames/encode-frames.ts";
import type { Central, Peripheral } from "../../firmware-bridge/simulated/peripheral.ts";

export interface ReceivedCommand {
  readonly kind: number;
  readonly payload: Uint8Array;
}

export class ScriptedPeripheral implements Peripheral {
  readonly received: ReceivedCommand[] = [];
  info = encodeInfo({
    probeClass: probeClasses.armProbe,
    capabilities: capabilities.motionOut | capabilities.vibrateIn | capabilities.rateIn,
  });
  isSilent = false;
  #isPresent = true;
  #central: Central | undefined;
  #isSubscribed = false;
  #encoder = new FrameEncoder();
  #decoder = new FrameDecoder();

  get isConnected(): boolean {
    return this.#central !== undefined;
  }

  connect(central: Central): boolean {
    if (!this.#isPresent || this.isSilent || this.#central !== undefined) return false;
    this.#central = central;
    this.#encoder = new FrameEncoder();
    this.#decoder = new FrameDecoder();
    return true;
  }

  readInfo(): Uint8Array {
    return this.info;
  }

  subscribe(): void {
    this.#isSubscribed = true;
  }

  disconnect(): void {
    this.#central = undefined;
    this.#isSubscribed = false;
  }

  writeCommand(chunk: Uint8Array): boolean {
    if (this.isSilent) return false;
    this.received.push(...this.#decoder.push(chunk));
    return true;
  }

  notify(kind: number, payload: Uint8Array): void {
    for (const frame of this.#encoder.encode(kind, payload)) this.notifyBytes(frame);
  }

  notifyBytes(chunk: Uint8Array): void {
    if (this.#isSubscribed) this.#central?.onNotify(chunk);
  }

  drop(): void {
    const central = this.#central;
    this.#isPresent = false;
    this.disconnect();
    central?.onDisconnect();
  }

  comeBack(): void {
    this.#isPresent = true;
  }
}

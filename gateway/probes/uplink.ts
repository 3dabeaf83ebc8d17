// One of my probes on its way out: numbers its messages, finds the gestures in its movement, and hands records to the
// mux. Payload bytes are passed on unchanged; they are decoded here only to react to them.
// Neighbours: own-probe.ts passes the events of the link; gateway.ts takes the records.

import { capabilities } from "../../firmware-bridge/devices/device-info.ts";
import type { DeviceEvent } from "../../firmware-bridge/devices/device-link.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import {
  type BatteryLevel,
  decodeBattery,
  decodeGesture,
  decodeMotion,
  encodeGesture,
  type MotionSample,
} from "../../firmware-bridge/frames/payloads.ts";
import { GestureDetector } from "../../firmware-bridge/gestures/gesture-detector.ts";
import { type GestureName, gestureCode, gestureName } from "../../firmware-bridge/gestures/gestures.ts";
import type { Now } from "../basics/runtime.ts";
import { TokenBucket } from "../basics/token-bucket.ts";
import { maxSequence } from "../wire/frame-types.ts";
import { type GatewayRecord, lifetimeMsOf, recordClass } from "../wire/record.ts";

/**
 * More than a person makes by hand. A faulty device that sends without end must not get its wearer's page disconnected
 * (allowance.ts).
 */
const urgentPerSecond = 10;
const urgentBurst = 20;
/** Twice the most that the rate command can ask for. */
const samplesPerSecond = 200;
const sampleBurst = 400;

export interface UplinkListener {
  onRecord(record: GatewayRecord): void;
  onMotion(sample: MotionSample): void;
  onGesture(gesture: GestureName): void;
  onBattery(level: BatteryLevel): void;
  /** A message that could not be read, or was one too many. */
  onDiscard(cause: "short-payload" | "too-many", count: number): void;
}

export interface UplinkOptions {
  readonly probeIndex: number;
  /** Bits of docs/protocol.md §1.1; asked each time, because they are known only once the probe is connected. */
  readonly capabilities: () => number;
  readonly now: Now;
  readonly listener: UplinkListener;
}

export class Uplink {
  readonly #options: UplinkOptions;
  readonly #detector = new GestureDetector();
  /** As the probe reported it. */
  #lastBattery: Uint8Array | undefined;
  #sequence = 0;
  readonly #urgent: TokenBucket;
  readonly #samples: TokenBucket;

  constructor(options: UplinkOptions) {
    this.#options = options;
    const { now } = options;
    this.#urgent = new TokenBucket({ capacity: urgentBurst, refillPerSecond: urgentPerSecond, now });
    this.#samples = new TokenBucket({ capacity: sampleBurst, refillPerSecond: samplesPerSecond, now });
  }

  event({ kind, payload, receivedAtMs }: DeviceEvent): void {
    const bucket = recordClass(kind) === "urgent" ? this.#urgent : this.#samples;
    if (!bucket.take()) return this.#options.listener.onDiscard("too-many", 1);
    switch (kind) {
      case kinds.ack:
        return; // Between the probe and its own gateway only.
      case kinds.motion:
        return this.#motion(payload, receivedAtMs);
      case kinds.gesture:
        return this.#gesture(payload, receivedAtMs);
      case kinds.battery:
        return this.#battery(payload, receivedAtMs);
      default:
        this.#send(kind, payload, receivedAtMs);
    }
  }

  /** The probe's last battery report again, for a peer that came later; undefined before the first one. */
  batteryAgain(): GatewayRecord | undefined {
    return this.#lastBattery && this.#recordOf(kinds.battery, this.#lastBattery, this.#options.now());
  }

  #motion(payload: Uint8Array, receivedAtMs: number): void {
    const sample = decodeMotion(payload);
    if (sample === undefined) return this.#refuse();
    this.#send(kinds.motion, payload, receivedAtMs);
    this.#options.listener.onMotion(sample);
    if (this.#options.capabilities() & capabilities.gestureOut) return; // The probe finds its gestures itself.
    const detected = this.#detector.push(sample);
    if (detected === undefined) return;
    const found = encodeGesture({ gesture: gestureCode(detected.gesture), intensity: detected.intensity });
    this.#send(kinds.gesture, found, receivedAtMs);
    this.#options.listener.onGesture(detected.gesture);
  }

  #gesture(payload: Uint8Array, receivedAtMs: number): void {
    const decoded = decodeGesture(payload);
    if (decoded === undefined) return this.#refuse();
    this.#send(kinds.gesture, payload, receivedAtMs);
    const name = gestureName(decoded.gesture);
    if (name !== undefined) this.#options.listener.onGesture(name);
  }

  #battery(payload: Uint8Array, receivedAtMs: number): void {
    const level = decodeBattery(payload);
    if (level === undefined) return this.#refuse();
    this.#lastBattery = payload.slice();
    this.#send(kinds.battery, payload, receivedAtMs);
    this.#options.listener.onBattery(level);
  }

  #refuse(): void {
    this.#options.listener.onDiscard("short-payload", 1);
  }

  #send(kind: number, payload: Uint8Array, receivedAtMs: number): void {
    this.#options.listener.onRecord(this.#recordOf(kind, payload, receivedAtMs));
  }

  #recordOf(kind: number, payload: Uint8Array, atMs: number): GatewayRecord {
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) % (maxSequence + 1);
    const { probeIndex: probe } = this.#options;
    return { probe, kind, sequence, timeUs: Math.round(atMs * 1000), lifetimeMs: lifetimeMsOf(kind), payload };
  }
}

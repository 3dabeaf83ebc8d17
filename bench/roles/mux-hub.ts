// The page under test on the way out: N wearables notify it, and one receiver gets what it sends on. It has the
// product's links (GattLink on a fake radio), probes and mux, joined as in gateway.ts. It is not a gateway, because a
// gateway has at most sixteen probes, and the thesis had 49.

import type { DriverSession } from "../../firmware-bridge/devices/device-driver.ts";
import { earlDriver } from "../../firmware-bridge/devices/earl-driver.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { OwnProbe } from "../../gateway/probes/own-probe.ts";
import { VibrationBudgets } from "../../gateway/probes/vibration-budgets.ts";
import { defaultWearerLimits } from "../../gateway/probes/wearer-limits.ts";
import { Ledger } from "../../gateway/records/ledger.ts";
import { type Flush, Mux } from "../../gateway/records/mux.ts";
import { defaultWindowMs } from "../../gateway/wire/record.ts";
import { noServiceTime } from "../load/service-time.ts";
import type { Message } from "../load/workload.ts";
import { FakeGatt } from "../members/fake-gatt.ts";
import type { BenchMember, Platform } from "../members/member.ts";
import { bandInfo } from "../members/simulated-device.ts";
import type { SliceLog } from "../members/slice.ts";
import type { Tap } from "../members/tap.ts";
import { frameTypes, type Outgoing } from "../modes/mode.ts";
import { outgoingOf } from "./outgoing.ts";
import { decodeNotification, type Notification, tagAggregate } from "./radio.ts";
import type { Role } from "./role.ts";

const receiverId = "receiver";

export interface MuxHubOptions {
  readonly member: BenchMember;
  readonly platform: Platform;
  readonly devices: number;
  readonly receiver: () => string;
}

export class MuxHub implements Role {
  readonly #options: MuxHubOptions;
  readonly #mux: Mux;
  readonly #gatts: FakeGatt[] = [];
  /** The other modes read the same frames with this. */
  readonly #decoders: DriverSession[] = [];
  #log: SliceLog | undefined;
  #outgoing: Outgoing | undefined;

  constructor(options: MuxHubOptions) {
    this.#options = options;
    const { now, schedule } = options.platform;
    this.#mux = new Mux({
      now,
      schedule,
      windowMs: defaultWindowMs,
      observer: { onFlush: (flush) => this.#flushed(flush) },
    });
    options.member.listen({
      onBenchMessage: (message) => {
        if (message[1] !== frameTypes.notification) return;
        const notification = decodeNotification(message);
        if (notification !== undefined) this.#notified(notification);
      },
      onEvent: () => undefined,
      onRecord: () => undefined,
      onFlush: () => undefined,
    });
  }

  async open(): Promise<void> {
    const { platform, devices } = this.#options;
    const budgets = new VibrationBudgets(platform);
    for (let i = 0; i < devices; i++) {
      const gatt = new FakeGatt({
        ...platform,
        name: `device ${i}`,
        info: bandInfo,
        service: { ...platform, service: noServiceTime },
        onWrite: () => undefined,
        currentCause: () => undefined,
      });
      this.#gatts.push(gatt);
      this.#decoders.push(earlDriver.startSession());
      const probe = new OwnProbe({
        index: i + 1,
        link: gatt.link,
        limits: defaultWearerLimits,
        budget: budgets.of(gatt.link.deviceId),
        now: platform.now,
        listener: {
          onChange: () => undefined,
          onRecord: (record) => this.#mux.announce(record),
          onMotion: () => undefined,
          onGesture: () => undefined,
        },
        observer: undefined,
      });
      await probe.open();
    }
  }

  messages(): readonly Message[] {
    return [];
  }

  begin(log: SliceLog): () => void {
    const { member, receiver, platform } = this.#options;
    const tap = member.tapTo(receiver());
    this.#log = log;
    if (tap === undefined) return () => undefined;
    if (log.spec.mode === "earl-mesh") this.#connect(tap, log.spec.windowMs);
    this.#outgoing = outgoingOf(log.spec, { platform, taps: () => [tap], meter: log.outgoing });
    return () => {
      this.#mux.removePeer(receiverId);
      this.#outgoing?.stop();
      this.#outgoing = undefined;
      this.#log = undefined;
    };
  }

  say(): void {
    // Its wearables send.
  }

  #connect(tap: Tap, windowMs: number): void {
    this.#mux.setWindowMs(windowMs);
    const port = {
      send: (message: Uint8Array) => tap.send(tagAggregate(message)),
      bufferedBytes: () => tap.bufferedBytes(),
    };
    this.#mux.addPeer(receiverId, port, new Ledger());
    this.#mux.setInterest(receiverId, [{ probe: 0, minIntervalMs: 0 }]);
  }

  #notified({ device, kind, mark, chunk }: Notification): void {
    const log = this.#log;
    if (log === undefined || mark.slice !== log.spec.id) return;
    const { mode } = log.spec;
    const outgoing = this.#outgoing;
    if (mode === "earl-mesh") log.outgoing.takeIn(() => this.#gatts[device]?.notify(chunk));
    else if (mode === "floor") {
      log.outgoing.takeIn(() => outgoing?.notify({ probe: device, kind, payload: chunk })); // Nobody reads it.
    } else {
      log.outgoing.takeIn(() =>
        this.#decoders[device]?.read(chunk, 0, {
          onEvent: (event) =>
            outgoing?.notify({
              probe: device,
              kind: event.kind === kinds.gesture ? "gesture" : "sample",
              payload: event.payload,
            }),
          onDiscard: () => undefined,
        }),
      );
    }
  }

  #flushed({ reason, records, processingMs }: Flush): void {
    const log = this.#log;
    if (log === undefined) return;
    // Nothing is meant to wait here but for a window.
    const lateMs = reason === "window" ? log.outgoing.waitedMs() - this.#mux.windowMs : 0;
    log.outgoing.left(records.length, Math.max(lateMs, processingMs), processingMs);
  }
}

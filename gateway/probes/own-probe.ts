// One of my probes: its link, its way out (uplink) and its way in (downlink), and what the page shows of it.

import type { DeviceLink, LinkState } from "../../firmware-bridge/devices/device-link.ts";
import type { BatteryLevel, MotionSample } from "../../firmware-bridge/frames/payloads.ts";
import type { GestureName } from "../../firmware-bridge/gestures/gestures.ts";
import { CauseCounts } from "../basics/cause-counts.ts";
import type { Now } from "../basics/runtime.ts";
import type { GatewayRecord } from "../wire/record.ts";
import { Downlink } from "./downlink.ts";
import { MotionRate } from "./motion-rate.ts";
import type { ProbeObserver } from "./probe-observer.ts";
import { Uplink } from "./uplink.ts";
import type { VibrationBudget } from "./vibration-budget.ts";
import type { WearerLimits } from "./wearer-limits.ts";

export interface OwnProbeListener {
  /** Link state, capabilities or battery. */
  onChange(): void;
  onRecord(record: GatewayRecord): void;
  onMotion(sample: MotionSample): void;
  onGesture(gesture: GestureName): void;
}

export interface OwnProbeOptions {
  readonly index: number;
  readonly link: DeviceLink;
  readonly limits: WearerLimits;
  readonly budget: VibrationBudget;
  readonly now: Now;
  readonly listener: OwnProbeListener;
  readonly observer: ProbeObserver | undefined;
}

export class OwnProbe {
  readonly index: number;
  readonly link: DeviceLink;
  readonly uplink: Uplink;
  readonly downlink: Downlink;
  readonly motionRate: MotionRate;
  readonly #discarded = new CauseCounts<string>();
  battery: BatteryLevel | undefined;
  #listener: OwnProbeListener;
  #observer: ProbeObserver | undefined;

  constructor({ index, link, limits, budget, now, listener, observer }: OwnProbeOptions) {
    this.index = index;
    this.link = link;
    this.#listener = listener;
    this.#observer = observer;
    this.downlink = new Downlink({ link, limits, budget, now, observer });
    this.motionRate = new MotionRate(link, now);
    this.uplink = new Uplink({
      probeIndex: index,
      capabilities: () => link.info.capabilities,
      now,
      listener: {
        onRecord: (record) => this.#listener.onRecord(record),
        onMotion: (sample) => {
          this.motionRate.sample(sample.clockMs);
          this.#listener.onMotion(sample);
        },
        onGesture: (gesture) => this.#listener.onGesture(gesture),
        onBattery: (level) => {
          this.battery = level;
          this.#listener.onChange();
        },
        onDiscard: (cause, count) => this.#discard(cause, count),
      },
    });
  }

  /** Bytes and frames from the probe that could not be read, by cause. */
  get discarded(): ReadonlyMap<string, number> {
    return this.#discarded.byCause;
  }

  get isConnected(): boolean {
    return this.link.state.kind === "connected";
  }

  /** Another gateway takes the probe over, with its link as it is. */
  moveTo(listener: OwnProbeListener, observer: ProbeObserver | undefined): void {
    this.#listener = listener;
    this.#observer = observer;
    this.downlink.observer = observer;
    observer?.onState(this.link.state);
  }

  /** Resolves with the first state that is connected or closed. */
  open(): Promise<LinkState> {
    return this.link.open({
      onState: (state) => {
        this.#observer?.onState(state);
        if (state.kind === "connected") this.motionRate.connected();
        this.#listener.onChange();
      },
      onEvent: (event) => {
        this.#observer?.onMessage();
        this.uplink.event(event);
      },
      onDiscard: (cause, count) => this.#discard(cause, count),
    });
  }

  #discard(cause: string, count: number): void {
    this.#discarded.count(cause, count);
  }
}

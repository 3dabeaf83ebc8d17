// A phone whose wearer makes gestures as often as its load says. Each gesture should reach the band of another phone,
// through the page under test.

import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { encodeGesture } from "../../firmware-bridge/frames/payloads.ts";
import { gestureCode } from "../../firmware-bridge/gestures/gestures.ts";
import { type Mark, makePayload, markBytes } from "../load/payload.ts";
import { noServiceTime } from "../load/service-time.ts";
import { type Message, messagesOf } from "../load/workload.ts";
import type { BenchMember, Platform } from "../members/member.ts";
import { bandInfo, SimulatedDevice } from "../members/simulated-device.ts";
import type { SliceLog } from "../members/slice.ts";
import type { Tap } from "../members/tap.ts";
import type { Outgoing } from "../modes/mode.ts";
import { noMeter, outgoingOf } from "./outgoing.ts";
import type { Role } from "./role.ts";

const gesturePayload = encodeGesture({ gesture: gestureCode("tap"), intensity: 200 });

export class Waver implements Role {
  readonly #member: BenchMember;
  readonly #platform: Platform;
  readonly #index: number;
  readonly #hub: string;
  readonly #device: SimulatedDevice;
  #log: SliceLog | undefined;
  #outgoing: Outgoing | undefined;

  constructor(member: BenchMember, platform: Platform, index: number, hub: string) {
    this.#member = member;
    this.#platform = platform;
    this.#index = index;
    this.#hub = hub;
    this.#device = new SimulatedDevice("arm", bandInfo, { ...platform, service: noServiceTime });
  }

  async open(): Promise<void> {
    await this.#member.session.gateway.addProbe(this.#device, "arm")?.open();
  }

  /** Its samples are its gestures. */
  messages({ spec }: SliceLog): readonly Message[] {
    return messagesOf({ ...spec.load, gesturesPerMinute: 0 }, this.#index, 1, spec.seconds);
  }

  begin(log: SliceLog): () => void {
    this.#log = log;
    this.#outgoing = outgoingOf(log.spec, { platform: this.#platform, taps: () => this.#toHub(), meter: noMeter });
    return () => {
      this.#outgoing?.stop();
      this.#outgoing = undefined;
      this.#log = undefined;
    };
  }

  say(_message: Message, mark: Mark): void {
    this.#log?.expect(1);
    if (this.#outgoing === undefined) {
      const receivedAtMs = mark.dueMs - this.#platform.offsetMs();
      this.#device.emit({ kind: kinds.gesture, payload: gesturePayload, receivedAtMs });
    } else {
      this.#outgoing.sendNow([{ probe: 1, kind: "gesture", payload: makePayload(markBytes, mark) }]);
    }
  }

  #toHub(): readonly Tap[] {
    const tap = this.#member.tapTo(this.#hub);
    return tap === undefined ? [] : [tap];
  }
}

// The wearables of one phone in a scenario with one gateway: their notifications go over a DataChannel, as by radio, to
// the page under test. This is the same in every mode.
import { FrameEncoder } from "../../firmware-bridge/frames/encode-frames.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { encodeGesture } from "../../firmware-bridge/frames/payloads.ts";
import { gestureCode } from "../../firmware-bridge/gestures/gestures.ts";
import { type Mark, makePayload } from "../load/payload.ts";
import { type Message, messagesOf } from "../load/workload.ts";
import type { BenchMember } from "../members/member.ts";
import type { SliceLog } from "../members/slice.ts";
import { encodeNotification } from "./radio.ts";
import type { Role } from "./role.ts";

const gesturePayload = encodeGesture({ gesture: gestureCode("wave"), intensity: 200 });

export class Device implements Role {
  readonly #member: BenchMember;
  readonly #index: number;
  readonly #hub: string;
  readonly #frames = new FrameEncoder();
  #log: SliceLog | undefined;

  constructor(member: BenchMember, index: number, hub: string) {
    this.#member = member;
    this.#index = index;
    this.#hub = hub;
  }

  async open(): Promise<void> {
    // It has no probes: it is one itself.
  }

  messages({ spec }: SliceLog): readonly Message[] {
    return messagesOf(spec.load, this.#index, 1, spec.seconds);
  }

  begin(log: SliceLog): () => void {
    this.#log = log;
    return () => {
      this.#log = undefined;
    };
  }

  say({ kind, bytes }: Message, mark: Mark): void {
    this.#log?.expect(1);
    const isGesture = kind === "gesture";
    const frames = isGesture
      ? this.#frames.encode(kinds.gesture, gesturePayload)
      : this.#frames.encode(kinds.opaque, makePayload(bytes, mark));
    this.#member.tapTo(this.#hub)?.send(encodeNotification(this.#index, kind, mark, frames));
  }
}

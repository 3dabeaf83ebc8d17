// A phone that sends aggregates of ten commands to the page under test, one for each of that page's bands, as often as
// its load says.
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { encodeVibration } from "../../firmware-bridge/frames/payloads.ts";
import { encodeCommandTarget } from "../../gateway/wire/command-payload.ts";
import { encodeMessage } from "../../gateway/wire/encode-message.ts";
import { effectLifetimeMs, type GatewayRecord } from "../../gateway/wire/record.ts";
import { type Mark, makePayload, markBytes } from "../load/payload.ts";
import { type Message, messagesOf } from "../load/workload.ts";
import type { BenchMember, Platform } from "../members/member.ts";
import type { SliceLog } from "../members/slice.ts";
import type { Tap } from "../members/tap.ts";
import type { BleMessage, Outgoing } from "../modes/mode.ts";
import { noMeter, outgoingOf } from "./outgoing.ts";
import type { Role } from "./role.ts";

/** As in the thesis: aggregates of ten are split to ten outputs. */
export const outputs = 10;

export const commandVibration = { strengthPercent: 100, durationsMs: [150] };
const vibration = encodeVibration(commandVibration);

export class Commander implements Role {
  readonly #member: BenchMember;
  readonly #platform: Platform;
  readonly #index: number;
  readonly #hub: string;
  #log: SliceLog | undefined;
  #outgoing: Outgoing | undefined;
  #sequence = 0;

  constructor(member: BenchMember, platform: Platform, index: number, hub: string) {
    this.#member = member;
    this.#platform = platform;
    this.#index = index;
    this.#hub = hub;
  }

  async open(): Promise<void> {
    // It has no probes: it commands the bands of another.
  }

  /** One probe's samples are the moments at which it sends. */
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
    this.#log?.expect(outputs);
    const targets = Array.from({ length: outputs }, (_, i) => i + 1);
    if (this.#outgoing === undefined) {
      const records = targets.map((target) => this.#record(target, mark.dueMs));
      const message = encodeMessage([{ type: "aggregate", rosterVersion: 1, records }]);
      this.#member.tapTo(this.#hub)?.send(message);
    } else {
      const messages = targets.map(
        (probe): BleMessage => ({ probe, kind: "gesture", payload: makePayload(markBytes, mark) }),
      );
      this.#outgoing.sendNow(messages);
    }
  }

  /** A command is the gateway's own: probe 0. The gateway sends no others, so the numbers can be chosen here. */
  #record(target: number, dueMs: number): GatewayRecord {
    return {
      probe: 0,
      kind: kinds.vibrate,
      sequence: this.#sequence++,
      timeUs: Math.round((dueMs - this.#platform.offsetMs()) * 1000),
      lifetimeMs: effectLifetimeMs,
      payload: encodeCommandTarget(target, vibration),
    };
  }

  #toHub(): readonly Tap[] {
    const tap = this.#member.tapTo(this.#hub);
    return tap === undefined ? [] : [tap];
  }
}

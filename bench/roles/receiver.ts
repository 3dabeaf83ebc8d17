// The far end of a scenario with one gateway: counts what comes out of the page under test, in whichever form the mode
// gives it.
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { decodeMessage } from "../../gateway/wire/decode-message.ts";
import { readMark } from "../load/payload.ts";
import type { Message } from "../load/workload.ts";
import type { BenchMember } from "../members/member.ts";
import type { SliceLog } from "../members/slice.ts";
import { rivalOf } from "../modes/modes.ts";
import { decodeDeviceWrite, untagAggregate } from "./radio.ts";
import type { Role } from "./role.ts";

export class Receiver implements Role {
  #log: SliceLog | undefined;
  readonly #hubOffsetMs: () => number;

  /** @param hubOffsetMs the machine's clock minus that of the page under test */
  constructor(member: BenchMember, hubOffsetMs: () => number) {
    this.#hubOffsetMs = hubOffsetMs;
    member.listen({
      onBenchMessage: (message) => this.#came(message),
      onEvent: () => undefined,
      onRecord: () => undefined,
      onFlush: () => undefined,
    });
  }

  async open(): Promise<void> {
    // It has no probes.
  }

  messages(): readonly Message[] {
    return [];
  }

  begin(log: SliceLog): () => void {
    this.#log = log;
    return () => {
      this.#log = undefined;
    };
  }

  say(): void {
    // It only listens.
  }

  #came(message: Uint8Array): void {
    const log = this.#log;
    if (log === undefined) return;
    const write = decodeDeviceWrite(message);
    const aggregate = untagAggregate(message);
    if (write !== undefined) log.arrived({ kind: "gesture", count: 1, ...write });
    else if (aggregate !== undefined) this.#aggregateCame(aggregate, log);
    else rivalOf(message)?.incoming(message, (arrival) => log.arrived(arrival));
  }

  #aggregateCame(message: Uint8Array, log: SliceLog): void {
    const decoded = decodeMessage(message);
    if ("malformed" in decoded) return;
    for (const frame of decoded.frames) {
      if (frame.type !== "aggregate") continue;
      for (const { kind, payload, timeUs } of frame.records) {
        const mark = kind === kinds.gesture ? undefined : readMark(payload);
        if (mark !== undefined) log.arrived({ kind: "sample", count: 1, ...mark });
        // A gesture is too small for a mark: its record's time is when the page was notified.
        else if (kind === kinds.gesture) this.#gestureCame(timeUs / 1000 + this.#hubOffsetMs(), log);
      }
    }
  }

  #gestureCame(dueMs: number, log: SliceLog): void {
    if (log.covers(dueMs)) log.arrived({ kind: "gesture", dueMs, slice: log.spec.id, count: 1 });
  }
}

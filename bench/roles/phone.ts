// A phone of a full mesh with its probes: sends its load to all others, and receives the load of all others.

import { capabilities } from "../../firmware-bridge/devices/device-info.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { encodeGesture } from "../../firmware-bridge/frames/payloads.ts";
import { gestureCode } from "../../firmware-bridge/gestures/gestures.ts";
import type { Gateway } from "../../gateway/gateway.ts";
import type { Peer } from "../../gateway/peers/peer.ts";
import { sumOf } from "../../gateway/records/ledger.ts";
import type { Flush } from "../../gateway/records/mux.ts";
import type { GatewayRecord } from "../../gateway/wire/record.ts";
import { type Mark, makePayload, readMark } from "../load/payload.ts";
import type { ServiceTime } from "../load/service-time.ts";
import { type Message, messagesOf } from "../load/workload.ts";
import type { BenchMember, Platform } from "../members/member.ts";
import { bandInfo, SimulatedDevice, sensorInfo } from "../members/simulated-device.ts";
import type { Accounts, SliceLog } from "../members/slice.ts";
import type { Outgoing } from "../modes/mode.ts";
import { rivalOf } from "../modes/modes.ts";
import { outgoingOf } from "./outgoing.ts";
import type { Role } from "./role.ts";

const gesturePayload = encodeGesture({ gesture: gestureCode("wave"), intensity: 200 });

export interface PhoneOptions {
  readonly member: BenchMember;
  readonly platform: Platform;
  /** Its place in the load, from 0. */
  readonly index: number;
  readonly probes: number;
  readonly service: ServiceTime;
  /** The machine's clock minus the clock of that session's process. */
  readonly offsetOf: (sessionId: string) => number;
  /** Whether all others ask for its samples. */
  readonly watches: boolean;
}

export class Phone implements Role {
  readonly #options: PhoneOptions;
  readonly #devices: SimulatedDevice[] = [];
  #log: SliceLog | undefined;
  #outgoing: Outgoing | undefined;
  /** The gesture that is being delivered, by its sender's mark. */
  #gestureDueMs = 0;

  constructor(options: PhoneOptions) {
    this.#options = options;
    options.member.listen({
      onBenchMessage: (message) => rivalOf(message)?.incoming(message, (arrival) => this.#log?.arrived(arrival)),
      onEvent: (event) => {
        if (event.kind === "peer-record") this.#sampleCame(event.record);
        else if (event.kind === "peer-gesture") this.#gestureCame();
        // Not while a slice is measured: the bench would go through all peers with every pong.
        else if (event.kind === "peers-changed" && options.watches && this.#log === undefined) this.#watchAll();
      },
      onRecord: (peer, record) => this.#recordCame(peer, record),
      onFlush: (flush) => this.#flushed(flush),
    });
  }

  async open(): Promise<void> {
    const { member, probes, platform, service } = this.#options;
    for (let i = 1; i <= probes; i++) {
      const info = i === 1 ? bandInfo : sensorInfo;
      const device = new SimulatedDevice(`probe ${i}`, info, { ...platform, service });
      this.#devices.push(device);
      await member.session.gateway.addProbe(device, device.name)?.open();
    }
  }

  acquainted(): number {
    const { member, probes, watches } = this.#options;
    const isKnown = (peer: Peer): boolean =>
      peer.probes.length >= probes && (!watches || peer.probes.every(({ index }) => peer.wants(index)));
    return member.session.gateway.peers.filter(isKnown).length;
  }

  messages({ spec }: SliceLog): readonly Message[] {
    return messagesOf(spec.load, this.#options.index, this.#options.probes, spec.seconds);
  }

  begin(log: SliceLog): () => void {
    const { member, platform } = this.#options;
    this.#log = log;
    if (log.spec.mode === "earl-mesh") {
      const { gateway } = member.session;
      gateway.setWindowMs(log.spec.windowMs);
      log.accountFrom(notDelivered(gateway));
    }
    this.#outgoing = outgoingOf(log.spec, { platform, taps: () => member.taps(), meter: log.outgoing });
    return () => {
      this.#outgoing?.stop();
      this.#outgoing = undefined;
      this.#log = undefined;
    };
  }

  say({ probe, kind, bytes }: Message, mark: Mark): void {
    const log = this.#log;
    if (log === undefined) return;
    log.expect(log.spec.members - 1);
    const outgoing = this.#outgoing;
    if (outgoing !== undefined) {
      log.outgoing.takeIn(() => outgoing.notify({ probe, kind, payload: makePayload(bytes, mark) }));
      return;
    }
    const isGesture = kind === "gesture";
    const event = {
      kind: isGesture ? kinds.gesture : kinds.opaque,
      payload: isGesture ? gesturePayload : makePayload(bytes, mark),
      receivedAtMs: mark.dueMs - this.#options.platform.offsetMs(),
    };
    log.outgoing.takeIn(() => this.#devices[probe - 1]?.emit(event));
  }

  /** Asks all others for every sample, as an open view of the whole room does. */
  #watchAll(): void {
    const { gateway } = this.#options.member.session;
    for (const peer of gateway.peers) {
      for (const { index, capabilities: can } of peer.probes) {
        if ((can & capabilities.motionOut) !== 0 && !peer.wants(index)) gateway.watch(peer.gatewayId, index, 0);
      }
    }
  }

  #sampleCame({ payload }: GatewayRecord): void {
    const mark = readMark(payload);
    if (mark !== undefined) this.#log?.arrived({ kind: "sample", count: 1, ...mark });
  }

  #recordCame(peer: Peer, { kind, timeUs }: GatewayRecord): void {
    if (kind === kinds.gesture) this.#gestureDueMs = timeUs / 1000 + this.#options.offsetOf(peer.sessionId);
  }

  #gestureCame(): void {
    const log = this.#log;
    if (log?.covers(this.#gestureDueMs)) {
      log.arrived({ kind: "gesture", dueMs: this.#gestureDueMs, slice: log.spec.id, count: 1 });
    }
  }

  #flushed({ reason, records, processingMs }: Flush): void {
    const log = this.#log;
    if (log?.spec.mode !== "earl-mesh") return;
    const { member } = this.#options;
    // Nothing is meant to wait here but for a window.
    const lateMs = reason === "window" ? log.outgoing.waitedMs() - member.session.gateway.windowMs : 0;
    log.outgoing.left(records.length, Math.max(lateMs, processingMs), processingMs);
  }
}

/**
 * What this gateway did not send, and what it did not pass on, from now on; each record is counted at one end alone.
 */
const notDelivered = (gateway: Gateway): (() => Accounts) => {
  const before = gateway.traffic();
  return () => {
    const { droppedBeforeSend, late, dropped } = gateway.traffic();
    return {
      "dropped before sending": sumOf(droppedBeforeSend) - sumOf(before.droppedBeforeSend),
      late: late - before.late,
      "dropped on arrival": sumOf(dropped) - sumOf(before.dropped),
    };
  };
};

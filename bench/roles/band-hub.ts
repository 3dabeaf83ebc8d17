// The page under test on the way in: the messages of its peers end at its bands, through the product's own gateway
// (demux, rules, limits) and links (GattQueue on a fake radio). If the bands are in another process, the write goes on
// over a second DataChannel, as by radio.
import { FrameEncoder } from "../../firmware-bridge/frames/encode-frames.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { encodeVibration } from "../../firmware-bridge/frames/payloads.ts";
import type { Peer } from "../../gateway/peers/peer.ts";
import type { GatewayRecord } from "../../gateway/wire/record.ts";
import type { ServiceTime } from "../load/service-time.ts";
import type { Message } from "../load/workload.ts";
import { FakeGatt, type WriteCause } from "../members/fake-gatt.ts";
import type { BenchMember, Platform } from "../members/member.ts";
import { bandInfo } from "../members/simulated-device.ts";
import type { SliceLog } from "../members/slice.ts";
import type { Arrival } from "../modes/mode.ts";
import { rivalOf } from "../modes/modes.ts";
import { commandVibration } from "./commander.ts";
import { encodeDeviceWrite } from "./radio.ts";
import type { Role } from "./role.ts";

export interface BandHubOptions {
  readonly member: BenchMember;
  readonly platform: Platform;
  readonly bands: number;
  readonly service: ServiceTime;
  /** Where the bands are; undefined: here, and a write has arrived when the radio has it. */
  readonly farBand: (() => string) | undefined;
  readonly offsetOf: (sessionId: string) => number;
}

export class BandHub implements Role {
  readonly #options: BandHubOptions;
  readonly #bands: FakeGatt[] = [];
  readonly #encoders: FrameEncoder[] = [];
  readonly #payload = encodeVibration(commandVibration);
  readonly #readyMade = new FrameEncoder().encode(kinds.vibrate, this.#payload)[0] ?? new Uint8Array();
  #log: SliceLog | undefined;
  #cause: WriteCause | undefined;

  constructor(options: BandHubOptions) {
    this.#options = options;
    options.member.listen({
      onBenchMessage: (message) => rivalOf(message)?.incoming(message, (arrival) => this.#arrived(arrival)),
      onEvent: (event) => {
        if (event.kind === "response" && event.response !== "written") this.#log?.account(event.response);
      },
      onRecord: (peer, record) => this.#recordCame(peer, record),
      onFlush: () => undefined,
    });
  }

  async open(): Promise<void> {
    const { member, platform, bands, service } = this.#options;
    for (let i = 1; i <= bands; i++) {
      const band = new FakeGatt({
        ...platform,
        name: `band ${i}`,
        info: bandInfo,
        service: { ...platform, service },
        onWrite: (chunk, cause) => this.#written(chunk, cause),
        currentCause: () => this.#cause,
      });
      this.#bands.push(band);
      this.#encoders.push(new FrameEncoder());
      await member.session.gateway.addProbe(band.link, `band ${i}`)?.open();
    }
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
    // It sends nothing: others send to its bands.
  }

  /** Called right before the product does what the record asks for. */
  #recordCame(peer: Peer, { timeUs }: GatewayRecord): void {
    const log = this.#log;
    const dueMs = timeUs / 1000 + this.#options.offsetOf(peer.sessionId);
    const isOfSlice = log?.spec.mode === "earl-mesh" && log.covers(dueMs);
    this.#cause = isOfSlice ? { dueMs, slice: log.spec.id, arrivedAtMs: this.#options.member.arrivedAtMs } : undefined;
  }

  /** A message of another mode than the product. */
  #arrived({ dueMs, slice, probe, count }: Arrival): void {
    const cause = { dueMs, slice, arrivedAtMs: this.#options.member.arrivedAtMs };
    if (probe === undefined) {
      for (let i = 0; i < count; i++) this.#bands[i % this.#bands.length]?.writeRaw(this.#readyMade, cause);
      return;
    }
    const i = (probe - 1) % this.#bands.length;
    for (const chunk of this.#encoders[i]?.encode(kinds.vibrate, this.#payload) ?? [])
      this.#bands[i]?.writeDirectly(chunk, cause);
  }

  #written(chunk: Uint8Array, cause: WriteCause | undefined): void {
    const log = this.#log;
    if (log === undefined || cause === undefined || cause.slice !== log.spec.id) return;
    const { farBand, member, platform } = this.#options;
    if (farBand === undefined) log.arrived({ kind: "gesture", count: 1, ...cause });
    else member.tapTo(farBand())?.send(encodeDeviceWrite(cause, chunk));
    log.incoming.record(platform.now() - cause.arrivedAtMs);
  }
}

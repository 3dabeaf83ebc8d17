// The members that live in one process, native or page, and the commands to them: join, prepare, play a slice, leave. A
// process of the bench runs nothing more; worker.ts and page/main.ts bring the commands.
import { fromBase64url } from "../../gateway/basics/base64url.ts";
import { deriveRoom } from "../../gateway/wire/room-key.ts";
import { clocks, now, schedule } from "../../web/platform/timers.ts";
import { webCrypto } from "../../web/platform/web-crypto.ts";
import type { ServiceTime } from "../load/service-time.ts";
import type { Message } from "../load/workload.ts";
import { BenchMember, type Platform, type Topology } from "../members/member.ts";
import { SliceLog, type SliceProgress, type SliceResult, type SliceSpec } from "../members/slice.ts";
import { Tally } from "../meters/tally.ts";
import { BandHub } from "./band-hub.ts";
import { Commander } from "./commander.ts";
import { Device } from "./device.ts";
import { MuxHub } from "./mux-hub.ts";
import { Phone } from "./phone.ts";
import { Receiver } from "./receiver.ts";
import type { Role } from "./role.ts";
import { Waver } from "./waver.ts";

export type RoleSpec =
  | { readonly kind: "phone"; readonly probes: number; readonly watches: boolean }
  | { readonly kind: "device" | "commander" | "waver" }
  | { readonly kind: "receiver" }
  | { readonly kind: "mux-hub"; readonly devices: number }
  | { readonly kind: "band-hub"; readonly bands: number; readonly isFar: boolean };

export interface MemberSpec {
  /** Its place in the load, from 0. */
  readonly index: number;
  readonly name: string;
  readonly topology: Topology;
  readonly roles: readonly RoleSpec[];
  readonly service: ServiceTime;
  readonly hasFigures: boolean;
}

export interface JoinSpec {
  readonly origin: string;
  /** As in an invite. */
  readonly roomKey: string;
  readonly members: readonly MemberSpec[];
}

/** What each member has to know about the others before the first slice. */
export interface RoomPlan {
  /** The machine's clock minus the clock of the session's process. */
  readonly offsetsMs: Readonly<Record<string, number>>;
  /** Session ids of the members that have a part of their own. */
  readonly hub: string | undefined;
  readonly receiver: string | undefined;
}

/** A browser's WebRTC, or native WebRTC. */
export type WebRtc = Pick<Platform, "Peer" | "RTCPeerConnection">;

interface Cast {
  readonly member: BenchMember;
  readonly roles: readonly Role[];
}

/** How often the lag of the event loop is measured. */
const lagBeatMs = 20;

export class Crew {
  readonly #webRtc: WebRtc;
  readonly #cast: Cast[] = [];
  #offsetMs = 0;
  #log: SliceLog | undefined;
  /** Each ends a role in that slice. */
  #stops: (() => void)[] = [];
  /** Ends the grace of the slice; undefined until that has begun. */
  #cutGrace: (() => void) | undefined;
  #plan: RoomPlan = { offsetsMs: {}, hub: undefined, receiver: undefined };

  constructor(webRtc: WebRtc) {
    this.#webRtc = webRtc;
  }

  /** @param offsetMs the machine's clock minus this process's */
  set offsetMs(offsetMs: number) {
    this.#offsetMs = offsetMs;
  }

  /** They join all at once; resolves with their session ids, before they are connected to each other. */
  async join({ origin, roomKey, members }: JoinSpec): Promise<readonly string[]> {
    const key = fromBase64url(roomKey);
    if (key === undefined) throw new Error("not a room key");
    const room = await deriveRoom(webCrypto, key);
    const platform: Platform = {
      ...this.#webRtc,
      origin,
      ...clocks,
      schedule,
      random: Math.random,
      crypto: webCrypto,
      offsetMs: () => this.#offsetMs,
    };
    const joined = await Promise.all(
      members.map(async (spec): Promise<Cast> => {
        const { name, topology, hasFigures } = spec;
        const member = await BenchMember.join({ platform, room, name, topology, hasFigures });
        const roles = spec.roles.map((role) => this.#role(role, member, platform, spec));
        for (const role of roles) await role.open();
        return { member, roles };
      }),
    );
    this.#cast.push(...joined);
    return joined.map(({ member }) => member.session.sessionId);
  }

  /** To how many peers each of them is connected, and knows them as well as its role needs. */
  connected(): readonly number[] {
    return this.#cast.map(({ member, roles }) =>
      Math.min(member.connected, ...roles.map((role) => role.acquainted?.() ?? Number.POSITIVE_INFINITY)),
    );
  }

  standBy(plan: RoomPlan): void {
    this.#plan = plan;
  }

  /** From now on it listens to that slice: the other hosts may begin to send. */
  prepare(spec: SliceSpec): void {
    const log = new SliceLog(spec, this.#machineNow);
    this.#log = log;
    this.#cutGrace = undefined;
    this.#stops = this.#cast.flatMap(({ roles }) => roles.map((role) => role.begin(log)));
  }

  /** Sends the load of the slice that is prepared. Resolves when the slice and its grace are over. */
  async play(startAtMs: number): Promise<SliceResult> {
    const log = this.#log;
    if (log === undefined) throw new Error("no slice is prepared");
    const { spec } = log;
    const machineNow = this.#machineNow;
    log.start(startAtMs);
    const lag = new Tally();
    const wait = (ms: number): Promise<void> => new Promise((resolve) => schedule(ms, resolve));
    const before = this.#cast.map(({ member }) => ({ bursts: member.bursts.bursts, messages: member.bursts.messages }));
    const endsAtMs = startAtMs + spec.seconds * 1000;
    const stopLag = measureLag(lag, endsAtMs, machineNow);
    if (spec.mode !== "idle") await this.#say(log, machineNow);
    await wait(Math.max(0, endsAtMs - machineNow()));
    stopLag();
    const loud = this.#cast.map(({ member }) => ({ bursts: member.bursts.bursts, messages: member.bursts.messages }));
    await new Promise<void>((resolve) => {
      this.#cutGrace = resolve;
      schedule(Math.max(0, endsAtMs + spec.graceMs - machineNow()), resolve);
    });
    for (const stop of this.#stops.splice(0)) stop();
    const sum = (pick: "bursts" | "messages"): number =>
      loud.reduce((total, counts, i) => total + counts[pick] - (before[i]?.[pick] ?? 0), 0);
    return log.result({
      loopLag: lag.snapshot(),
      bursts: sum("bursts"),
      messages: sum("messages"),
      members: this.#cast.length,
    });
  }

  readonly #machineNow = (): number => now() + this.#offsetMs;

  progress(): SliceProgress {
    return { expected: 0, settled: 0, ...this.#log?.progress, isSaid: this.#cutGrace !== undefined };
  }

  cutGrace(): void {
    this.#cutGrace?.();
  }

  async close(): Promise<void> {
    await Promise.all(this.#cast.map(({ member }) => member.close()));
  }

  /** Sends all that is due, in its order; one timer serves all members. */
  #say(log: SliceLog, machineNow: () => number): Promise<void> {
    const { startAtMs } = log;
    const { id } = log.spec;
    const due: { readonly role: Role; readonly message: Message }[] = [];
    for (const { roles } of this.#cast) {
      for (const role of roles) for (const message of role.messages(log)) due.push({ role, message });
    }
    due.sort((a, b) => a.message.atMs - b.message.atMs);
    return new Promise((resolve) => {
      let next = 0;
      const saySome = (): void => {
        for (let first = due[next]; first !== undefined; first = due[next]) {
          const dueMs = startAtMs + first.message.atMs;
          const lateMs = machineNow() - dueMs;
          if (lateMs < 0) return void schedule(-lateMs, saySome);
          next++;
          log.lateSends.record(lateMs);
          first.role.say(first.message, { dueMs, slice: id });
        }
        resolve();
      };
      saySome();
    });
  }

  #role(spec: RoleSpec, member: BenchMember, platform: Platform, { index, topology, service }: MemberSpec): Role {
    const offsetOf = (sessionId: string): number => this.#plan.offsetsMs[sessionId] ?? this.#offsetMs;
    const receiver = (): string => this.#plan.receiver ?? "";
    const hub = topology.kind === "spoke" ? topology.hub : "";
    switch (spec.kind) {
      case "phone":
        return new Phone({ member, platform, index, probes: spec.probes, service, offsetOf, watches: spec.watches });
      case "device":
        return new Device(member, index, hub);
      case "commander":
        return new Commander(member, platform, index, hub);
      case "waver":
        return new Waver(member, platform, index, hub);
      case "receiver":
        return new Receiver(member, () => offsetOf(this.#plan.hub ?? ""));
      case "mux-hub":
        return new MuxHub({ member, platform, devices: spec.devices, receiver });
      case "band-hub":
        return new BandHub({
          member,
          platform,
          bands: spec.bands,
          service,
          farBand: spec.isFar ? receiver : undefined,
          offsetOf,
        });
    }
  }
}

/** How late a regular beat is. A stall hides beats that should have come during it, so these are filled in. */
const measureLag = (lag: Tally, untilMs: number, machineNow: () => number): (() => void) => {
  let isOver = false;
  const beat = (dueMs: number): void => {
    schedule(Math.max(0, dueMs - machineNow()), () => {
      const nowMs = machineNow();
      if (isOver || nowMs > untilMs) return;
      lag.recordExpected(Math.max(0, nowMs - dueMs), lagBeatMs);
      beat(nowMs + lagBeatMs);
    });
  };
  beat(machineNow() + lagBeatMs);
  return () => {
    isOver = true;
  };
};

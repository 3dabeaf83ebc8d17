// One gateway of the bench in the room: the product's RoomSession with a tap on each of its channels. Its role decides
// what it does in a run.

import type { Clocks, Crypto, RandomUnit, Schedule } from "../../gateway/basics/runtime.ts";
import type { GatewayEvent } from "../../gateway/gateway-events.ts";
import type { Peer } from "../../gateway/peers/peer.ts";
import { defaultRules } from "../../gateway/probes/rules.ts";
import { VibrationBudgets } from "../../gateway/probes/vibration-budgets.ts";
import type { WearerLimits } from "../../gateway/probes/wearer-limits.ts";
import type { Flush } from "../../gateway/records/mux.ts";
import { Statistics } from "../../gateway/statistics/statistics.ts";
import type { GatewayRecord } from "../../gateway/wire/record.ts";
import type { Room } from "../../gateway/wire/room-key.ts";
import type { PeerClass } from "../../web/mesh/peerjs-face.ts";
import { signalingAddress } from "../../web/mesh/peerjs-opener.ts";
import { RoomSession, type RoomSessionOptions } from "../../web/mesh/room-session.ts";
import { serverApi } from "../../web/mesh/server-api.ts";
import { identityKeyOf, makeIdentityKeyPair } from "../../web/platform/web-crypto.ts";
import { BenchObserver } from "./bench-observer.ts";
import { BurstMeter, Tap } from "./tap.ts";

/** What a page and a native process give the members that live in them. */
export interface Platform extends Clocks {
  readonly Peer: PeerClass;
  /** Makes the connection of a pair that a neighbour reconnects. */
  readonly RTCPeerConnection: RoomSessionOptions["RTCPeerConnection"];
  /** The signaling server's origin. */
  readonly origin: string;
  readonly schedule: Schedule;
  readonly random: RandomUnit;
  readonly crypto: Crypto;
  /** The machine's clock minus this process's. */
  readonly offsetMs: () => number;
}

/** Everybody with everybody, or everybody with the hub alone. */
export type Topology =
  | { readonly kind: "mesh" }
  | { readonly kind: "hub" }
  | { readonly kind: "spoke"; readonly hub: string };

export interface MemberListener {
  onBenchMessage(message: Uint8Array, tap: Tap): void;
  onEvent(event: GatewayEvent): void;
  /** Called with a record that came for the first time, right before it is delivered. */
  onRecord(peer: Peer, record: GatewayRecord): void;
  onFlush(flush: Flush): void;
}

/** The bench measures how fast a buzz is, not how much a wearer allows. */
const benchLimits: WearerLimits = {
  isMuted: false,
  strengthLimit: 100,
  buzzesPerTenSeconds: 1_000_000,
};

export interface MemberOptions {
  readonly platform: Platform;
  readonly room: Room;
  readonly name: string;
  readonly topology: Topology;
  readonly hasFigures: boolean;
}

export class BenchMember {
  readonly bursts: BurstMeter;
  /** When the message that is being handled came, on this process's clock. */
  arrivedAtMs = 0;
  readonly #platform: Platform;
  readonly #taps = new Map<string, Tap[]>();
  readonly #listeners = new Set<MemberListener>();
  #session: RoomSession | undefined;

  private constructor(platform: Platform) {
    this.#platform = platform;
    this.bursts = new BurstMeter(platform.now);
  }

  static async join({ platform, room, name, topology, hasFigures }: MemberOptions): Promise<BenchMember> {
    const { origin, now, wallNow } = platform;
    const api = serverApi(origin, (...request) => fetch(...request));
    const config = await api.config();
    if (config === undefined) throw new Error(`no Earl Mesh server answers at ${origin}`);
    const member = new BenchMember(platform);
    member.#session = new RoomSession({
      ...platform,
      room,
      address: signalingAddress(origin, config.peerPath),
      iceServers: () => config.iceServers,
      fetchMembers: membersOf(topology, (roomId) => api.members(roomId)),
      identity: await identityKeyOf(await makeIdentityKeyPair()),
      epoch: 1,
      name,
      rules: defaultRules,
      limits: benchLimits,
      budgets: new VibrationBudgets({ now, wallNow, maxVibratingMsPerTenSeconds: Number.POSITIVE_INFINITY }),
      wrapChannel: (channel) => member.#tap(channel, topology.kind === "hub"),
      observer: new BenchObserver({
        statistics: hasFigures ? new Statistics(now) : undefined,
        onRecord: (peer, record) => {
          for (const listener of member.#listeners) listener.onRecord(peer, record);
        },
        onFlush: (flush) => {
          for (const listener of member.#listeners) listener.onFlush(flush);
        },
      }),
      listener: {
        onEvent: (event) => {
          for (const listener of member.#listeners) listener.onEvent(event);
        },
        onMeshChange: () => undefined,
      },
    });
    return member;
  }

  get session(): RoomSession {
    if (this.#session === undefined) throw new Error("the member has not joined");
    return this.#session;
  }

  /** How many gateways it is connected to. */
  get connected(): number {
    return this.session.gateway.heldSessionIds().length;
  }

  listen(listener: MemberListener): void {
    this.#listeners.add(listener);
  }

  /** One open channel to each peer. */
  taps(): readonly Tap[] {
    return [...this.#taps.values()].flatMap((taps) => taps.at(-1) ?? []);
  }

  tapTo(sessionId: string): Tap | undefined {
    return this.#taps.get(sessionId)?.at(-1);
  }

  close(): Promise<void> {
    return this.session.close();
  }

  #tap(channel: ConstructorParameters<typeof Tap>[0]["channel"], hidesMembers: boolean): Tap {
    const tap = new Tap({
      channel,
      meter: this.bursts,
      hidesMembers,
      onBenchMessage: (message, from) => {
        this.arrivedAtMs = this.#platform.now();
        for (const listener of this.#listeners) listener.onBenchMessage(message, from);
      },
      onProductMessage: () => {
        this.arrivedAtMs = this.#platform.now();
      },
      onClose: (closed) => {
        const left = (this.#taps.get(closed.remoteSessionId) ?? []).filter((other) => other !== closed);
        if (left.length > 0) this.#taps.set(closed.remoteSessionId, left);
        else this.#taps.delete(closed.remoteSessionId);
      },
    });
    this.#taps.set(channel.remoteSessionId, [...(this.#taps.get(channel.remoteSessionId) ?? []), tap]);
    return tap;
  }
}

type FetchMembers = (roomId: string) => Promise<readonly string[] | undefined>;

const membersOf = (topology: Topology, fetchMembers: FetchMembers): FetchMembers => {
  switch (topology.kind) {
    case "mesh":
      return fetchMembers;
    case "hub":
      return async () => [];
    case "spoke":
      return async () => [topology.hub];
  }
};

// A signaling server and the network around it, in memory: what a mesh needs to open channels, on fake time. Every
// direction between two phones is a `Way` that a test makes as bad as it likes; phones can die, freeze and come back.
// Neighbour: memory-phone.ts.

import type { Cancel, Schedule } from "../../gateway/basics/runtime.ts";
import type { Channel } from "../../gateway/wire/channel.ts";
import { dialIdBytes, type NeighbourFrame } from "../../gateway/wire/frame-types.ts";
import {
  type DialFailure,
  dialTimeoutMs,
  type NeighbourOpener,
  type OnChannel,
  type ServerOpener,
  type ServerOpenerListener,
  type ServerState,
} from "../../web/mesh/opener.ts";
import { DialMeter } from "./dial-meter.ts";
import type { Dice } from "./dice.ts";
import type { FakeTime } from "./fake-time.ts";
import { FaultyCarrier } from "./faulty-carrier.ts";
import { type MemoryChannel, memoryChannelPair } from "./memory-channel.ts";
import { Way } from "./way.ts";

/** From dial to open data channel, on a network that works. */
const shortestConnectMs = 100;
const longestConnectMs = 500;
/** How often ICE tries the way meanwhile. */
const retryMs = 500;
/** What a channel that was closed still tries to deliver, as web/mesh/data-channel.ts lets it. */
const lingerMs = 1_000;

/** One page, from its start to its end. */
export interface NetworkNode {
  readonly sessionId: string;
  /** The name of the phone: its next page has the same. */
  readonly phone: string;
  readonly isDead: boolean;
  readonly schedule: Schedule;
  /** What reaches the page; later, when it is frozen. */
  receive(task: () => void): void;
}

export interface NetworkOptions {
  readonly time: FakeTime;
  readonly dice: Dice;
  /** Every message that arrives once more than it was sent. */
  readonly onDuplicate: (from: NetworkNode, to: NetworkNode, message: Uint8Array) => void;
}

export class MemoryNetwork {
  readonly options: NetworkOptions;
  readonly dials = new DialMeter();
  isServerUp = true;
  readonly #ways = new Map<string, Way>();
  #registered: MemoryOpener[] = [];
  readonly #openers = new Set<MemoryOpener>();
  readonly #neighbourOpeners = new Map<string, MemoryNeighbourOpener>();

  constructor(options: NetworkOptions) {
    this.options = options;
  }

  /** From one phone to another. */
  way(from: string, to: string): Way {
    const key = `${from}>${to}`;
    const way = this.#ways.get(key) ?? new Way();
    this.#ways.set(key, way);
    return way;
  }

  /** All ways in and out of one phone to the others named. */
  waysOf(phone: string, others: readonly string[]): readonly Way[] {
    return others.flatMap((other) => (other === phone ? [] : [this.way(phone, other), this.way(other, phone)]));
  }

  /** Oldest first; undefined while the server is away. */
  members(): readonly string[] | undefined {
    return this.isServerUp ? this.#registered.map(({ node }) => node.sessionId) : undefined;
  }

  open(node: NetworkNode, listener: ServerOpenerListener): ServerOpener {
    const opener = new MemoryOpener(this, node, listener);
    this.#openers.add(opener);
    if (this.isServerUp) this.#registerSoon(opener, 100);
    return opener;
  }

  /** @param send as `Gateway.sendThrough` */
  openNeighbour(
    node: NetworkNode,
    onChannel: OnChannel,
    send: (neighbourSessionId: string, frame: NeighbourFrame) => boolean,
  ): NeighbourOpener {
    const opener = new MemoryNeighbourOpener(this, node, onChannel, send);
    this.#neighbourOpeners.set(node.sessionId, opener);
    return opener;
  }

  neighbourOpener(sessionId: string): MemoryNeighbourOpener | undefined {
    return this.#neighbourOpeners.get(sessionId);
  }

  serverGone(): void {
    this.isServerUp = false;
    this.#registered = [];
    for (const opener of this.#openers) opener.enter({ kind: "away", retryAtMs: 0 });
  }

  /** Every page is connected again within two seconds. */
  serverBack(): void {
    this.isServerUp = true;
    for (const opener of this.#openers) this.#registerSoon(opener, 2_000);
  }

  registered(sessionId: string): MemoryOpener | undefined {
    return this.#registered.find(({ node }) => node.sessionId === sessionId);
  }

  /** The page's socket to the server is closed. */
  forget(node: NetworkNode): void {
    for (const opener of this.#openers) if (opener.node === node) this.#openers.delete(opener);
    this.#registered = this.#registered.filter((opener) => opener.node !== node);
    this.#neighbourOpeners.delete(node.sessionId);
  }

  isOpenBetween(a: NetworkNode, b: NetworkNode): boolean {
    return !this.way(a.phone, b.phone).isCut && !this.way(b.phone, a.phone).isCut && !a.isDead && !b.isDead;
  }

  /** The two ends of a new connection. */
  connect(
    dialer: NetworkNode,
    callee: NetworkNode,
  ): { readonly dialer: MemoryChannel; readonly callee: MemoryChannel } {
    const { time, dice } = this.options;
    const fingerprint = () => Uint8Array.from({ length: 32 }, () => Math.floor(dice.between(0, 256)));
    const pair = memoryChannelPair({
      schedule: time.schedule,
      dialer: { sessionId: dialer.sessionId, fingerprint: fingerprint() },
      callee: { sessionId: callee.sessionId, fingerprint: fingerprint() },
      carriers: {
        dialer: this.#carrier(dialer, callee, () => pair.dialer),
        callee: this.#carrier(callee, dialer, () => pair.callee),
      },
    });
    return pair;
  }

  #carrier(from: NetworkNode, to: NetworkNode, end: () => MemoryChannel): { carry: FaultyCarrier["carry"] } {
    const { time, dice, onDuplicate } = this.options;
    let closedAtMs: number | undefined;
    const carrier = new FaultyCarrier({
      way: this.way(from.phone, to.phone),
      schedule: time.schedule,
      scheduleAtSender: from.schedule,
      now: time.now,
      dice,
      onDuplicate: (message) => onDuplicate(from, to, message),
      isAnswered: () => !to.isDead,
      isOver: () => {
        if (from.isDead) return true;
        if (end().closeReason === undefined) return false;
        closedAtMs ??= time.now();
        return time.now() - closedAtMs > lingerMs;
      },
    });
    return {
      carry: (message, leave, arrive) => {
        carrier.carry(
          message,
          () => from.receive(leave),
          () => to.receive(arrive),
        );
      },
    };
  }

  #registerSoon(opener: MemoryOpener, withinMs: number): void {
    this.options.time.schedule(this.options.dice.between(0, withinMs), () => {
      if (!this.isServerUp || !this.#openers.has(opener) || opener.serverState.kind === "connected") return;
      this.#registered.push(opener);
      opener.enter({ kind: "connected" });
    });
  }
}

class MemoryOpener implements ServerOpener {
  serverState: ServerState = { kind: "connecting" };
  readonly drops = new Map<string, number>();
  readonly node: NetworkNode;
  readonly listener: ServerOpenerListener;
  readonly #network: MemoryNetwork;
  readonly #settle = new Set<(failure: DialFailure) => void>();

  constructor(network: MemoryNetwork, node: NetworkNode, listener: ServerOpenerListener) {
    this.#network = network;
    this.node = node;
    this.listener = listener;
  }

  enter(state: ServerState): void {
    this.node.receive(() => {
      this.serverState = state;
      this.listener.onServerState(state);
    });
  }

  dial(sessionId: string): Promise<Channel | DialFailure> {
    const network = this.#network;
    if (this.serverState.kind !== "connected") return Promise.resolve({ failed: "server-away" });
    const { time, dice } = network.options;
    network.dials.note(this.node.sessionId, sessionId, time.now());
    return new Promise((resolve) => {
      let cancelTry: Cancel = () => undefined;
      const end = (outcome: Channel | DialFailure): void => {
        cancelTry();
        cancelLimit();
        this.#settle.delete(end);
        resolve(outcome);
      };
      const tryWay = (): void => {
        const callee = network.registered(sessionId);
        if (callee === undefined) return end({ failed: network.isServerUp ? "peer-unavailable" : "server-away" });
        if (!network.isOpenBetween(this.node, callee.node)) {
          cancelTry = this.node.schedule(retryMs, tryWay);
          return;
        }
        const pair = network.connect(this.node, callee.node);
        callee.node.receive(() => callee.listener.onChannel(pair.callee));
        end(pair.dialer);
      };
      this.#settle.add(end);
      const cancelLimit = this.node.schedule(dialTimeoutMs, () => end({ failed: "timed-out" }));
      cancelTry = this.node.schedule(dice.between(shortestConnectMs, longestConnectMs), tryWay);
    });
  }

  /** The contact of this network is alive or away; it never dies without a sign. */
  doubtServer(): void {
    // Nothing to make again.
  }

  retire(): void {
    this.#network.forget(this.node);
    for (const settle of this.#settle) settle({ failed: "closed" });
  }

  close(): void {
    this.retire();
  }
}

/**
 * Real frames over the real mesh, and in place of what they describe a connection in memory once the answer is there.
 */
class MemoryNeighbourOpener implements NeighbourOpener {
  readonly drops = new Map<string, number>();
  readonly node: NetworkNode;
  readonly onChannel: OnChannel;
  readonly #network: MemoryNetwork;
  readonly #send: (neighbourSessionId: string, frame: NeighbourFrame) => boolean;
  readonly #dials = new Map<string, { readonly answered: () => void; readonly end: (failure: DialFailure) => void }>();

  constructor(
    network: MemoryNetwork,
    node: NetworkNode,
    onChannel: OnChannel,
    send: (neighbourSessionId: string, frame: NeighbourFrame) => boolean,
  ) {
    this.#network = network;
    this.node = node;
    this.onChannel = onChannel;
    this.#send = send;
  }

  dial(sessionId: string, neighbourSessionId: string): Promise<Channel | DialFailure> {
    const network = this.#network;
    const { time } = network.options;
    network.dials.note(this.node.sessionId, sessionId, time.now());
    return new Promise((resolve) => {
      let cancelTry: Cancel = () => undefined;
      const end = (outcome: Channel | DialFailure): void => {
        cancelTry();
        cancelLimit();
        this.#dials.delete(sessionId);
        resolve(outcome);
      };
      const answered = (): void => {
        const callee = network.neighbourOpener(sessionId);
        if (callee === undefined || !network.isOpenBetween(this.node, callee.node)) {
          cancelTry = this.node.schedule(retryMs, answered);
          return;
        }
        const pair = network.connect(this.node, callee.node);
        callee.node.receive(() => callee.onChannel(pair.callee));
        end(pair.dialer);
      };
      const cancelLimit = this.node.schedule(dialTimeoutMs, () => end({ failed: "timed-out" }));
      this.#dials.set(sessionId, { answered, end });
      if (!this.#send(neighbourSessionId, this.#frame("neighbourOffer", sessionId))) end({ failed: "neighbour-away" });
    });
  }

  receive(neighbourSessionId: string, { type, from }: NeighbourFrame): void {
    if (type === "neighbourOffer") this.#send(neighbourSessionId, this.#frame("neighbourAnswer", from));
    else this.#dials.get(from)?.answered();
  }

  close(): void {
    this.retire();
  }

  retire(): void {
    for (const { end } of this.#dials.values()) end({ failed: "closed" });
  }

  #frame(type: NeighbourFrame["type"], to: string): NeighbourFrame {
    return { type, from: this.node.sessionId, to, dialId: new Uint8Array(dialIdBytes), sdp: "memory" };
  }
}

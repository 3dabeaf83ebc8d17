// A phone in memory: page after page of the product's own gateway and mesh, one band on its arm, and clocks that can be
// told to misbehave. A page can freeze, with its clock or without, be killed, be reloaded, or leave as it should.
// Neighbours: memory-network.ts, faulty-room.ts.
import { capabilities, probeClasses } from "../../firmware-bridge/devices/device-info.ts";
import type { Crypto, IdentityKey, Now, Schedule } from "../../gateway/basics/runtime.ts";
import { sleeplessClock } from "../../gateway/basics/sleepless-clock.ts";
import { Gateway } from "../../gateway/gateway.ts";
import type { GatewayEvent } from "../../gateway/gateway-events.ts";
import type { Peer } from "../../gateway/peers/peer.ts";
import type { OwnProbe } from "../../gateway/probes/own-probe.ts";
import { defaultRules } from "../../gateway/probes/rules.ts";
import { buzzRateRange, defaultWearerLimits } from "../../gateway/probes/wearer-limits.ts";
import { makeSessionId } from "../../gateway/wire/session-id.ts";
import { Mesh } from "../../web/mesh/mesh.ts";
import type { MemoryNetwork, NetworkNode } from "./memory-network.ts";
import { nodeIdentity } from "./node-crypto.ts";
import { RecordingLink } from "./recording-link.ts";

const roomId = "00112233445566778899aabbccddeeff";
const roomKey = new Uint8Array(16).fill(9);
const authKey = new Uint8Array(32).fill(7);

export interface MemoryPhoneOptions {
  readonly name: string;
  readonly network: MemoryNetwork;
  readonly crypto: Crypto;
  /** Where its monotonic clock begins. */
  readonly originMs: number;
  readonly onEvent: (page: MemoryPage, event: GatewayEvent) => void;
}

export class MemoryPhone {
  readonly name: string;
  readonly options: MemoryPhoneOptions;
  readonly identity: IdentityKey = nodeIdentity();
  epoch = 0;
  /** What its monotonic clock is ahead of the simulation; less every time that it stands still. */
  clockLeadMs: number;
  /** The same of its wall clock, which never stands still. */
  wallLeadMs = 0;
  #page: MemoryPage | undefined;

  constructor(options: MemoryPhoneOptions) {
    this.name = options.name;
    this.options = options;
    this.clockLeadMs = options.originMs;
  }

  get page(): MemoryPage {
    if (this.#page === undefined) throw new Error(`${this.name} has no page open`);
    return this.#page;
  }

  get isOpen(): boolean {
    return this.#page !== undefined;
  }

  async open(): Promise<MemoryPage> {
    this.epoch++;
    this.#page = new MemoryPage(this);
    await this.#page.addBand();
    return this.#page;
  }

  /** The page is gone from one moment to the next, and nobody is informed. */
  kill(): MemoryPage {
    const { page } = this;
    page.die();
    this.#page = undefined;
    return page;
  }

  /** As when a person leaves the room. */
  async leave(): Promise<MemoryPage> {
    const { page } = this;
    this.#page = undefined;
    await page.close();
    return page;
  }
}

interface Frozen {
  readonly sinceMs: number;
  readonly arrived: (() => void)[];
  readonly due: { readonly atMs: number; readonly run: () => void }[];
}

export class MemoryPage implements NetworkNode {
  readonly phone: string;
  readonly epoch: number;
  readonly sessionId: string;
  readonly gateway: Gateway;
  readonly link: RecordingLink;
  isDead = false;
  /** Records that its band has sent so far: the sequence of the next. */
  records = 0;
  readonly #owner: MemoryPhone;
  readonly #mesh: Mesh;
  readonly now: Now;
  /** While frozen: what has arrived, and the timers that came due. */
  #frozen: Frozen | undefined;

  constructor(owner: MemoryPhone) {
    const { network, crypto, onEvent } = owner.options;
    const { time, dice } = network.options;
    this.#owner = owner;
    this.phone = owner.name;
    this.epoch = owner.epoch;
    this.sessionId = makeSessionId(roomId, crypto.randomBytes);
    this.link = new RecordingLink(owner.name, {
      probeClass: probeClasses.armProbe,
      capabilities: capabilities.motionOut | capabilities.gestureOut | capabilities.vibrateIn,
    });
    const { schedule } = this;
    const wallNow = () => time.now() + owner.wallLeadMs;
    const monotonicNow = () => time.now() + owner.clockLeadMs;
    const now = sleeplessClock(monotonicNow, wallNow);
    this.now = now;
    this.gateway = new Gateway({
      now,
      monotonicNow,
      wallNow,
      schedule,
      crypto,
      identity: owner.identity,
      epoch: owner.epoch,
      roomKey,
      authKey,
      name: owner.name,
      rules: defaultRules,
      limits: { ...defaultWearerLimits, buzzesPerTenSeconds: buzzRateRange.most },
      onEvent: (event) => onEvent(this, event),
      onMembers: (sessionId, named) => this.#mesh.peerNamed(sessionId, named),
      onNeighbourFrame: (neighbourSessionId, frame) => this.#mesh.neighbourFrame(neighbourSessionId, frame),
      onSessionOver: (sessionId) => this.#mesh.peerLeft(sessionId),
      onHoldOff: (sessionId, untilMs) => this.#mesh.holdOff(sessionId, untilMs),
    });
    this.#mesh = new Mesh({
      sessionId: this.sessionId,
      openServer: (listener) => network.open(this, listener),
      openNeighbour: (onChannel) =>
        network.openNeighbour(this, onChannel, (neighbourSessionId, frame) =>
          this.gateway.sendThrough(neighbourSessionId, frame),
        ),
      fetchMembers: async () => network.members(),
      admit: (channel) => this.gateway.admit(channel),
      heldSessionIds: () => this.gateway.heldSessionIds(),
      now,
      schedule,
      random: () => dice.between(0, 1),
      onForged: () => undefined,
      onChange: () => undefined,
    });
  }

  readonly schedule: Schedule = (delayMs, task) => {
    let isCancelled = false;
    const run = (): void => {
      if (!isCancelled) task();
    };
    const { time } = this.#owner.options.network.options;
    const cancel = time.schedule(delayMs, () => {
      if (this.isDead) return;
      if (this.#frozen === undefined) run();
      else this.#frozen.due.push({ atMs: time.now(), run });
    });
    return () => {
      isCancelled = true;
      cancel();
    };
  };

  get isFrozen(): boolean {
    return this.#frozen !== undefined;
  }

  receive(task: () => void): void {
    if (this.isDead) return;
    if (this.#frozen === undefined) task();
    else this.#frozen.arrived.push(task);
  }

  get probe(): OwnProbe {
    const probe = this.gateway.probes[0];
    if (probe === undefined) throw new Error("the page has no band");
    return probe;
  }

  async addBand(): Promise<void> {
    await this.gateway.addProbe(this.link, `${this.phone}'s band`)?.open();
  }

  /** Its band says something; the sequence that the gateway gives it. */
  speak(kind: number, payload: Uint8Array): number {
    this.link.emit({ kind, payload, receivedAtMs: this.now() });
    return this.records++;
  }

  /** What it has of that page: of its present epoch. */
  peer(other: MemoryPage): Peer | undefined {
    return this.gateway.peers.find(({ sessionId }) => sessionId === other.sessionId);
  }

  freeze(): void {
    this.#frozen ??= { sinceMs: this.#owner.options.network.options.time.now(), arrived: [], due: [] };
  }

  /**
   * What arrived meanwhile is handled before any timer. Timers go by the monotonic clock: where that stood still, so
   * did they.
   */
  thaw(clock: "went-on" | "stood-still"): void {
    const frozen = this.#frozen;
    if (frozen === undefined) return;
    this.#frozen = undefined;
    const { time } = this.#owner.options.network.options;
    if (clock === "stood-still") this.#owner.clockLeadMs -= time.now() - frozen.sinceMs;
    for (const arrived of frozen.arrived) if (!this.isDead) arrived();
    for (const { atMs, run } of frozen.due) {
      if (clock === "stood-still") this.schedule(atMs - frozen.sinceMs, run);
      else if (!this.isDead) run();
    }
  }

  die(): void {
    this.isDead = true;
    this.#owner.options.network.forget(this);
  }

  async close(): Promise<void> {
    const closing = this.gateway.close();
    this.#mesh.close();
    await closing;
  }
}

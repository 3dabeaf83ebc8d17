// A gateway reduced to its data path: real mux, demux, ledger, roster and codec, and around them a book-keeping of its
// own that says what has to come out. It sleeps, wakes, and may be hostile: then it sends earlier messages again, and
// commands that nobody can read.
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { RecordAllowance } from "../../gateway/admission/record-allowance.ts";
import type { Schedule } from "../../gateway/basics/runtime.ts";
import { Demux } from "../../gateway/records/demux.ts";
import { Ledger } from "../../gateway/records/ledger.ts";
import { Mux, type MuxPort } from "../../gateway/records/mux.ts";
import { decodeMessage } from "../../gateway/wire/decode-message.ts";
import { encodeMessage } from "../../gateway/wire/encode-message.ts";
import type { GatewayFrame, InterestEntry } from "../../gateway/wire/frame-types.ts";
import {
  defaultWindowMs,
  effectLifetimeMs,
  type GatewayRecord,
  hasEffect,
  recordClass,
} from "../../gateway/wire/record.ts";
import { RosterBook } from "../../gateway/wire/roster.ts";
import type { Dice } from "./dice.ts";
import type { FakeTime } from "./fake-time.ts";
import { makeCommand, makeRecord } from "./records.ts";
import type { WireEnd } from "./simulated-wire.ts";

/** What one gateway has of another. */
export interface Link {
  readonly peer: SimulatedGateway;
  readonly ledger: Ledger;
  readonly demux: Demux;
  end: WireEnd | undefined;
  /** What the peer wants of us, as far as we have heard. */
  wanted: readonly InterestEntry[];
  wantedVersion: number;
  /** Counted apart from the ledger: records that had to be addressed to the peer. */
  expectedAddressed: number;
  /** The peer's records that have been passed on, as `probe/sequence`. */
  readonly delivered: Set<string>;
  /** Sequence of the last sample or status handed on, by probe and kind. */
  readonly lastSamples: Map<string, number>;
}

export interface SimulatedGatewayOptions {
  readonly id: string;
  readonly time: FakeTime;
  readonly dice: Dice;
  readonly isHostile: boolean;
}

const recordsIn = (message: Uint8Array): number => {
  const decoded = decodeMessage(message);
  if ("malformed" in decoded) throw new Error(decoded.malformed);
  return decoded.frames.reduce((total, frame) => total + (frame.type === "aggregate" ? frame.records.length : 0), 0);
};

export class SimulatedGateway {
  readonly id: string;
  readonly isHostile: boolean;
  readonly links = new Map<SimulatedGateway, Link>();
  readonly faults: string[] = [];
  readonly #time: FakeTime;
  readonly #dice: Dice;
  readonly #originMs: number;
  readonly #book = new RosterBook("simulated");
  readonly #mux: Mux;
  readonly #sequences = new Map<number, number>();
  readonly #sentBefore: Uint8Array[] = [];
  #postponed: (() => void)[] | undefined;
  #knowsClocks = true;
  #interestVersion = 0;

  constructor({ id, time, dice, isHostile }: SimulatedGatewayOptions) {
    this.id = id;
    this.isHostile = isHostile;
    this.#time = time;
    this.#dice = dice;
    this.#originMs = dice.between(0, 1_000_000);
    this.#mux = new Mux({ now: this.now, schedule: this.schedule, windowMs: defaultWindowMs });
    for (let i = 0; i < 2; i++) this.#addProbe();
  }

  readonly now = (): number => this.#time.now() + this.#originMs;

  /** Timers of a page that sleeps run when it wakes. */
  readonly schedule: Schedule = (delayMs, task) => {
    let isCancelled = false;
    const cancel = this.#time.schedule(delayMs, () => this.#whenAwake(() => !isCancelled && task()));
    return () => {
      isCancelled = true;
      cancel();
    };
  };

  open(peer: SimulatedGateway, end: WireEnd): void {
    const link = this.#linkTo(peer);
    if (link.end !== undefined) this.close(peer, link.end);
    link.end = end;
    link.wanted = [];
    link.wantedVersion = 0;
    link.ledger.openChannel();
    this.#mux.addPeer(peer.id, this.isHostile ? this.#repeating(end, link) : end, link.ledger);
    this.#tellRoster(link);
    this.report(link);
    end.listen({
      onMessage: (message) => this.#whenAwake(() => this.#receive(link, end, message)),
      onDrain: () => this.#whenAwake(() => link.end === end && this.#mux.drained(peer.id)),
    });
  }

  close(peer: SimulatedGateway, end: WireEnd): void {
    const link = this.#linkTo(peer);
    end.close();
    if (link.end !== end) return;
    link.end = undefined;
    this.#mux.removePeer(peer.id);
    link.ledger.closeChannel();
  }

  /** One of my probes has a message, or I have a command for a peer. */
  speak(): void {
    if (this.#postponed !== undefined) return; // Asleep.
    if (this.links.size > 0 && this.#dice.chance(0.1)) return this.#command();
    const probe = this.#dice.pick(this.#book.roster.probes).index;
    const kind = this.#dice.pick([
      kinds.motion,
      kinds.motion,
      kinds.motion,
      kinds.lightLevel,
      kinds.gesture,
      kinds.battery,
    ]);
    const record = makeRecord({ probe, kind, sequence: this.#next(probe), timeUs: this.#nowUs() });
    for (const link of this.links.values()) {
      const isWanted = recordClass(kind) !== "sample" || link.wanted.some((entry) => [0, probe].includes(entry.probe));
      if (link.end !== undefined && isWanted) link.expectedAddressed++;
    }
    this.#mux.announce(record);
  }

  wish(entries: readonly InterestEntry[], link: Link): void {
    this.#send(link, { type: "interest", version: ++this.#interestVersion, entries });
  }

  changeProbes(): void {
    const { probes } = this.#book.roster;
    if (probes.length > 1 && this.#dice.chance(0.5)) this.#book.remove(this.#dice.pick(probes).index);
    else this.#addProbe();
    this.#mux.rosterChanged(this.#book.roster.version);
    for (const link of this.links.values()) this.#tellRoster(link);
  }

  report(link: Link): void {
    this.#send(link, { type: "ping", id: 0, t1Us: this.#nowUs(), ledger: link.ledger.report() });
  }

  tick(): void {
    this.#whenAwake(() => {
      for (const link of this.links.values()) {
        link.demux.tick();
        this.report(link);
      }
    });
  }

  /** On waking, what waited is handled before the clocks have been compared again. */
  sleep(forMs: number): void {
    if (this.#postponed !== undefined) return;
    this.#postponed = [];
    this.#time.schedule(forMs, () => {
      this.#knowsClocks = false;
      const postponed = this.#postponed ?? [];
      this.#postponed = undefined;
      for (const task of postponed) task();
      this.schedule(this.#dice.between(10, 1500), () => {
        this.#knowsClocks = true;
        for (const link of this.links.values()) link.demux.recheck();
      });
    });
  }

  leave(): void {
    for (const link of this.links.values()) if (link.end !== undefined) this.close(link.peer, link.end);
  }

  #linkTo(peer: SimulatedGateway): Link {
    const existing = this.links.get(peer);
    if (existing !== undefined) return existing;
    const ledger = new Ledger();
    const demux = new Demux({
      now: this.now,
      ledger,
      allowance: new RecordAllowance(this.now),
      gate: (record) => {
        if (!this.#knowsClocks) return "unknown";
        return peer.now() <= record.timeUs / 1000 + effectLifetimeMs ? "in-time" : "late";
      },
      deliver: (record) => this.#check(link, record),
      onFlood: () => undefined,
    });
    const link: Link = {
      peer,
      ledger,
      demux,
      end: undefined,
      wanted: [],
      wantedVersion: 0,
      expectedAddressed: 0,
      delivered: new Set(),
      lastSamples: new Map(),
    };
    this.links.set(peer, link);
    return link;
  }

  /** What must be true of every record that is passed on. */
  #check(link: Link, { probe, kind, sequence, timeUs, lifetimeMs }: GatewayRecord): void {
    const name = `${probe}/${sequence}`;
    if (link.delivered.has(name)) this.faults.push(`${name} handed on twice`);
    link.delivered.add(name);
    if (hasEffect(kind)) {
      if (link.peer.now() > timeUs / 1000 + lifetimeMs) this.faults.push(`${name} handed on after its deadline`);
      return;
    }
    const last = link.lastSamples.get(`${probe}/${kind}`) ?? -1;
    if (sequence <= last) this.faults.push(`sample ${name} handed on after ${last}`);
    link.lastSamples.set(`${probe}/${kind}`, sequence);
  }

  #receive(link: Link, end: WireEnd, message: Uint8Array): void {
    if (link.end !== end) return; // Replaced meanwhile: docs/protocol.md §2.6.
    const decoded = decodeMessage(message);
    if ("malformed" in decoded) {
      this.faults.push(decoded.malformed);
      return;
    }
    for (const frame of decoded.frames) {
      if (frame.type === "roster") link.demux.onRoster(frame);
      else if (frame.type === "aggregate") link.demux.onAggregate(frame);
      else if (frame.type === "ping") link.ledger.heard(frame.ledger);
      else if (frame.type === "interest" && frame.version > link.wantedVersion) {
        link.wantedVersion = frame.version;
        link.wanted = frame.entries;
        this.#mux.setInterest(link.peer.id, frame.entries);
      }
    }
  }

  #command(): void {
    const link = this.#dice.pick([...this.links.values()]);
    if (link.end !== undefined) link.expectedAddressed++;
    const fields = { sequence: this.#next(0), timeUs: this.#nowUs() };
    this.#mux.sendTo(link.peer.id, makeCommand(this.isHostile ? { ...fields, payload: new Uint8Array() } : fields));
  }

  /** A port that now and then sends an earlier message again; its records count as sent once more. */
  #repeating(end: WireEnd, { ledger }: Link): MuxPort {
    return {
      bufferedBytes: () => end.bufferedBytes(),
      send: (message) => {
        this.#sentBefore.push(message);
        if (this.#dice.chance(0.3)) {
          const again = this.#dice.pick(this.#sentBefore.slice(-20));
          ledger.countAddressed(recordsIn(again));
          if (end.send(again)) ledger.countSent(recordsIn(again));
          else ledger.countDroppedBeforeSend("channel-closed", recordsIn(again));
        }
        return end.send(message);
      },
    };
  }

  #send({ end }: Link, frame: GatewayFrame): void {
    end?.send(encodeMessage([frame]));
  }

  #tellRoster(link: Link): void {
    this.#send(link, { type: "roster", ...this.#book.roster });
  }

  #addProbe(): void {
    this.#book.add({ probeClass: 1, capabilities: 0, name: "simulated" });
    this.#mux.rosterChanged(this.#book.roster.version);
  }

  #next(probe: number): number {
    const sequence = this.#sequences.get(probe) ?? 0;
    this.#sequences.set(probe, sequence + 1);
    return sequence;
  }

  #nowUs(): number {
    return Math.round(this.now() * 1000);
  }

  #whenAwake(task: () => void): void {
    if (this.#postponed === undefined) task();
    else this.#postponed.push(task);
  }
}

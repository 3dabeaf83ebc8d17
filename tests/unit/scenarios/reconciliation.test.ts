// The rule by which the whole product is judged, under seeded chance: for each ordered pair of gateways each record is
// counted once, at both ends, whatever happens to the channels between them. The mesh is simulated in one process; mux,
// demux and ledger are real.
import { describe, expect, it } from "vitest";
import { maxBacklogEffects, maxBacklogSamples } from "../../../gateway/records/backlog.ts";
import { maxHeldAggregates, maxHeldEffects } from "../../../gateway/records/demux.ts";
import { Ledger, type LedgerSnapshot } from "../../../gateway/records/ledger.ts";
import { Dice } from "../../support/dice.ts";
import { FakeTime } from "../../support/fake-time.ts";
import { type Link, SimulatedGateway } from "../../support/simulated-gateway.ts";
import { Wire } from "../../support/simulated-wire.ts";
import { unaccounted } from "../../support/unaccounted.ts";

const seeds = Array.from({ length: 15 }, (_, i) => i + 1);
const gatewayCount = 4;
const stepMs = 25;
const steps = 600;
/** Longer than anything hangs, waits, is congested or sleeps. */
const quietMs = 8000;
/** The smallest record of these runs has nine bytes, of 1147 in a packet. */
const maxPacketRecords = 127;

interface Pair {
  readonly a: SimulatedGateway;
  readonly b: SimulatedGateway;
}

class SimulatedMesh {
  readonly gateways: SimulatedGateway[] = [];
  readonly #dice: Dice;
  readonly #time = new FakeTime();
  readonly #wires = new Map<SimulatedGateway, Map<SimulatedGateway, Wire>>();
  readonly #gone = new Set<SimulatedGateway>();

  constructor(seed: number) {
    this.#dice = new Dice(seed);
    for (let i = 0; i < gatewayCount; i++) this.#join();
  }

  /** Chance has its way, then everything comes to rest. */
  async run(): Promise<void> {
    for (let step = 0; step < steps; step++) {
      this.#happen();
      if (step % 20 === 0) for (const gateway of this.#present()) gateway.tick();
      await this.#time.advance(stepMs);
      if (step % 5 === 0) for (const gateway of this.gateways) expectBounded(gateway);
    }
    await this.#rest();
  }

  /** Every pair gets a new channel that lives. */
  async heal(): Promise<void> {
    for (const pair of this.#pairs()) this.#connect(pair);
    await this.#rest();
  }

  /** Whether the two have the two ends of one channel that works. */
  isLive(a: SimulatedGateway, b: SimulatedGateway): boolean {
    const wire = this.#wires.get(a)?.get(b) ?? this.#wires.get(b)?.get(a);
    if (wire === undefined || wire.isCut) return false;
    return [a.links.get(b)?.end, b.links.get(a)?.end].every((end) => end !== undefined && wire.ends.includes(end));
  }

  isGone(gateway: SimulatedGateway): boolean {
    return this.#gone.has(gateway);
  }

  /** Until nothing is under way any more and all have reported it. */
  async #rest(): Promise<void> {
    await this.#time.advance(quietMs);
    for (let i = 0; i < 10; i++) {
      for (const gateway of this.#present()) gateway.tick();
      await this.#time.advance(quietMs / 10);
    }
    await this.#time.advance(quietMs);
  }

  #happen(): void {
    const dice = this.#dice;
    for (const gateway of this.#present()) if (dice.chance(0.6)) gateway.speak();
    const pair = dice.pick(this.#pairs());
    const wire = this.#wires.get(pair.a)?.get(pair.b);
    if (dice.chance(0.05)) this.#wish(pair);
    if (dice.chance(0.03)) this.#connect(pair);
    if (dice.chance(0.01)) wire?.cut();
    if (dice.chance(0.02)) wire?.ends[dice.pick([0, 1] as const)].congest(dice.between(100, 3000));
    if (dice.chance(0.02)) dice.pick(this.#present()).changeProbes();
    if (dice.chance(0.005)) dice.pick(this.#present()).sleep(dice.between(500, 5000));
    if (dice.chance(0.001) && this.gateways.length < gatewayCount + 2) this.#join();
    if (dice.chance(0.001) && this.#gone.size === 0) this.#leave(dice.pick(this.#present()));
  }

  #join(): void {
    const isHostile = this.gateways.length === 1;
    const id = String(this.gateways.length);
    const gateway = new SimulatedGateway({ id, time: this.#time, dice: this.#dice, isHostile });
    const others = this.#present();
    this.gateways.push(gateway);
    for (const other of others) this.#connect({ a: other, b: gateway });
  }

  #leave(gateway: SimulatedGateway): void {
    this.#gone.add(gateway);
    gateway.leave();
    for (const other of this.#present()) {
      const end = other.links.get(gateway)?.end;
      // It notices after a while that nobody is there.
      if (end !== undefined) this.#time.schedule(this.#dice.between(0, 3000), () => other.close(gateway, end));
    }
  }

  /** A new channel in place of any other, which the two ends take up at different times. */
  #connect({ a, b }: Pair): void {
    const wire = new Wire(this.#time, this.#dice);
    const wires = this.#wires.get(a) ?? new Map<SimulatedGateway, Wire>();
    this.#wires.set(a, wires.set(b, wire));
    const open = (owner: SimulatedGateway, peer: SimulatedGateway, at: 0 | 1): void => {
      owner.schedule(this.#dice.between(0, 300), () => {
        if (this.#gone.has(owner) || this.#gone.has(peer)) return;
        if (this.#wires.get(a)?.get(b) !== wire) return; // Another was begun meanwhile, and replaces this one.
        owner.open(peer, wire.ends[at]);
      });
    };
    open(a, b, 0);
    open(b, a, 1);
  }

  /** Two gateways of four thin what they ask for, so that their counts cannot be foretold exactly. */
  #wish({ a, b }: Pair): void {
    const link = a.links.get(b);
    if (link === undefined) return;
    const probe = this.#dice.pick([0, 0, 1, 2]);
    a.wish(this.#dice.chance(0.2) ? [] : [{ probe, minIntervalMs: thins(a) ? 200 : 0 }], link);
  }

  #present(): readonly SimulatedGateway[] {
    return this.gateways.filter((gateway) => !this.#gone.has(gateway));
  }

  #pairs(): readonly Pair[] {
    const present = this.#present();
    return present.flatMap((a, i) => present.slice(i + 1).map((b) => ({ a, b })));
  }
}

const thins = (gateway: SimulatedGateway): boolean => Number(gateway.id) % 2 === 1;

const expectBounded = (gateway: SimulatedGateway): void => {
  for (const { ledger } of gateway.links.values()) {
    const { queued, held } = ledger.snapshot();
    expect(queued).toBeGreaterThanOrEqual(0);
    expect(held).toBeGreaterThanOrEqual(0);
    expect(queued).toBeLessThanOrEqual(maxBacklogEffects + maxBacklogSamples + maxPacketRecords);
    expect(held).toBeLessThanOrEqual(maxHeldEffects + maxHeldAggregates * maxPacketRecords);
  }
};

/** A peer that left before the channel was open at both ends has received nothing. */
const receiverOf = ({ peer }: Link, owner: SimulatedGateway): LedgerSnapshot =>
  (peer.links.get(owner)?.ledger ?? new Ledger()).snapshot();

describe("reconciliation", () => {
  const seen = new Map<string, number>();
  const note = (counts: Readonly<Record<string, number>>) => {
    for (const [cause, count] of Object.entries(counts)) seen.set(cause, (seen.get(cause) ?? 0) + count);
  };

  const expectReconciled = (mesh: SimulatedMesh, owner: SimulatedGateway, link: Link): void => {
    const sender = link.ledger.snapshot();
    const receiver = receiverOf(link, owner);
    expect(sender.queued).toBe(0);
    expect(receiver.held).toBe(0);
    if (!owner.isHostile && !thins(link.peer)) expect(sender.addressed).toBe(link.expectedAddressed);
    if (mesh.isLive(owner, link.peer)) expect(unaccounted(sender, receiver)).toBe(0);
    // No report of the last messages has come: what became of them is known to the receiver alone, and counts as lost
    // too.
    else if (link.end === undefined) expect(unaccounted(sender, receiver)).toBeLessThanOrEqual(0);
  };

  for (const seed of seeds) {
    it(`should account for every record at both ends (seed ${seed})`, async () => {
      const mesh = new SimulatedMesh(seed);
      await mesh.run();
      for (const owner of mesh.gateways) {
        for (const link of owner.links.values()) expectReconciled(mesh, owner, link);
      }
      await mesh.heal();
      for (const owner of mesh.gateways) {
        expect(owner.faults).toEqual([]);
        for (const link of owner.links.values()) {
          expect(mesh.isLive(owner, link.peer)).toBe(!mesh.isGone(owner) && !mesh.isGone(link.peer));
          expectReconciled(mesh, owner, link);
          const { droppedBeforeSend, lost } = link.ledger.snapshot();
          const { dropped, delivered, duplicate, late } = receiverOf(link, owner);
          note({ ...droppedBeforeSend, ...dropped, lost, delivered, duplicate, late });
        }
      }
    });
  }

  it("should have met everything that can become of a record", () => {
    const causes = ["expired", "superseded", "channel-closed", "no-roster", "unknown-probe", "malformed"];
    for (const cause of ["lost", "delivered", "duplicate", "late", ...causes]) {
      expect(seen.get(cause), cause).toBeGreaterThan(10);
    }
  });
});

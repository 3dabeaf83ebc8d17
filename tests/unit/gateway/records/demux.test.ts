import { beforeEach, describe, expect, it } from "vitest";
import { kinds } from "../../../../firmware-bridge/frames/kinds.ts";
import {
  maxEffectBurst,
  maxEffectsPerSecond,
  maxRecordBurst,
  RecordAllowance,
} from "../../../../gateway/admission/record-allowance.ts";
import {
  Demux,
  type Gate,
  holdForRosterMs,
  maxHeldAggregates,
  maxHeldEffects,
} from "../../../../gateway/records/demux.ts";
import { Ledger } from "../../../../gateway/records/ledger.ts";
import { maxReceivedProbes } from "../../../../gateway/records/received-probes.ts";
import { maxRecords } from "../../../../gateway/wire/frame-types.ts";
import { effectLifetimeMs, type GatewayRecord } from "../../../../gateway/wire/record.ts";
import type { Roster, RosterProbe } from "../../../../gateway/wire/roster.ts";
import { makeCommand, makeGesture, makeRecord } from "../../../support/records.ts";

const rosterOf = (version: number, ...indexes: readonly number[]): Roster => ({
  version,
  name: "Ada",
  isHidden: false,
  probes: indexes.map((index) => ({ index, probeClass: 1, capabilities: 3, isConnected: true, name: `arm ${index}` })),
});

describe("demux", () => {
  let nowMs: number;
  let verdict: ReturnType<Gate>;
  let ledger: Ledger;
  let delivered: { record: GatewayRecord; probe: RosterProbe | undefined }[];
  let demux: Demux;

  beforeEach(() => {
    nowMs = 0;
    verdict = "in-time";
    ledger = new Ledger();
    delivered = [];
    demux = new Demux({
      now: () => nowMs,
      ledger,
      allowance: new RecordAllowance(() => nowMs),
      gate: () => verdict,
      deliver: (record, probe) => delivered.push({ record, probe }),
      onFlood: () => undefined,
    });
  });

  const receive = (rosterVersion: number, ...records: GatewayRecord[]) => demux.onAggregate({ rosterVersion, records });
  const sequences = () => delivered.map(({ record }) => record.sequence);

  it("should take no more records with an effect than a room of bands can make, and samples beside them", () => {
    demux.onRoster(rosterOf(1, 1));
    for (let sequence = 0; sequence < 2 * maxEffectBurst; sequence++) receive(1, makeGesture({ probe: 1, sequence }));
    expect(delivered).toHaveLength(maxEffectBurst);
    receive(1, makeRecord({ probe: 1, sequence: 2 * maxEffectBurst }));
    expect(delivered).toHaveLength(maxEffectBurst + 1);
    nowMs += 1000;
    for (let nth = 1; nth <= maxEffectBurst; nth++)
      receive(1, makeGesture({ probe: 1, sequence: 2 * maxEffectBurst + nth }));
    expect(delivered).toHaveLength(maxEffectBurst + 1 + maxEffectsPerSecond);
  });

  it("should account for all records that still wait when its peer is gone", () => {
    demux.onRoster(rosterOf(1, 1));
    receive(2, makeRecord({ probe: 1, sequence: 1 }), makeRecord({ probe: 1, sequence: 2 }));
    verdict = "unknown";
    receive(1, makeGesture({ probe: 1, sequence: 3 }));
    expect(ledger.snapshot().held).toBe(3);
    demux.giveUp();
    const { held, late, dropped } = ledger.snapshot();
    expect([held, late, dropped["no-roster"]]).toEqual([0, 1, 2]);
  });

  it("should pass on a record with the probe that it comes from", () => {
    expect(demux.onRoster(rosterOf(1, 1, 2))).toBe(true);
    const record = makeRecord({ probe: 2 });
    receive(1, record);
    expect(delivered).toEqual([{ record, probe: rosterOf(1, 1, 2).probes[1] }]);
    expect(ledger.snapshot()).toMatchObject({ received: 1, delivered: 1, held: 0 });
  });

  it("should pass on a command of the gateway itself", () => {
    demux.onRoster(rosterOf(1));
    receive(1, makeCommand());
    expect(delivered).toEqual([{ record: makeCommand(), probe: undefined }]);
  });

  it("should ignore a roster that is not newer", () => {
    expect(demux.onRoster(rosterOf(2, 1))).toBe(true);
    expect(demux.onRoster(rosterOf(2, 1, 2))).toBe(false);
    expect(demux.onRoster(rosterOf(1))).toBe(false);
    expect(demux.roster).toEqual(rosterOf(2, 1));
  });

  it("should drop a record whose probe is not in the roster that it names", () => {
    demux.onRoster(rosterOf(1, 1));
    demux.onRoster(rosterOf(2, 2));
    receive(1, makeRecord({ probe: 1, sequence: 10 }), makeRecord({ probe: 3 }));
    receive(2, makeRecord({ probe: 1, sequence: 11 }), makeRecord({ probe: 2, sequence: 12 }));
    expect(sequences()).toEqual([10, 12]);
    expect(ledger.snapshot().dropped["unknown-probe"]).toBe(2);
  });

  it("should pass on each record once", () => {
    demux.onRoster(rosterOf(1, 1));
    receive(1, makeGesture({ sequence: 2 }), makeGesture({ sequence: 1 }), makeGesture({ sequence: 2 }));
    receive(1, makeGesture({ sequence: 1 }));
    expect(sequences()).toEqual([2, 1]);
    expect(ledger.snapshot().duplicate).toBe(2);
  });

  it("should drop a sample that is older than one of its kind and probe", () => {
    demux.onRoster(rosterOf(1, 1, 2));
    receive(
      1,
      makeRecord({ sequence: 5 }),
      makeRecord({ sequence: 4 }),
      makeRecord({ sequence: 3, kind: kinds.lightLevel }),
      makeRecord({ sequence: 2, probe: 2 }),
      makeGesture({ sequence: 1 }),
    );
    expect(sequences()).toEqual([5, 3, 2, 1]);
    expect(ledger.snapshot().late).toBe(1);
  });

  it("should drop a command without a target, and one in a probe's name", () => {
    demux.onRoster(rosterOf(1, 1));
    receive(1, makeCommand({ payload: new Uint8Array() }), makeCommand({ probe: 1 }));
    expect(delivered).toEqual([]);
    expect(ledger.snapshot().dropped.malformed).toBe(2);
  });

  describe("before the roster", () => {
    it("should keep an aggregate, and pass its records on once the roster is there", () => {
      demux.onRoster(rosterOf(1, 1));
      receive(3, makeRecord({ probe: 2, sequence: 1 }));
      receive(2, makeRecord({ probe: 2, sequence: 2 }));
      receive(1, makeRecord({ probe: 1, sequence: 3 }));
      expect(sequences()).toEqual([3]);
      expect(ledger.snapshot().held).toBe(2);
      demux.onRoster(rosterOf(2, 1, 2));
      expect(sequences()).toEqual([3, 2]);
      demux.onRoster(rosterOf(3, 2));
      expect(ledger.snapshot()).toMatchObject({ held: 0, late: 1 });
    });

    it("should give up after five seconds", () => {
      receive(1, makeRecord(), makeRecord({ sequence: 1 }));
      nowMs = holdForRosterMs;
      demux.tick();
      expect(ledger.snapshot().held).toBe(2);
      nowMs += 1;
      demux.tick();
      expect(ledger.snapshot()).toMatchObject({ held: 0, dropped: { "no-roster": 2 } });
      demux.onRoster(rosterOf(1, 1));
      expect(delivered).toEqual([]);
    });

    it("should keep the newest 32 aggregates and no more", () => {
      for (let sequence = 0; sequence < maxHeldAggregates + 2; sequence++) receive(1, makeGesture({ sequence }));
      expect(ledger.snapshot()).toMatchObject({ held: maxHeldAggregates, dropped: { "no-roster": 2 } });
      demux.onRoster(rosterOf(1, 1));
      expect(sequences()).toEqual(Array.from({ length: maxHeldAggregates }, (_, i) => i + 2));
    });
  });

  describe("with deadlines", () => {
    beforeEach(() => {
      demux.onRoster(rosterOf(1, 1));
    });

    it("should not pass on a record with an effect after its deadline", () => {
      verdict = "late";
      receive(1, makeGesture(), makeCommand(), makeRecord({ sequence: 1 }));
      expect(sequences()).toEqual([1]);
      expect(ledger.snapshot().late).toBe(2);
    });

    it("should keep records with an effect until the peer's clock is known", () => {
      verdict = "unknown";
      receive(1, makeGesture({ sequence: 1 }), makeRecord({ sequence: 2 }), makeCommand({ sequence: 3 }));
      expect(sequences()).toEqual([2]);
      demux.recheck();
      expect(ledger.snapshot().held).toBe(2);
      verdict = "in-time";
      demux.recheck();
      expect(sequences()).toEqual([2, 1, 3]);
      expect(ledger.snapshot()).toMatchObject({ held: 0, delivered: 3 });
    });

    it("should call late what turns out to be late", () => {
      verdict = "unknown";
      receive(1, makeGesture());
      verdict = "late";
      demux.recheck();
      expect(delivered).toEqual([]);
      expect(ledger.snapshot()).toMatchObject({ held: 0, late: 1 });
    });

    it("should take a second copy of a record that waits for a duplicate", () => {
      verdict = "unknown";
      receive(1, makeGesture());
      receive(1, makeGesture());
      verdict = "in-time";
      demux.recheck();
      expect(delivered).toHaveLength(1);
      expect(ledger.snapshot().duplicate).toBe(1);
    });

    it("should give up what cannot be in time any more, whatever the clock is", () => {
      verdict = "unknown";
      receive(1, makeGesture());
      nowMs = effectLifetimeMs;
      demux.tick();
      expect(ledger.snapshot().held).toBe(1);
      nowMs += 1;
      demux.tick();
      expect(ledger.snapshot()).toMatchObject({ held: 0, late: 1 });
    });

    it("should keep 64 records and no more", () => {
      verdict = "unknown";
      for (let sequence = 0; sequence < maxHeldEffects + 3; sequence++) receive(1, makeGesture({ sequence }));
      expect(ledger.snapshot()).toMatchObject({ held: maxHeldEffects, late: 3 });
      verdict = "in-time";
      demux.recheck();
      expect(sequences()[0]).toBe(3);
    });

    it("should keep the bytes of a record that waits when its message is written over", () => {
      verdict = "unknown";
      const message = Uint8Array.of(1, 200);
      receive(1, makeGesture({ payload: message.subarray(0, 2) }));
      message.fill(0);
      verdict = "in-time";
      demux.recheck();
      expect(delivered[0]?.record.payload).toEqual(Uint8Array.of(1, 200));
    });
  });

  it("should drop what comes faster than a gateway may send", () => {
    demux.onRoster(rosterOf(1, 1));
    const burst = Array.from({ length: maxRecords }, () => makeRecord());
    for (let passed = 0; passed + maxRecords <= maxRecordBurst; passed += maxRecords) receive(1, ...burst);
    expect(ledger.snapshot().dropped.rate).toBe(0);
    receive(1, ...burst);
    expect(ledger.snapshot().dropped.rate).toBe(maxRecords);
    nowMs = 1000;
    receive(1, ...burst);
    expect(ledger.snapshot().dropped.rate).toBe(maxRecords);
  });

  it("should remember a bounded number of probes, the present ones first", () => {
    for (let version = 1; version <= 2 * maxReceivedProbes; version++)
      demux.onRoster(rosterOf(version, 1, version + 1));
    const newest = 2 * maxReceivedProbes;
    receive(1, makeGesture({ probe: 2 }), makeGesture({ probe: 1, sequence: 7 }));
    receive(newest, makeGesture({ probe: newest + 1, sequence: 8 }));
    expect(sequences()).toEqual([7, 8]);
    expect(ledger.snapshot().dropped["unknown-probe"]).toBe(1);
  });

  it("should report each record once, when it arrived, whatever becomes of it", () => {
    const arrivals: (readonly [number, number])[] = [];
    demux = new Demux({
      now: () => nowMs,
      ledger,
      allowance: new RecordAllowance(() => nowMs),
      gate: () => verdict,
      deliver: () => undefined,
      onFlood: () => undefined,
      onArrival: ({ sequence }, arrivedAtMs) => arrivals.push([sequence, arrivedAtMs]),
    });
    nowMs = 100;
    receive(1, makeRecord({ sequence: 5 })); // Before its roster.
    nowMs = 300;
    demux.onRoster(rosterOf(1, 1));
    receive(1, makeRecord({ sequence: 4 })); // Overtaken.
    receive(1, makeRecord({ sequence: 5 })); // A duplicate.
    verdict = "late";
    receive(1, makeGesture({ sequence: 6 }));
    expect(arrivals).toEqual([
      [5, 100],
      [4, 300],
      [6, 300],
    ]);
  });
});

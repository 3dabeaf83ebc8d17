import { beforeEach, describe, expect, it } from "vitest";
import { kinds } from "../../../../firmware-bridge/frames/kinds.ts";
import { Backlog, maxBacklogEffects, maxBacklogSamples } from "../../../../gateway/records/backlog.ts";
import { Ledger } from "../../../../gateway/records/ledger.ts";
import { makeCommand, makeGesture, makeRecord } from "../../../support/records.ts";

describe("backlog", () => {
  let ledger: Ledger;
  let backlog: Backlog;
  beforeEach(() => {
    ledger = new Ledger();
    backlog = new Backlog(ledger);
  });

  it("should keep of samples and status only the newest of each probe and kind", () => {
    const samples = [
      makeRecord({ sequence: 1 }),
      makeRecord({ sequence: 2, kind: kinds.lightLevel }),
      makeRecord({ sequence: 3 }),
      makeRecord({ sequence: 1, probe: 2 }),
      makeRecord({ sequence: 4, kind: kinds.battery }),
      makeRecord({ sequence: 5, kind: kinds.battery }),
    ];
    for (const sample of samples) backlog.add(sample);
    expect(backlog.take()).toEqual([samples[1], samples[2], samples[3], samples[5]]);
    expect(ledger.snapshot().droppedBeforeSend.superseded).toBe(2);
  });

  it("should keep all that has an effect, in its order and before the samples", () => {
    const records = [makeRecord(), makeGesture({ sequence: 1 }), makeCommand({ sequence: 9 }), makeGesture()];
    for (const record of records) backlog.add(record);
    expect(backlog.take()).toEqual([records[1], records[2], records[3], records[0]]);
    expect(backlog.take()).toEqual([]);
  });

  it("should drop the oldest when too much waits, and count it", () => {
    for (let i = 0; i < maxBacklogEffects + 3; i++) backlog.add(makeGesture({ sequence: i }));
    for (let i = 0; i < maxBacklogSamples + 2; i++) backlog.add(makeRecord({ probe: i }));
    expect(ledger.snapshot().droppedBeforeSend["backlog-full"]).toBe(5);
    const records = backlog.take();
    expect(records).toHaveLength(maxBacklogEffects + maxBacklogSamples);
    expect(records[0]?.sequence).toBe(3);
  });
});

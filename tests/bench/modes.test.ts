// The rival modes on fake time: what they send, when, and that what they send can be read again.
import { describe, expect, it } from "vitest";
import { makePayload } from "../../bench/load/payload.ts";
import { type Arrival, benchTag, type OutgoingContext } from "../../bench/modes/mode.ts";
import { type RivalName, rivalOf, rivals } from "../../bench/modes/modes.ts";
import { thesisWindowMs } from "../../bench/modes/thesis.ts";
import { protocolVersion } from "../../gateway/wire/frame-types.ts";
import { FakeTime } from "../support/fake-time.ts";

const names = Object.keys(rivals) as RivalName[];
const mark = { dueMs: 1234.5, slice: 7 };
const sample = (probe = 3) => ({ probe, kind: "sample" as const, payload: makePayload(40, mark) });
const gesture = { probe: 1, kind: "gesture" as const, payload: makePayload(10, mark) };

const rig = (name: RivalName) => {
  const time = new FakeTime();
  const sent: Uint8Array[] = [];
  const left: number[] = [];
  const context: OutgoingContext = {
    now: time.now,
    schedule: time.schedule,
    windowMs: 180,
    slice: mark.slice,
    broadcast: (message) => sent.push(message.slice()),
    broadcastEach: (makeMessage) => sent.push(makeMessage()),
    meter: { left: (count) => left.push(count) },
  };
  const arrivals = (): Arrival[] => {
    const all: Arrival[] = [];
    for (const message of sent) rivalOf(message)?.incoming(message, (arrival) => all.push(arrival));
    return all;
  };
  return { time, sent, left, arrivals, outgoing: rivals[name].outgoing(context) };
};

describe.each(names)("the mode %s", (name) => {
  it("should tag its messages as no message of the product is", async () => {
    const { outgoing, sent, time } = rig(name);
    outgoing.notify(sample());
    await time.advance(1000);
    expect(benchTag).not.toBe(protocolVersion);
    expect(sent.map(([first]) => first)).toEqual([benchTag]);
    expect(rivalOf(sent[0] ?? new Uint8Array())).toBe(rivals[name]);
  });

  it("should bring every message across, once", async () => {
    const { outgoing, arrivals, left, time } = rig(name);
    for (let i = 0; i < 5; i++) outgoing.notify(sample());
    outgoing.notify(gesture);
    await time.advance(1000);
    const counted = (kind: string) =>
      arrivals().reduce((sum, arrival) => sum + (arrival.kind === kind ? arrival.count : 0), 0);
    expect(counted("sample")).toBe(5);
    expect(counted("gesture")).toBe(1);
    expect(left.reduce((sum, count) => sum + count, 0)).toBe(6);
    for (const { slice } of arrivals()) expect(slice).toBe(mark.slice);
  });

  it("should send what is to leave now at once, and lose nothing when it is stopped", () => {
    const { outgoing, arrivals } = rig(name);
    const count = () => arrivals().reduce((sum, arrival) => sum + arrival.count, 0);
    outgoing.sendNow(Array.from({ length: 10 }, () => gesture));
    expect(count()).toBe(10);
    outgoing.notify(sample());
    outgoing.stop();
    expect(count()).toBe(11);
  });
});

it("should send each message alone in the mode per-message, and as one after a window in the others", async () => {
  const sentAfter = async (name: RivalName, ms: number): Promise<number> => {
    const { outgoing, sent, time } = rig(name);
    for (let i = 0; i < 5; i++) outgoing.notify(sample());
    await time.advance(ms);
    return sent.length;
  };
  expect(await sentAfter("per-message", 0)).toBe(5);
  expect([await sentAfter("floor", 179), await sentAfter("floor", 180)]).toEqual([0, 1]);
  expect([await sentAfter("thesis", thesisWindowMs - 1), await sentAfter("thesis", thesisWindowMs)]).toEqual([0, 1]);
});

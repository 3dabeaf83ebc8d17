import { beforeEach, describe, expect, it } from "vitest";
import { SendQueue } from "../../../../gateway/records/send-queue.ts";
import type { GatewayRecord } from "../../../../gateway/wire/record.ts";
import { FakeTime } from "../../../support/fake-time.ts";
import { makeRecord } from "../../../support/records.ts";

describe("send queue", () => {
  let time: FakeTime;
  let sent: (readonly GatewayRecord[])[];
  let queue: SendQueue;

  beforeEach(() => {
    time = new FakeTime();
    sent = [];
    queue = new SendQueue(time.schedule, (records) => sent.push(records));
  });

  const add = (slackMs: number, sequence = 0) => {
    queue.add(makeRecord({ sequence }));
    queue.flushWithin(slackMs, time.now());
  };
  const sequences = () => sent.map((records) => records.map(({ sequence }) => sequence));

  it("should send all that waits when the first slack has run out", async () => {
    add(180, 1);
    await time.advance(100);
    add(180, 2);
    await time.advance(79);
    expect(sent).toEqual([]);
    await time.advance(1);
    expect(sequences()).toEqual([[1, 2]]);
    await time.advance(1000);
    expect(sent).toHaveLength(1);
  });

  it("should send at once what has no slack, and all that waits with it", () => {
    add(180, 1);
    add(0, 2);
    expect(sequences()).toEqual([[1, 2]]);
    expect(time.pendingTasks).toBe(0);
  });

  it("should obey a later record whose slack runs out earlier", async () => {
    add(1000, 1);
    add(180, 2);
    await time.advance(180);
    expect(sequences()).toEqual([[1, 2]]);
  });

  it("should begin a new window with the first record after a flush", async () => {
    add(180, 1);
    await time.advance(200);
    add(180, 2);
    await time.advance(179);
    expect(sequences()).toEqual([[1]]);
    await time.advance(1);
    expect(sequences()).toEqual([[1], [2]]);
  });

  it("should make up for a timer that comes late", () => {
    const late = new SendQueue(
      () => () => undefined,
      (records) => sent.push(records),
    );
    late.add(makeRecord({ sequence: 1 }));
    late.flushWithin(180, 0);
    late.add(makeRecord({ sequence: 2 }));
    late.flushWithin(180, 180);
    expect(sequences()).toEqual([[1, 2]]);
  });

  it("should send a full packet before the record that no longer fits", () => {
    for (let sequence = 0; sequence < 100; sequence++) add(180, sequence);
    expect(sequences()[0]).toHaveLength(80); // 14 bytes each, in 1147 − 17.
    expect(queue.length).toBe(20);
  });

  it("should send a record that fills a packet by itself alone", () => {
    add(180, 1);
    queue.add(makeRecord({ sequence: 2, payload: new Uint8Array(1200) }));
    queue.add(makeRecord({ sequence: 3 }));
    queue.flush("changed");
    expect(sequences()).toEqual([[1], [2], [3]]);
  });

  it("should forget its timer with what it gives out", () => {
    add(180, 1);
    expect(queue.clear()).toHaveLength(1);
    expect(time.pendingTasks).toBe(0);
    expect(sent).toEqual([]);
  });
});

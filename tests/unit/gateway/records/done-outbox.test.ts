import { describe, expect, it } from "vitest";
import { DoneOutbox, doneSpacingMs, doneWaitMs } from "../../../../gateway/records/done-outbox.ts";
import { maxDoneWrites } from "../../../../gateway/wire/frame-types.ts";
import { FakeTime } from "../../../support/fake-time.ts";

const outbox = () => {
  const time = new FakeTime();
  const sent: { readonly to: string; readonly sequences: number[] }[] = [];
  const outbox = new DoneOutbox({
    schedule: time.schedule,
    send: (to, writes) => sent.push({ to, sequences: writes.map(({ sequence }) => sequence) }),
  });
  const add = (to: string, sequence: number) => outbox.add(to, { probe: 1, sequence, timeUs: 0, outcome: 1 });
  return { time, sent, outbox, add };
};

describe("an outbox for the outcomes of writes", () => {
  it("should send those of one moment together, to each gateway its own", async () => {
    const { time, sent, add } = outbox();
    add("ann", 1);
    add("bob", 2);
    await time.advance(doneWaitMs - 1);
    add("ann", 3);
    expect(sent).toEqual([]);
    await time.advance(1);
    expect(sent).toEqual([
      { to: "ann", sequences: [1, 3] },
      { to: "bob", sequences: [2] },
    ]);
  });

  it("should let those that follow wait for a second, and a lone one after a pause not", async () => {
    const { time, sent, add } = outbox();
    add("ann", 1);
    await time.advance(doneWaitMs);
    for (let sequence = 2; sequence < 10; sequence++) {
      add("ann", sequence);
      await time.advance(doneSpacingMs / 10);
    }
    expect(sent).toHaveLength(1);
    await time.advance(doneSpacingMs / 5);
    expect(sent[1]).toEqual({ to: "ann", sequences: [2, 3, 4, 5, 6, 7, 8, 9] });
    await time.advance(doneSpacingMs);
    expect(time.pendingTasks).toBe(0);
    add("ann", 10);
    await time.advance(doneWaitMs);
    expect(sent[2]).toEqual({ to: "ann", sequences: [10] });
  });

  it("should not let more wait than fit into one message", async () => {
    const { time, sent, add } = outbox();
    for (let sequence = 0; sequence <= maxDoneWrites; sequence++) add("ann", sequence);
    expect(sent).toEqual([{ to: "ann", sequences: Array.from({ length: maxDoneWrites }, (_, index) => index) }]);
    await time.advance(doneWaitMs);
    expect(sent[1]).toEqual({ to: "ann", sequences: [maxDoneWrites] });
  });

  it("should send what waits when it is closed, and nothing later", async () => {
    const { time, sent, outbox: box, add } = outbox();
    add("ann", 1);
    box.close();
    expect(sent).toEqual([{ to: "ann", sequences: [1] }]);
    add("ann", 2);
    await time.advance(doneWaitMs);
    expect(sent).toHaveLength(1);
    expect(time.pendingTasks).toBe(0);
  });
});

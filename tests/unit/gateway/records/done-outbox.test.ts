import { describe, expect, it } from "vitest";
import { DoneOutbox, doneWaitMs } from "../../../../gateway/records/done-outbox.ts";
import { type GatewayFrame, maxFrames } from "../../../../gateway/wire/frame-types.ts";
import { FakeTime } from "../../../support/fake-time.ts";

const outbox = () => {
  const time = new FakeTime();
  const sent: { readonly to: string; readonly sequences: number[] }[] = [];
  const outbox = new DoneOutbox({
    schedule: time.schedule,
    send: (to, frames) => sent.push({ to, sequences: frames.flatMap(sequenceOf) }),
  });
  const add = (to: string, sequence: number) => outbox.add(to, { probe: 1, sequence, timeUs: 0, outcome: 1 });
  return { time, sent, outbox, add };
};

const sequenceOf = (frame: GatewayFrame): number[] => (frame.type === "done" ? [frame.sequence] : []);

describe("an outbox of what became of writes", () => {
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

  it("should begin to wait anew after it has sent", async () => {
    const { time, sent, add } = outbox();
    add("ann", 1);
    await time.advance(doneWaitMs);
    add("ann", 2);
    await time.advance(doneWaitMs);
    expect(sent).toEqual([
      { to: "ann", sequences: [1] },
      { to: "ann", sequences: [2] },
    ]);
  });

  it("should not let more wait than one message holds", async () => {
    const { time, sent, add } = outbox();
    for (let sequence = 0; sequence <= maxFrames; sequence++) add("ann", sequence);
    expect(sent).toEqual([{ to: "ann", sequences: Array.from({ length: maxFrames }, (_, index) => index) }]);
    await time.advance(doneWaitMs);
    expect(sent[1]).toEqual({ to: "ann", sequences: [maxFrames] });
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

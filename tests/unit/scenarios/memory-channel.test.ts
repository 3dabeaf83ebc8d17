import { describe, expect, it } from "vitest";
import { backlogHighWaterBytes } from "../../../gateway/wire/channel.ts";
import { channelContract } from "../../contracts/channel-contract.ts";
import { FakeTime } from "../../support/fake-time.ts";
import { type MemoryChannel, memoryChannelPair } from "../../support/memory-channel.ts";

const heardBy = (channel: MemoryChannel) => {
  const heard: number[] = [];
  const drains: number[] = [];
  channel.listen({
    onMessage: (message) => heard.push(message[0] ?? -1),
    onDrain: () => drains.push(heard.length),
    onClose: () => heard.push(-1),
  });
  return { heard, drains };
};

describe("memory channel, contract", () => {
  for (const { name, run } of channelContract) {
    it(name, async () => {
      const time = new FakeTime();
      await run({
        openPair: async () => memoryChannelPair({ schedule: time.schedule }),
        wait: (ms) => time.advance(ms),
      });
    });
  }
});

describe("memory channel, script", () => {
  it("should let a later message overtake one that is delayed", async () => {
    const time = new FakeTime();
    const { dialer, callee } = memoryChannelPair({
      schedule: time.schedule,
      delayMs: (nth, from) => (nth === 0 && from === "dialer" ? 100 : 5),
    });
    const { heard } = heardBy(callee);
    for (const byte of [1, 2]) dialer.send(Uint8Array.of(byte));
    await time.advance(200);
    expect(heard).toEqual([2, 1]);
  });

  it("should hold back what is sent while the network takes nothing", async () => {
    const time = new FakeTime();
    const { dialer, callee } = memoryChannelPair({ schedule: time.schedule });
    const { heard } = heardBy(callee);
    const { drains } = heardBy(dialer);
    dialer.stall();
    dialer.send(new Uint8Array(backlogHighWaterBytes));
    await time.advance(1_000);
    expect([heard.length, dialer.bufferedBytes(), drains.length]).toEqual([0, backlogHighWaterBytes, 0]);
    dialer.resume();
    await time.advance(1_000);
    expect([heard.length, dialer.bufferedBytes(), drains.length]).toEqual([1, 0, 1]);
  });

  it("should lose everything after a cut and report it to nobody", async () => {
    const time = new FakeTime();
    const { dialer, callee } = memoryChannelPair({ schedule: time.schedule });
    const { heard } = heardBy(callee);
    dialer.cut();
    expect(dialer.send(Uint8Array.of(1))).toBe(true);
    dialer.close("gave up");
    await time.advance(10_000);
    expect(heard).toEqual([]);
    expect(callee.closeReason).toBeUndefined();
  });
});

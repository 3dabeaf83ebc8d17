import { beforeEach, describe, expect, it } from "vitest";
import { ChannelRelay, maxHeldMessages } from "../../../../gateway/admission/channel-relay.ts";
import type { ChannelListener } from "../../../../gateway/wire/channel.ts";
import { FakeTime } from "../../../support/fake-time.ts";
import { type MemoryChannel, memoryChannelPair } from "../../../support/memory-channel.ts";

describe("channel relay", () => {
  let channel: MemoryChannel;
  let relay: ChannelRelay;
  let told: string[];
  let listener: ChannelListener;

  beforeEach(() => {
    channel = memoryChannelPair({ schedule: new FakeTime().schedule }).callee;
    relay = new ChannelRelay(channel);
    told = [];
    listener = {
      onMessage: (message) => told.push(`${message[0]}`),
      onDrain: () => told.push("drain"),
      onClose: (reason) => told.push(reason),
    };
  });

  const arrive = (...bytes: readonly number[]): void => {
    for (const byte of bytes) channel.deliver(Uint8Array.of(byte));
  };

  it("should give one message for each question, in order, whether it is there already or not", async () => {
    arrive(1, 2);
    expect([await relay.next(), await relay.next()]).toEqual([Uint8Array.of(1), Uint8Array.of(2)]);
    const third = relay.next();
    arrive(3, 4);
    expect(await third).toEqual(Uint8Array.of(3));
    expect(relay.heldMessages).toBe(1);
  });

  it("should leave what is not asked for to the next listener", async () => {
    const isNine = ([byte]: Uint8Array): boolean => byte === 9;
    arrive(1);
    const nine = relay.next(isNine);
    arrive(2, 9, 3);
    expect(await nine).toEqual(Uint8Array.of(9));
    relay.forward(listener);
    arrive(4);
    expect(told).toEqual(["1", "2", "3", "4"]);
  });

  it("should pass on the end after what was kept back, once", () => {
    arrive(1);
    channel.close("over");
    relay.forward(listener);
    expect(told).toEqual(["1", "over"]);
  });

  it("should answer nothing more once the channel is closed", async () => {
    const asked = relay.next();
    channel.close("over");
    expect([await asked, await relay.next()]).toEqual([undefined, undefined]);
  });

  it("should stop passing on what was kept back when the listener closes the channel", () => {
    arrive(1, 2, 3);
    relay.forward({
      ...listener,
      onMessage: (message) => {
        listener.onMessage(message);
        channel.close("enough");
      },
    });
    expect(told).toEqual(["1", "enough"]);
  });

  it("should keep the order when a message arrives while earlier ones are passed on", () => {
    arrive(1, 2);
    relay.forward({
      ...listener,
      onMessage: (message) => {
        if (message[0] === 1) arrive(3);
        listener.onMessage(message);
      },
    });
    expect(told).toEqual(["1", "2", "3"]);
  });

  it("should close the channel rather than keep more than its bound", async () => {
    arrive(...Array(maxHeldMessages).keys());
    expect([relay.hasOverflowed, channel.closeReason]).toEqual([false, undefined]);
    arrive(1);
    expect([relay.hasOverflowed, relay.heldMessages]).toEqual([true, maxHeldMessages]);
    expect(channel.closeReason).toBeDefined();
  });
});

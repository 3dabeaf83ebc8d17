import { describe, expect, it } from "vitest";
import { goneForGoodMs, RollCall } from "../../../../web/key-change/roll-call.ts";
import { FakeTime } from "../../../support/fake-time.ts";

const [anna, ben, cleo] = ["Anna", "Ben", "Cleo"].map((name) => ({ gatewayId: name.toLowerCase(), name }));
if (!anna || !ben || !cleo) throw new Error("three are named");

const open = () => {
  const time = new FakeTime(5_000);
  const told: (readonly string[])[] = [];
  const room = { isReachable: true };
  const call = new RollCall({
    now: time.now,
    schedule: time.schedule,
    isReachable: () => room.isReachable,
    onMissing: (names) => told.push(names),
  });
  return { time, told, room, call };
};

describe("RollCall", () => {
  it("should name the people who have not come in time, and take it back when they come", async () => {
    const { time, told, call } = open();
    call.expect([anna, ben, cleo]);
    call.came("ben");
    await time.advance(goneForGoodMs - 1);
    expect(told).toEqual([]);
    await time.advance(1);
    expect(told).toEqual([["Anna", "Cleo"]]);
    call.came("anna");
    call.came("cleo");
    call.came("cleo");
    expect(told.slice(1)).toEqual([["Cleo"], []]);
    expect(time.pendingTasks).toBe(0);
  });

  it("should say nothing when all have come, or when the room was left", async () => {
    const { time, told, call } = open();
    call.expect([anna]);
    call.came("anna");
    await time.advance(goneForGoodMs);
    call.expect([ben]);
    call.clear();
    await time.advance(goneForGoodMs);
    expect(told).toEqual([]);
    expect(time.pendingTasks).toBe(0);
  });

  it("should wait while nobody could come", async () => {
    const { time, told, room, call } = open();
    room.isReachable = false;
    call.expect([anna]);
    await time.advance(3 * goneForGoodMs);
    expect(told).toEqual([]);
    room.isReachable = true;
    await time.advance(goneForGoodMs);
    expect(told).toEqual([["Anna"]]);
  });

  it("should give everybody their time, and nobody more, however often the room moves on", async () => {
    const { time, told, call } = open();
    call.expect([anna]);
    await time.advance(goneForGoodMs - 10_000);
    call.expect([anna, ben]);
    await time.advance(10_000);
    expect(told).toEqual([["Anna"]]);
    await time.advance(goneForGoodMs - 10_000);
    expect(told.at(-1)).toEqual(["Anna", "Ben"]);
  });
});

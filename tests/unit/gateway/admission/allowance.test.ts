import { describe, expect, it } from "vitest";
import { Allowance } from "../../../../gateway/admission/allowance.ts";
import type { GatewayFrame, NeighbourFrame } from "../../../../gateway/wire/frame-types.ts";

const roomId = "ab".repeat(16);
const [me, you, other] = ["1", "2", "3"].map((digit) => `${roomId}-${digit.repeat(16)}`) as [string, string, string];

const carried = (more: Partial<NeighbourFrame> = {}): GatewayFrame => ({
  type: "neighbourOffer",
  from: other,
  to: me,
  dialId: new Uint8Array(16),
  sdp: "v=0",
  ...more,
});
const bye: GatewayFrame = { type: "bye", reason: 1 };

/** How many of these messages a peer may send at one moment, and why not more. */
const takenOf = (allowance: Allowance, ...frames: readonly GatewayFrame[]) => {
  for (let taken = 0; ; taken++) {
    const excess = allowance.exceededBy(frames, me, 0);
    if (excess !== undefined) return { taken, excess };
  }
};

const open = () => {
  const time = { nowMs: 0 };
  return { time, allowance: new Allowance(() => time.nowMs) };
};

describe("what a peer may cost", () => {
  it("should be counted in messages and frames", () => {
    expect(takenOf(open().allowance, bye)).toEqual({ taken: 1000, excess: "rate" });
    expect(takenOf(open().allowance, bye, bye, bye)).toEqual({ taken: 500, excess: "rate" });
    expect(takenOf(open().allowance)).toEqual({ taken: 2000, excess: "rate" });
  });

  it("should not be used up by what it merely carries here, which has a bound of its own", () => {
    const { allowance, time } = open();
    expect(takenOf(allowance, carried(), carried({ type: "neighbourAnswer" }))).toEqual({ taken: 500, excess: "rate" });
    expect(takenOf(allowance, bye)).toEqual({ taken: 1000, excess: "rate" });
    time.nowMs = 1_000;
    expect(takenOf(allowance, carried())).toEqual({ taken: 10, excess: "rate" });
  });

  it("should apply to what it wants carried to others, and to what is beside the carried frames in one message", () => {
    expect(takenOf(open().allowance, carried({ from: you, to: other }))).toEqual({ taken: 1000, excess: "rate" });
    expect(takenOf(open().allowance, bye, bye, bye, carried())).toEqual({ taken: 500, excess: "rate" });
  });
});

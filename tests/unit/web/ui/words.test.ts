import { describe, expect, it } from "vitest";
import { maxSeats, placeAt, roundTrace, seatRadiusUnits, seatTurn } from "../../../../web/ui/dial-geometry.ts";
import { tracePoints } from "../../../../web/ui/motion-trace.tsx";
import {
  delayText,
  initials,
  linkText,
  nameText,
  peerStateLabel,
  peerStateText,
  roughDurationText,
  serverText,
} from "../../../../web/ui/words.ts";

describe("words for states", () => {
  it("should say a delay with its upper bound, and nothing more exact than it is", () => {
    const state = { kind: "connected", delay: { oneWayMs: 11.62, boundMs: 3.14 } } as const;
    expect(peerStateText(state, 0)).toBe("about 12 ms, at most 15 ms");
    expect(delayText(0.62, 0.41)).toBe("about 0.6 ms, at most 1.1 ms");
    expect(delayText(12.4, 3.8)).toBe("about 12 ms, at most 17 ms");
    expect(peerStateLabel(state)).toBe("12 ms");
  });

  it("should make up no delay before the clocks have been compared", () => {
    expect(peerStateText({ kind: "connected", delay: undefined }, 0)).toBe("connected");
  });

  it("should say for how long somebody sleeps or is gone", () => {
    expect(peerStateText({ kind: "asleep", sinceMs: 1000 }, 42_900)).toBe("asleep for 41 s");
    expect(peerStateText({ kind: "gone", sinceMs: 0 }, 130_000)).toBe("gone for 2 min");
    expect(roughDurationText(-5)).toBe("0 s");
    expect(roughDurationText(2 * 3_600_000)).toBe("2 h");
  });

  it("should promise that the room goes on only where somebody is connected", () => {
    const away = { kind: "away", retryAtMs: 1_000 } as const;
    expect(serverText(away, true)).toBe("Server: away, the room goes on");
    expect(serverText(away, false)).toBe("Server: cannot be reached");
    expect(serverText({ kind: "connected" }, false)).toBe("Server: connected");
  });

  it("should bring the remedy with a link's failure", () => {
    expect(linkText({ kind: "reconnecting", attempt: 3, failure: "link-lost" })).toEqual({
      state: "connecting again, try 3",
      help: "The connection to the band was lost. Keep the band near the phone; the page connects again by itself.",
    });
    expect(linkText({ kind: "closed" }).help).toBeUndefined();
  });
});

describe("names", () => {
  it.each([
    ["Mira", "M"],
    ["Per Olof", "PO"],
    ["Station 6", "S6"],
    ["Dancer 12", "D12"],
    ["Mira #2", "M2"],
    ["👩‍🔧 Ana", "👩A"],
    ["\u202eevil", "E"],
    ["", "?"],
    ["   ", "?"],
  ])("should shorten %j to %j", (name, short) => {
    expect(initials(name)).toBe(short);
  });

  it("should call the nameless something", () => {
    expect(nameText(" ")).toBe("No name");
    expect(nameText("Mira")).toBe("Mira");
  });
});

describe("the dial's geometry", () => {
  it("should seat the first at the top and go clockwise", () => {
    expect(placeAt(0, 10)).toEqual({ x: 50, y: 40 });
    expect(placeAt(0.25, 10).x).toBeCloseTo(60);
  });

  it("should leave a finger's width between neighbours on a narrow phone", () => {
    const dialPx = 360 - 2 * 16;
    const [one, two] = [0, 1].map((i) => placeAt(seatTurn(i, maxSeats), seatRadiusUnits));
    const apartPx = (Math.hypot((one?.x ?? 0) - (two?.x ?? 0), (one?.y ?? 0) - (two?.y ?? 0)) / 100) * dialPx;
    expect(apartPx).toBeGreaterThanOrEqual(44);
  });
});

describe("traces of movement", () => {
  const rest = { x: 0, y: 0, z: 1000 };

  it("should put the newest point at the right edge and cut what is beyond the scale", () => {
    expect(tracePoints([rest, { x: 9000, y: 0, z: 0 }], "x")).toBe("62,8.00 63,1.00");
  });

  it("should draw an arm at rest as a circle whose newest point is at the top", () => {
    const points = roundTrace([rest, rest], 64).split(" ");
    expect(points.at(-1)).toBe("50.00,28.00");
    expect(roundTrace([], 64)).toBe("");
  });
});

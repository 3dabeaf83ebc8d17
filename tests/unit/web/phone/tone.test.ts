import { describe, expect, test } from "vitest";
import { fullGain, TonePlayer } from "../../../../web/phone/tone.ts";
import { settle } from "../../../support/fake-time.ts";

/** As much of WebAudio as a tone needs; notes at which time which loudness was asked for. */
class FakeAudio {
  readonly levels: { readonly level: number; readonly atS: number }[] = [];
  readonly oscillators: { startedAtS: number | undefined; stops: number[] }[] = [];
  resumes = 0;
  closes = 0;
  state = "running";
  currentTime = 5;
  readonly destination = {};

  resume = async () => void this.resumes++;
  close = async () => void this.closes++;
  createGain = () => ({
    gain: { value: 1, setTargetAtTime: (level: number, atS: number) => void this.levels.push({ level, atS }) },
    connect: () => undefined,
    disconnect: () => undefined,
  });
  createOscillator = () => {
    const record: FakeAudio["oscillators"][number] = { startedAtS: undefined, stops: [] };
    this.oscillators.push(record);
    return {
      frequency: { value: 0 },
      connect: (node: unknown) => node,
      start: () => {
        record.startedAtS = this.currentTime;
      },
      stop: (atS = this.currentTime) => void record.stops.push(atS),
    };
  };
}

const setUp = () => {
  const audio = new FakeAudio();
  let made = 0;
  const player = new TonePlayer(() => {
    made++;
    return audio as unknown as AudioContext;
  });
  return { audio, player, madeCount: () => made };
};

describe("TonePlayer", () => {
  test("should make no sound and no context before a tap has unlocked it", () => {
    const { audio, player, madeCount } = setUp();
    player.play([100], 100);
    expect(madeCount()).toBe(0);
    player.unlock();
    player.unlock();
    expect(madeCount()).toBe(1);
    expect(audio.resumes).toBe(2);
  });

  test("should make no sound while the browser keeps the context suspended, instead of a late one", () => {
    const { audio, player } = setUp();
    player.unlock();
    audio.state = "suspended";
    player.play([100], 100);
    expect(audio.oscillators).toEqual([]);
    audio.state = "running";
    player.play([100], 100);
    expect(audio.oscillators).toHaveLength(1);
  });

  test("should go on when the page is back, but begin with a tap", async () => {
    const { audio, player, madeCount } = setUp();
    player.resume();
    expect(madeCount()).toBe(0);
    player.unlock();
    audio.resume = () => Promise.reject(new DOMException("interrupted", "InvalidStateError"));
    player.resume(); // It may be too early: nobody hears of that.
    await settle();
  });

  test("should sound in the rhythm and strength of the vibration, and end", () => {
    const { audio, player } = setUp();
    player.unlock();
    player.play([100, 50, 200], 50);
    const half = fullGain / 2;
    expect(audio.levels.map(({ level }) => level)).toEqual([half, 0, half, 0]);
    [5, 5.1, 5.15, 5.35].forEach((atS, i) => {
      expect(audio.levels[i]?.atS).toBeCloseTo(atS);
    });
    expect(audio.oscillators[0]?.stops[0]).toBeGreaterThan(5.35);
  });

  test("should replace a tone that still sounds", () => {
    const { audio, player } = setUp();
    player.unlock();
    player.play([1000], 100);
    audio.currentTime = 5.2;
    player.play([100], 100);
    expect(audio.oscillators[0]?.stops.at(-1)).toBe(5.2);
  });

  test("should be silent for good when it is closed", async () => {
    const { audio, player } = setUp();
    player.unlock();
    await player.close();
    await player.close();
    player.play([100], 100);
    expect(audio.closes).toBe(1);
    expect(audio.oscillators).toEqual([]);
  });
});

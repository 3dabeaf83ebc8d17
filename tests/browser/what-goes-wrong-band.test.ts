// What a person reads when a band that is paired makes trouble, and what becomes of the buzz that was meant for it: a
// link that is lost in the middle of a write, a device that is busy or silent, and one that sends rubbish.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { FrameEncoder } from "../../firmware-bridge/frames/encode-frames.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { encodeGesture } from "../../firmware-bridge/frames/payloads.ts";
import { gestureCode } from "../../firmware-bridge/gestures/gestures.ts";
import { Dice } from "../support/dice.ts";
import type { EmulatedArmProbe } from "../support/emulated-arm-probe.ts";
import { labels } from "../support/page-labels.ts";
import type { RoomPage } from "../support/room-page.ts";
import { Stage } from "../support/stage.ts";
import { logOn, noticesOn, proveAlive, told } from "../support/told.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set();
});

afterEach(async () => expect(await stage.clear()).toEqual([]));

afterAll(() => stage?.strike());

interface Pair {
  readonly anna: RoomPage;
  readonly band: EmulatedArmProbe;
  readonly ben: RoomPage;
}

/** Anna wears a band, and Ben, who wears a simulated one, can let it buzz. */
const enter = async (): Promise<Pair> => {
  const anna = await stage.person("Anna");
  const band = await stage.band(anna, "Anna's band");
  const invite = await anna.createRoom(stage.server.origin);
  await anna.page.getByRole("button", { name: labels.pairBand }).click();
  await expect.poll(() => linkOf(anna)).toBe("connected");
  const ben = await stage.person("Ben");
  await ben.join(invite);
  await ben.addSimulatedArm();
  await ben.page.getByRole("button", { name: "Buzz Anna", exact: true }).waitFor();
  return { anna, band, ben };
};

const linkOf = async (person: RoomPage): Promise<string | undefined> => (await person.report()).probes[0]?.link.kind;

const buzzAnna = ({ ben }: Pair): Promise<void> =>
  ben.page.getByRole("button", { name: "Buzz Anna", exact: true }).click();

const vibrations = (band: EmulatedArmProbe): number =>
  band.received.filter(({ kind }) => kind === kinds.vibrate).length;

const cautionsOn = ({ page }: RoomPage): Promise<string[]> => page.locator(".probe .caution").allInnerTexts();

describe("a band that is paired", () => {
  test("should lose its link in the middle of a buzz, say so to both, and come back by itself", async () => {
    const pair = await enter();
    const { anna, band, ben } = pair;
    await anna.page.getByLabel("Name of band Anna's band").fill("Left wrist");
    await anna.page.getByLabel("Name of band Anna's band").press("Enter");
    await band.setSilent(true);
    await buzzAnna(pair);
    await expect.poll(() => band.unanswered).toBe(1);
    await band.drop();

    await expect.poll(() => logOn(anna.page)).toContain("Left wrist could not be reached for Ben");
    await expect.poll(() => cautionsOn(anna)).toEqual([told("link-lost")]);
    await anna.page.getByText(/connecting again, try \d/).waitFor();
    await ben.page.getByRole("button", { name: "Buzz Anna", exact: true }).waitFor({ state: "detached" });
    await proveAlive(anna);
    expect(await noticesOn(anna.page)).toEqual([]); // It recovers by itself: nobody has to do anything.

    await band.setSilent(false);
    band.comeBack();
    await expect.poll(() => linkOf(anna)).toBe("connected");
    await expect.poll(() => cautionsOn(anna)).toEqual([]);
    expect(await anna.page.getByLabel("Name of band Left wrist").inputValue()).toBe("Left wrist");
    expect(vibrations(band)).toBe(0); // The buzz that failed is too late now.
    await buzzAnna(pair);
    await expect.poll(() => vibrations(band)).toBe(1);
    await expect.poll(() => logOn(anna.page)).toContain("Left wrist buzzed, from Ben");
  });

  test("should buzz although Chromium says twice that it is busy", async () => {
    const pair = await enter();
    const { anna, band } = pair;
    await band.injectBusyWrites(2);
    await buzzAnna(pair);
    await expect.poll(() => vibrations(band)).toBe(1);
    await expect.poll(() => logOn(anna.page)).toContain("Anna's band buzzed, from Ben");
    expect(await cautionsOn(anna)).toEqual([]);
  });

  test("should be said to be out of reach while it stays busy, and buzz afterwards", async () => {
    const pair = await enter();
    const { anna, band } = pair;
    await band.injectBusyWrites(1_000);
    await buzzAnna(pair);
    await expect.poll(() => logOn(anna.page)).toContain("Anna's band could not be reached for Ben");
    expect(await linkOf(anna)).toBe("connected");
    await band.injectBusyWrites(0);
    await buzzAnna(pair);
    await expect.poll(() => vibrations(band)).toBe(1);
  });

  test("should be said not to answer when it is silent, and be connected as soon as it speaks", async () => {
    const anna = await stage.person("Anna");
    const band = await stage.band(anna, "Anna's band");
    await band.setSilent(true);
    await anna.createRoom(stage.server.origin);
    await anna.page.getByRole("button", { name: labels.pairBand }).click();
    await expect.poll(() => cautionsOn(anna)).toEqual([told("link-timeout")]);
    await proveAlive(anna);
    await band.setSilent(false);
    await expect.poll(() => linkOf(anna)).toBe("connected");
    await expect.poll(() => cautionsOn(anna)).toEqual([]);
    await anna.page.getByRole("button", { name: "Test buzz on Anna's band" }).click();
    await expect.poll(() => vibrations(band)).toBe(1);
  });

  test("should be understood between any rubbish that it sends, and the rubbish be counted", async () => {
    const { anna, band, ben } = await enter();
    const dice = new Dice(4);
    const rubbish = new FrameEncoder();
    const bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => dice.between(0, 256));
    const wave = encodeGesture({ gesture: gestureCode("wave"), intensity: 200 });
    const cut = (frame: Uint8Array): Uint8Array => frame.subarray(0, -2);
    const longest = 512; // The greatest length of a characteristic's value (Core Specification, Vol 3 Part F §3.2.9).
    const rounds = 25;
    for (let round = 0; round < rounds; round++) {
      await band.notify(bytes(dice.between(1, 20)));
      await band.notify(bytes(longest));
      await band.notify(new Uint8Array(20).fill(0xea)); // Nothing but beginnings of frames.
      for (const frame of rubbish.encode(kinds.motion, bytes(8))) await band.notify(cut(frame));
      // It has no beginning.
      for (const frame of rubbish.encode(kinds.opaque, bytes(200)).slice(1)) await band.notify(frame);
      await band.send(kinds.motion, bytes(3)); // A good frame around a payload that is too short.
      await band.send(kinds.gesture, wave);
    }
    await band.notify(new Uint8Array(20)); // What a cut frame still waits for.

    const wavesAt = async (person: RoomPage): Promise<number> => {
      const buzzes = (await person.report()).probes[0]?.buzzes ?? {};
      return Object.values(buzzes).reduce((sum, count) => sum + count, 0);
    };
    await expect.poll(() => wavesAt(ben)).toBe(rounds);
    const { probes } = await anna.report();
    expect(probes[0]?.discarded).toMatchObject({
      skippedBytes: expect.toSatisfy((count: number) => count > rounds * longest),
      badChecksums: expect.toSatisfy((count: number) => count > 0),
      lostFrames: expect.toSatisfy((count: number) => count > 0),
      brokenMessages: expect.toSatisfy((count: number) => count >= rounds),
    });
    expect(probes[0]?.link.kind).toBe("connected");
    expect(await noticesOn(anna.page)).toEqual([]);
    await anna.page.getByRole("button", { name: "Test buzz on Anna's band" }).click();
    await expect.poll(() => vibrations(band)).toBe(1);
  });
});

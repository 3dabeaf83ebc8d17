// What the others see when a page is hidden, killed, reloaded or doubled, and what a page that slept does when it
// wakes: nobody is there twice, nobody loses anything, and nothing buzzes that is out of date.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { sleepGapMs } from "../../gateway/basics/wake-detector.ts";
import { effectLifetimeMs } from "../../gateway/wire/record.ts";
import { rendererPid } from "../support/renderer-process.ts";
import type { RoomPage } from "../support/room-page.ts";
import { Stage } from "../support/stage.ts";
import { logOn, noticesOn, proveAlive } from "../support/told.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set();
});

afterEach(async () => expect(await stage.clear()).toEqual([]));

afterAll(() => stage?.strike());

interface Pair {
  readonly anna: RoomPage;
  readonly ben: RoomPage;
  readonly invite: string;
}

/** Two people with a simulated band each, who can let each other buzz. */
const enter = async (): Promise<Pair> => {
  const { host: anna, invite } = await stage.host("Anna");
  const ben = await stage.person("Ben");
  await ben.join(invite);
  for (const person of [anna, ben]) await person.addSimulatedArm();
  await anna.buzz(ben);
  await ben.buzz(anna);
  return { anna, ben, invite };
};

const buzzes = async (person: RoomPage): Promise<number> => (await person.report()).probes[0]?.buzzes.written ?? 0;

const namesOn = ({ page }: RoomPage): Promise<string[]> => page.locator(".person-name").allTextContents();

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("another page of the room", () => {
  test("should be reached while it is hidden", async () => {
    const { anna, ben } = await enter();
    await ben.page.evaluate(() => {
      // A headless page is never hidden: the test says so to it, as a browser that goes to the background does.
      Object.defineProperty(document, "hidden", { value: true, configurable: true });
      Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    });
    await anna.buzz(ben);
    await ben.buzz(anna);
    expect(await namesOn(anna)).toEqual(["Ben"]);
  });

  test("should be shown as asleep when it was killed, and offer no button that leads nowhere", async () => {
    const { anna, ben, invite } = await enter();
    process.kill(await rendererPid(stage.browser, ben.page), "SIGKILL");
    await anna.page.locator(".person-asleep, .person-gone").waitFor();
    expect(await anna.page.getByRole("button", { name: /^Buzz Ben/ }).count()).toBe(0);
    const cleo = await stage.person("Cleo");
    await cleo.join(invite);
    await cleo.addSimulatedArm();
    await anna.buzz(cleo);
    await proveAlive(anna);
    await ben.close();
  });

  test("should be there once after it was reloaded, under its name", async () => {
    const { anna, ben } = await enter();
    const before = await ben.report();
    for (let nth = 1; nth <= 2; nth++) {
      await ben.page.reload();
      await expect.poll(() => ben.connectedPeers()).toBe(1);
    }
    const after = await ben.report();
    expect([after.slot, after.epoch]).toEqual([before.slot, before.epoch + 2]);
    await expect.poll(() => anna.connectedPeers()).toBe(1);
    await expect.poll(() => namesOn(anna)).toEqual(["Ben"]);
    await ben.addSimulatedArm();
    await anna.buzz(ben);
    expect(await noticesOn(anna.page)).toEqual([]);
    expect(await noticesOn(ben.page)).toEqual([]);
  });

  test("should be another gateway with a name of its own when it is a second tab, and both see each other", async () => {
    const { host: anna, invite } = await stage.host("Anna");
    await anna.addSimulatedArm();
    const tab = await stage.secondTab(anna, "Anna's tablet");
    await tab.join(invite);
    await tab.addSimulatedArm();
    await anna.buzz(tab);
    await tab.buzz(anna);
    expect([(await anna.report()).slot, (await tab.report()).slot]).toEqual([1, 2]);
    await tab.page.reload();
    await expect.poll(() => anna.connectedPeers()).toBe(1);
    await expect.poll(() => namesOn(anna)).toEqual(["Anna's tablet"]);
    await expect.poll(() => namesOn(tab)).toEqual(["Anna"]);
    expect((await tab.report()).slot).toBe(2);
    expect(await anna.page.getByLabel("Your name").inputValue()).toBe("Anna");
    expect(await tab.page.getByLabel("Your name").inputValue()).toBe("Anna's tablet");
  });
});

describe("a page that was asleep", () => {
  test("should say so when it wakes, buzz nothing that is out of date, and everything that is not", async () => {
    const { anna, ben } = await enter();
    const pid = await rendererPid(stage.browser, ben.page);
    const before = await buzzes(ben);
    const asked = 3;
    process.kill(pid, "SIGSTOP");
    try {
      for (let nth = 1; nth <= asked; nth++)
        await anna.page.getByRole("button", { name: "Buzz Ben", exact: true }).click();
      await pause(sleepGapMs + 2 * effectLifetimeMs); // A shorter sleep is not one, and all three are out of date then.
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await expect.poll(async () => (await ben.report()).traffic.late).toBe(asked);
    await expect
      .poll(() => logOn(ben.page))
      .toContain("This page was asleep; it compares clocks again before anything vibrates");
    expect(await buzzes(ben)).toBe(before);
    await anna.buzz(ben);
    expect(await buzzes(ben)).toBe(before + 1);
    expect(await namesOn(ben)).toEqual(["Anna"]);
    expect(await noticesOn(ben.page)).toEqual([]);
  });
});

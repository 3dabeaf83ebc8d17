// The shift governor and the dark screen on real pages: a battery that falls too fast for the shift, a person who
// overrules, and a phone in a pocket that goes on as a gateway and draws nothing.
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { defaultWindowMs } from "../../gateway/wire/record.ts";
import { openDetails } from "../support/figures-page.ts";
import type { RoomPage } from "../support/room-page.ts";
import { Stage } from "../support/stage.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set({ moves: true });
});

afterEach(async () => expect(await stage.clear()).toEqual([]));

afterAll(() => stage?.strike());

declare global {
  interface Window {
    /** Lets the phone's wall clock and its battery go on. */
    passTime(minutes: number, battery: { readonly percent: number; readonly charging?: boolean }): void;
  }
}

/** A phone whose battery and clocks do what the test says. */
const withBattery = ({ page }: RoomPage, percent: number): Promise<unknown> =>
  page.addInitScript((startPercent) => {
    const battery = Object.assign(new EventTarget(), { level: startPercent / 100, charging: false });
    Object.defineProperty(Navigator.prototype, "getBattery", { value: async () => battery, configurable: true });
    const [realNow, realMonotonicNow] = [Date.now, performance.now.bind(performance)];
    let aheadMs = 0;
    // Both: a wall clock that goes on alone was set.
    Date.now = () => realNow() + aheadMs;
    performance.now = () => realMonotonicNow() + aheadMs;
    window.passTime = (minutes, { percent: level, charging = false }) => {
      aheadMs += minutes * 60_000;
      Object.assign(battery, { level: level / 100, charging });
      battery.dispatchEvent(new Event("levelchange"));
      battery.dispatchEvent(new Event("chargingchange"));
    };
  }, percent);

const powerOf = ({ page }: RoomPage) => page.getByRole("region", { name: "Power" });
const windowOf = async (person: RoomPage): Promise<number> => (await person.report()).windowMs;
const paceOf = async (person: RoomPage) => (await person.report()).probes[0]?.pace;

describe("a battery that falls too fast for the shift", () => {
  test("should be made to last, until its owner wants full speed, and again when it is unplugged", async () => {
    const anna = await stage.person("Anna");
    await withBattery(anna, 60);
    await anna.createRoom(stage.server.origin);
    await anna.addSimulatedArm();
    const power = powerOf(anna);
    await power.getByText("Measuring how fast the battery empties").waitFor();
    expect(await windowOf(anna)).toBe(defaultWindowMs);

    // Ten percent an hour: it would be empty two hours before the shift is over.
    for (let percent = 59; percent >= 54; percent--)
      await anna.page.evaluate((level) => window.passTime(6, { percent: level }), percent);
    await power.getByText(/^Saving power to last until/).waitFor();
    await power.getByText("bands measure it 16 times a second").waitFor();
    await expect.poll(() => windowOf(anna)).toBe(300);
    await expect.poll(() => paceOf(anna)).toEqual({ kind: "thinned", motionHz: 16 });

    await anna.page.getByRole("button", { name: "Show figures" }).click();
    await openDetails(anna.page);
    await anna.page.getByRole("button", { name: "Numbers", exact: true }).click();
    const waiting = anna.page.locator("dt", { hasText: "samples may wait" }).locator("xpath=following-sibling::dd");
    await expect.poll(() => waiting.textContent()).toBe("300 ms");

    await power.getByRole("button", { name: "Full speed" }).click();
    await power.getByText("Full speed, as you wish").waitFor();
    await expect.poll(() => windowOf(anna)).toBe(defaultWindowMs);
    await expect.poll(() => paceOf(anna)).toEqual({ kind: "own" });
    await expect.poll(() => waiting.textContent()).toBe(`${defaultWindowMs} ms`);

    await power.getByRole("button", { name: "Save power again" }).click();
    await expect.poll(() => windowOf(anna)).toBe(300);
    await anna.page.evaluate(() => window.passTime(1, { percent: 54, charging: true }));
    await power.getByText("Charging: no need to save power").waitFor();
    await expect.poll(() => windowOf(anna)).toBe(defaultWindowMs);
  });

  test("should keep its owner's word over a reload, and the end of the shift", async () => {
    const anna = await stage.person("Anna");
    await withBattery(anna, 60);
    await anna.createRoom(stage.server.origin);
    const end = powerOf(anna).getByLabel("Shift ends");
    const chosen = (await end.inputValue()) === "03:07" ? "03:08" : "03:07";
    await end.fill(chosen);
    await anna.page.reload();
    await expect.poll(() => end.inputValue()).toBe(chosen);
  });
});

describe("a phone in a pocket", () => {
  const countMutations = (page: Page): Promise<void> =>
    page.evaluate(() => {
      const root = document.querySelector("#app");
      let count = 0;
      new MutationObserver((mutations) => {
        count += mutations.length;
        document.documentElement.setAttribute("data-mutations", String(count));
      }).observe(root ?? document.body, { subtree: true, childList: true, attributes: true, characterData: true });
      document.documentElement.setAttribute("data-mutations", "0");
    });
  const mutationsOf = (page: Page): Promise<number> =>
    page.evaluate(() => Number(document.documentElement.getAttribute("data-mutations")));

  /** Waits until that many more samples have moved the line that Ben watches. */
  const watchMoves = async ({ page }: RoomPage, moves: number): Promise<void> => {
    const line = page.locator(".remote-probe .trace-x");
    for (let i = 0; i < moves; i++) {
      const before = await line.getAttribute("points");
      await expect.poll(() => line.getAttribute("points")).not.toBe(before);
    }
  };

  test("should go on as a gateway, be buzzed, draw nothing, and wake by one tap", async () => {
    const { host: anna, invite } = await stage.host("Anna");
    await anna.addSimulatedArm();
    const ben = await stage.person("Ben");
    await ben.join(invite);
    await ben.addSimulatedArm();
    await ben.buzz(anna);
    await ben.page.getByRole("button", { name: /^Anna/ }).click();
    await ben.page.getByRole("button", { name: /^Watch .* of Anna/ }).click();
    await watchMoves(ben, 1);

    await anna.page.getByRole("button", { name: "Dark screen" }).click();
    await anna.page.getByRole("dialog", { name: "Dark screen" }).waitFor();
    await countMutations(anna.page);
    await watchMoves(ben, 5);
    await ben.buzz(anna);
    await watchMoves(ben, 5);
    expect(await mutationsOf(anna.page)).toBe(0);

    await anna.page.mouse.click(195, 300);
    await anna.page.getByRole("dialog").waitFor({ state: "detached" });
    const before = await mutationsOf(anna.page);
    await expect.poll(() => mutationsOf(anna.page)).toBeGreaterThan(before + 5);
    expect((await ben.report()).probes[0]?.buzzes.written).toBeUndefined(); // The waking tap buzzed nobody.
  });
});

describe("a dial that is scrolled out of sight", () => {
  const runningAnimations = (page: Page): Promise<readonly string[]> =>
    page.evaluate(() =>
      document
        .getAnimations()
        .filter(({ playState }) => playState === "running")
        .map((animation) => (animation instanceof CSSAnimation ? animation.animationName : "a transition")),
    );
  const pointsOf = (page: Page): Promise<string | null> => page.locator(".round-trace").getAttribute("points");

  test("should move again as soon as it is seen, and not before", async () => {
    const { host: anna, invite } = await stage.host("Anna");
    await anna.addSimulatedArm();
    const ben = await stage.person("Ben");
    await ben.join(invite);
    await ben.buzz(anna);
    await anna.page.setViewportSize({ width: 390, height: 500 });
    await anna.page.getByRole("heading", { name: "Figures" }).scrollIntoViewIfNeeded();
    await anna.page.locator(".dial.unseen").waitFor();

    const still = await pointsOf(anna.page);
    await ben.buzz(anna);
    const line = anna.page.getByText("buzzed, from Ben");
    await line.last().waitFor();
    expect(await runningAnimations(anna.page)).toEqual([]);
    expect(await pointsOf(anna.page)).toBe(still);

    await anna.page.locator(".dial").scrollIntoViewIfNeeded();
    await expect.poll(() => pointsOf(anna.page)).not.toBe(still);
    await ben.buzz(anna);
    await expect.poll(() => runningAnimations(anna.page)).toContain("throb");
  });
});

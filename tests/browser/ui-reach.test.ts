import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorTexts } from "../../web/ui/errors.ts";
import { labels } from "../support/page-labels.ts";
import { callsOf, GalleryBrowser, phone } from "../support/ui-gallery/gallery-browser.ts";
import { scenes } from "../support/ui-gallery/scenes.ts";

/** Apple's and WCAG 2.5.5's measure of what a finger hits. */
const targetPx = 44;
const controls = "button, a[href], input, select";

let gallery: GalleryBrowser;
beforeAll(async () => {
  gallery = await GalleryBrowser.open();
});
afterAll(() => gallery.close());

const controlRoles: ReadonlySet<unknown> = new Set(["button", "link", "textbox", "combobox", "slider"]);

/** The roles of controls that a screen reader would find without a name. */
const namelessControls = async (page: Page): Promise<readonly unknown[]> => {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  const found = nodes.filter((node) => !node.ignored && controlRoles.has(node.role?.value));
  expect(found.length).toBeGreaterThan(0);
  return found.filter((node) => String(node.name?.value ?? "").trim() === "").map((node) => node.role?.value);
};

/** Tabs until the focus is where `name` is; the control is then pressed by Enter. */
const pressByKeyboard = async (page: Page, name: string): Promise<void> => {
  const wanted = page.getByRole("button", { name, exact: true }).first();
  const mostStops = await page.locator(controls).count();
  for (let stop = 0; stop <= mostStops; stop++) {
    if (await wanted.evaluate((element) => element === document.activeElement)) {
      await page.keyboard.press("Enter");
      return;
    }
    await page.keyboard.press("Tab");
  }
  expect.fail(`Tab never reached ${name}`);
};

describe("reach", () => {
  it.each(Object.keys(scenes))("should give every control a name and the size of a finger: %s", async (name) => {
    const { page } = await gallery.scene(name, { viewport: phone });
    expect(await namelessControls(page)).toEqual([]);
    const small = await page.locator(controls).evaluateAll(
      (elements, leastPx) =>
        elements
          .filter((element) => element.checkVisibility())
          .map((element) => ({ element, box: element.getBoundingClientRect() }))
          .filter(({ box }) => Math.round(box.width) < leastPx || Math.round(box.height) < leastPx)
          .map(({ element, box }) => `${element.className} ${box.width}×${box.height}`),
      targetPx,
    );
    expect(small).toEqual([]);
    await page.context().close();
  });

  it("should have one main, one first heading and no step left out below it", async () => {
    const { page } = await gallery.scene("ten");
    expect(await page.getByRole("main").count()).toBe(1);
    expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
    const levels = await page.locator("h1, h2, h3").evaluateAll((all) => all.map(({ tagName }) => Number(tagName[1])));
    levels.slice(1).forEach((level, i) => {
      expect(level - (levels[i] ?? 0)).toBeLessThanOrEqual(1);
    });
    for (const landmark of ["banner", "contentinfo"] as const) {
      expect(await page.getByRole(landmark).count()).toBe(1);
    }
    await page.context().close();
  });

  it("should read what happened politely and problems at once", async () => {
    const { page } = await gallery.scene("problems");
    expect(await page.getByRole("log").textContent()).toContain("Mira waved");
    expect(await page.locator("[aria-live=assertive]").textContent()).toContain(errorTexts["wrong-room-key"].sentence);
    expect(await page.locator("[aria-live=polite]").textContent()).toContain(errorTexts["link-lost"].sentence);
    await page.context().close();
  });
});

describe("the keyboard", () => {
  it("should lead a newcomer from the start to the first wave", async () => {
    const { page } = await gallery.scene("start");
    await pressByKeyboard(page, labels.createRoom);
    await pressByKeyboard(page, "Add it");
    await pressByKeyboard(page, "wave");
    expect(await callsOf(page)).toEqual([["createRoom"], ["addSimulatedProbe"], ["moveSimulated", 1, "wave"]]);
    await page.context().close();
  });

  it("should not remove the steps while the person who has just done them still touches the screen", async () => {
    const { page } = await gallery.scene("simulated");
    await pressByKeyboard(page, "Wave");
    await page.getByText("(done)").nth(2).waitFor();
    await pressByKeyboard(page, "Wave");
    await pressByKeyboard(page, "Hide these steps");
    await page.getByRole("region", { name: "Try it without a real band" }).waitFor({ state: "detached" });
    expect(await callsOf(page)).toHaveLength(2);
    await page.context().close();
  });

  it("should stop at every control, with a mark that shows where it is", async () => {
    const { page } = await gallery.scene("ten");
    const visible = await page
      .locator(controls)
      .evaluateAll((all) => all.filter((one) => one.checkVisibility()).length);
    const seats = await page.getByRole("toolbar").getByRole("button").count();
    // The dial is one stop: the arrows go round it.
    const count = visible - seats + 1;
    const stops = new Set<string>();
    // Inside a field for a time of day Chromium stops at hours, minutes, the half of the day and the picker.
    const timeFields = await page.locator("input[type=time]").count();
    for (let stop = 0; stop < count + 3 * timeFields; stop++) {
      await page.keyboard.press("Tab");
      const { path, isMarked } = await page.evaluate(() => {
        const focused = document.activeElement ?? document.body;
        const all = [...document.querySelectorAll("*")];
        const marked = [focused, ...focused.querySelectorAll(".disc")];
        return {
          path: `${focused.tagName} ${all.indexOf(focused)}`,
          isMarked: marked.some((element) => getComputedStyle(element).outlineStyle === "solid"),
        };
      });
      expect(isMarked, path).toBe(true);
      stops.add(path);
    }
    expect(stops.size).toBe(count);
    await page.context().close();
  });

  it("should go round the dial by arrows and buzz one person by Enter", async () => {
    const { page } = await gallery.scene("ten");
    await page.getByRole("button", { name: "Buzz Mira, 12 ms" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("Enter");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Enter");
    const idOf = (n: number): string => n.toString(16).padStart(32, "0");
    expect(await callsOf(page)).toEqual([
      ["buzzPeer", idOf(2)],
      ["buzzPeer", idOf(9)],
    ]);
    await page.context().close();
  });

  it("should keep the focus on a rule that moves", async () => {
    const { page } = await gallery.scene("ten");
    await page.getByRole("button", { name: "Move rule 2 down" }).focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    const order = await page.evaluate(() => globalThis.gallery.model.settings.value.rules.map((rule) => rule.gesture));
    // The second press moves the same rule on; at the end only the way up is left.
    expect(order).toEqual(["wave", "raise", "tap", "shake"]);
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe("Move rule 4 up");
    await page.context().close();
  });

  it("should rename a probe by Enter and take it back by Escape", async () => {
    const { page } = await gallery.scene("paired");
    const field = page.getByRole("textbox", { name: "Name of band Left arm" });
    await field.fill("Wrong");
    await field.press("Escape");
    expect(await field.inputValue()).toBe("Left arm");
    await field.fill("My left");
    await field.press("Enter");
    expect(await callsOf(page)).toEqual([["renameProbe", 1, "My left"]]);
    await page.context().close();
  });

  it("should leave a half-written name alone when something else changes", async () => {
    const { page } = await gallery.scene("paired");
    const field = page.getByRole("textbox", { name: "Name of band Left arm" });
    await field.fill("My le");
    await page.evaluate(() => {
      const { probes } = globalThis.gallery.model;
      probes.value = probes.value.map((own) => ({ ...own, battery: { percent: 7, charging: false } }));
    });
    await page.getByText("battery 7 %").waitFor();
    expect(await field.inputValue()).toBe("My le");
    await field.press("Enter");
    await expect.poll(() => page.getByRole("textbox", { name: "Name of band My le" }).inputValue()).toBe("My le");
    await page.context().close();
  });

  it("should ask before a room is forgotten for good", async () => {
    const { page } = await gallery.scene("start-remembered");
    const forget = page.getByRole("button", { name: "Forget Early shift" });
    await forget.focus();
    await page.keyboard.press("Enter");
    expect(await callsOf(page)).toEqual([]);
    await page.keyboard.press("Enter");
    expect(await callsOf(page)).toHaveLength(1);
    await page.context().close();
  });

  it("should reach a notice that comes while the invite is open", async () => {
    const { page } = await gallery.scene("ten");
    await pressByKeyboard(page, "Invite");
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    await page.evaluate(() => {
      globalThis.gallery.model.notices.value = [{ id: 5, code: "share-failed", subjects: [], moreSubjects: 0 }];
    });
    await dialog.getByRole("button", { name: /^Dismiss/ }).click();
    expect(await callsOf(page)).toEqual([["dismissNotice", 5]]);
    await page.context().close();
  });

  it("should leave every button of the invite within reach while notices lie over it", async () => {
    const { page } = await gallery.scene("problems", { viewport: phone });
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.locator(".notice").nth(1).waitFor();
    for (const button of await dialog.getByRole("button").all()) await button.click({ trial: true });
    await page.context().close();
  });

  it("should open the invite, close it by Escape and come back to where it was", async () => {
    const { page } = await gallery.scene("ten");
    await pressByKeyboard(page, "Invite");
    await page.getByRole("dialog", { name: "Invite to Early shift" }).waitFor();
    expect(await page.getByRole("textbox", { name: "Invite link" }).inputValue()).toContain("#k=");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Invite");
    await page.context().close();
  });
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorTexts } from "../../web/ui/errors.ts";
import { labels } from "../support/page-labels.ts";
import { callsOf, GalleryBrowser, phone, smallPhone } from "../support/ui-gallery/gallery-browser.ts";
import { hostileName, scenes } from "../support/ui-gallery/scenes.ts";

/** The page may weigh 150 kB in all (gzip), of which PeerJS and the gateway need the most. */
const interfaceBudgetBytes = 40_000;

/** A person wears a band and knows people and a server; what became of the messages stands behind Details. */
const engineersWords =
  /\b(probes?|peers?|gateways?|signaling|sessions?|samples?|records?|dropped|duplicates?|turned away|p\d\d)\b|±/i;

let gallery: GalleryBrowser;
beforeAll(async () => {
  gallery = await GalleryBrowser.open();
});
afterAll(() => gallery.close());

describe("every state of the page", () => {
  it.each(Object.keys(scenes))("should be drawn under the strict policy and fit a narrow phone: %s", async (name) => {
    const { page, complaints } = await gallery.scene(name);
    expect(complaints).toEqual([]);
    for (const viewport of [smallPhone, phone]) {
      await page.setViewportSize(viewport);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(viewport.width);
    }
    await page.context().close();
  });

  it.each(Object.keys(scenes))("should be said in words that everybody knows, as it first stands: %s", async (name) => {
    const { page } = await gallery.scene(name);
    expect(await page.locator("body").innerText()).not.toMatch(engineersWords);
    await page.context().close();
  });

  it("should show the whole invite on a phone, with nothing to scroll", async () => {
    const { page } = await gallery.scene("crowd", { viewport: phone });
    await page.getByRole("button", { name: "Invite", exact: true }).click();
    const invite = page.getByRole("dialog");
    await invite.waitFor();
    const { height, shown } = await invite.evaluate((it) => ({ height: it.scrollHeight, shown: it.clientHeight }));
    expect(height).toBe(shown);
    await page.context().close();
  });

  it("should stay within its share of the page's weight", () => {
    const folder = join(gallery.served.outDir, "assets");
    // What is loaded late has names of its own: it is no part of opening the page.
    const scripts = readdirSync(folder).filter((name) => /^index-.*\.js$/.test(name));
    const bytes = scripts.map((name) => gzipSync(readFileSync(join(folder, name))).length);
    expect(bytes.length).toBeGreaterThan(0);
    expect(bytes.reduce((total, size) => total + size, 0)).toBeLessThan(interfaceBudgetBytes);
  });
});

describe("names that come from others", () => {
  it("should be text and nothing else", async () => {
    const { page, complaints } = await gallery.scene("hostile");
    await page.getByRole("button", { name: "Invite" }).click();
    await page.getByRole("dialog").waitFor();
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.evaluate(() => "wasInjected" in globalThis)).toBe(false);
    expect(await page.getByRole("listitem").filter({ hasText: hostileName }).count()).toBeGreaterThan(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe("what the browser cannot do", () => {
  it("should stand there with its reason and no button", async () => {
    const { page } = await gallery.scene("iphone");
    expect(await page.getByRole("button", { name: labels.pairBand }).count()).toBe(0);
    expect(await page.getByText(errorTexts["bluetooth-unsupported"].sentence).isVisible()).toBe(true);
    expect(await page.getByText("It flashes and sounds instead").isVisible()).toBe(true);
    await page.context().close();
  });

  it("should offer no buzz to people who would not get it", async () => {
    const { page } = await gallery.scene("ten");
    expect(await page.getByRole("button", { name: /^Buzz (Per-Olof|Station 6|Noor|Ines)/ }).count()).toBe(0);
    expect(await page.getByRole("button", { name: "Buzz Kwame", exact: true }).count()).toBe(1);
    await page.context().close();
  });
});

describe("a person who is still being dialled", () => {
  it("should not be muted, opened or named in a rule yet", async () => {
    const { page } = await gallery.scene("ten");
    const row = page.getByRole("listitem").filter({ hasText: "Noor" });
    expect(await row.textContent()).toContain("connecting");
    expect(await row.getByRole("button").count()).toBe(0);
    const senders = page.getByLabel("Rule 1: whose movement").getByRole("option");
    expect(await senders.allTextContents()).toContain("Mira");
    expect(await senders.allTextContents()).not.toContain("Noor");
    await page.context().close();
  });

  it("should be no company yet: the code stays in the middle of the dial", async () => {
    const { page } = await gallery.scene("ten");
    await page.evaluate(() => {
      const { peers } = globalThis.gallery.model;
      peers.value = peers.value.filter(({ state }) => state.kind === "connecting");
    });
    await page.getByText("Nobody else is here yet.").waitFor();
    expect(await page.locator(".hub-invite").count()).toBe(1);
    await page.context().close();
  });
});

describe("somebody whose page is in the background", () => {
  it("should be said to fall asleep perhaps, while they are connected", async () => {
    const { page } = await gallery.scene("ten");
    await page.evaluate(() => {
      const { peers } = globalThis.gallery.model;
      peers.value = peers.value.map((peer) => ({ ...peer, isHidden: true }));
    });
    const people = page.locator("#part-people");
    await people.getByRole("button", { name: /Kwame.*in the background, may fall asleep/ }).waitFor();
    expect(await people.getByText("in the background").count()).toBe(7);
    await page.context().close();
  });
});

describe("the rules", () => {
  it("should be moved, changed and removed one at a time", async () => {
    const { page } = await gallery.scene("ten");
    const gestures = (): Promise<readonly string[]> =>
      page.evaluate(() => globalThis.gallery.model.settings.value.rules.map(({ gesture }) => gesture));
    expect(await gestures()).toEqual(["wave", "shake", "raise", "tap"]);
    await page.getByRole("button", { name: "Move rule 1 down" }).click();
    expect(await gestures()).toEqual(["shake", "wave", "raise", "tap"]);
    await page.getByRole("button", { name: "Move rule 4 up" }).click();
    expect(await gestures()).toEqual(["shake", "wave", "tap", "raise"]);
    await page.getByRole("button", { name: "Remove rule 2" }).click();
    expect(await gestures()).toEqual(["shake", "tap", "raise"]);
    await page.getByLabel("Rule 2: which movement").selectOption("any movement");
    expect(await gestures()).toEqual(["shake", "any", "raise"]);
    await page.context().close();
  });
});

const moving = { reducedMotion: "no-preference" } as const;

describe("what moves", () => {
  it("should draw new samples without drawing the page again", async () => {
    const { page } = await gallery.scene("simulated", moving);
    const line = page.locator(".screen .trace-x");
    const before = await line.elementHandle();
    await page.evaluate(() => {
      const trail = globalThis.gallery.model.probes.value[0]?.motionTrail;
      if (trail !== undefined) Object.assign(trail, { value: [{ x: 1000, y: 0, z: 0 }] });
    });
    expect(await line.getAttribute("points")).toBe("63,4.50");
    expect(await line.evaluate((element, same) => element === same, before)).toBe(true);
    await page.context().close();
  });

  it("should step once a second, and not run, for a person who asked for less motion", async () => {
    const { page } = await gallery.scene("simulated");
    const points = await page.evaluate(() => {
      const trail = globalThis.gallery.model.probes.value[0]?.motionTrail;
      const line = document.querySelector(".screen .trace-x");
      const drawn = new Set<string | null>();
      for (let x = 0; x < 20; x++) {
        if (trail !== undefined) Object.assign(trail, { value: [{ x: 50 * x, y: 0, z: 0 }] });
        drawn.add(line?.getAttribute("points") ?? null);
      }
      return drawn.size;
    });
    expect(points).toBeLessThanOrEqual(2);
    await page.context().close();
  });

  it("should show a gesture once when it comes, and none of those from before", async () => {
    const { page } = await gallery.scene("ten", moving);
    expect(await page.locator(".spark").count()).toBe(0);
    await page.evaluate(() => {
      const { peers } = globalThis.gallery.model;
      peers.value = peers.value.map((peer) =>
        peer.name === "Jonas" ? { ...peer, lastGesture: { name: "shake", atMs: 1 } } : peer,
      );
    });
    await page.locator(".spark").waitFor({ state: "attached" });
    expect(await page.locator(".spark").count()).toBe(1);
    expect(await page.locator(".seat-gesture").textContent()).toBe("shake");
    await page.context().close();
  });

  it("should send a ripple out when everyone is buzzed", async () => {
    const { page } = await gallery.scene("paired", moving);
    await page.getByRole("button", { name: /^Buzz all/ }).click();
    await page.locator(".ripple").waitFor({ state: "attached" });
    expect(await callsOf(page)).toEqual([["buzzAll"]]);
    await page.context().close();
  });

  it.each(["reduce", "no-preference"] as const)(
    "should flash gently and once at a time: motion %s",
    async (reducedMotion) => {
      const { page, complaints } = await gallery.scene("start", { reducedMotion });
      const peaks = await page.evaluate(() => {
        globalThis.gallery.flash([400, 300, 400]);
        globalThis.gallery.flash([400, 300, 400]);
        const animations = document.querySelector(".flash")?.getAnimations() ?? [];
        return animations.map(({ effect }) =>
          effect instanceof KeyframeEffect
            ? effect.getKeyframes().filter(({ opacity }) => opacity === "1").length / 2
            : 0,
        );
      });
      expect(peaks).toEqual([reducedMotion === "reduce" ? 1 : 2]);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );
});

describe("saving power", () => {
  it("should stand under the dial, and be overruled and asked for again", async () => {
    const { page } = await gallery.scene("saving", { ...moving, viewport: phone });
    const power = page.getByRole("region", { name: "Power" });
    await power.getByText(/^Saving power to last until/).waitFor();
    expect(await power.getByText("get your movement every 0.5 s").isVisible()).toBe(true);
    await power.getByRole("button", { name: "Full speed" }).click();
    await power.getByText("Full speed, as you wish").waitFor();
    await power.getByRole("button", { name: "Save power again" }).click();
    await power.getByText(/^Saving power to last until/).waitFor();
    await power.getByLabel("Shift ends").fill("22:30");
    expect(await callsOf(page)).toEqual([
      ["setPowerMode", "full-speed"],
      ["setPowerMode", "automatic"],
      ["setShiftEnd", "22:30"],
    ]);
    await page.context().close();
  });
});

describe("the dark screen", () => {
  const darken = async (options: { readonly hasTouch?: boolean } = {}) => {
    const { page } = await gallery.scene("saving", { ...moving, viewport: phone, ...options });
    await page.getByRole("button", { name: "Dark screen" }).press("Enter");
    await page.getByRole("dialog", { name: "Dark screen" }).waitFor();
    return page;
  };
  const isDark = (page: Page): Promise<boolean> => page.evaluate(() => globalThis.gallery.model.isDark.value);

  it("should be black to every corner, and leave nothing behind it to be reached", async () => {
    const page = await darken();
    await page.getByText("Tap to wake").waitFor({ state: "hidden" });
    const corners = await page.evaluate(() => {
      const [right, bottom] = [innerWidth - 1, innerHeight - 1];
      const places = [
        [0, 0],
        [right, 0],
        [0, bottom],
        [right, bottom],
        [right / 2, bottom / 2],
      ] as const;
      return places.map(([x, y]) => getComputedStyle(document.elementFromPoint(x, y) ?? document.body).backgroundColor);
    });
    expect(new Set(corners)).toEqual(new Set(["rgb(0, 0, 0)"]));
    expect(await page.getByRole("button").count()).toBe(1);
    await page.context().close();
  });

  it("should wake by one tap, which presses nothing else, nor does the second of a double tap", async () => {
    const page = await darken({ hasTouch: true });
    // Where the key that buzzes everybody is, under the black.
    const hub = await page.locator(".hub-buzz").boundingBox();
    if (hub === null) throw new Error("no hub");
    const tap = () => page.touchscreen.tap(hub.x + hub.width / 2, hub.y + hub.height / 2);
    await tap();
    await tap();
    await page.locator(".dark-shield").waitFor({ state: "detached" });
    expect(await callsOf(page)).toEqual([["darken"], ["wake"]]);
    await tap();
    expect((await callsOf(page)).at(-1)).toEqual(["buzzAll"]);
    await page.context().close();
  });

  it.each(["Escape", "Enter", " ", "a"])("should wake by the key %j, and give the focus back", async (key) => {
    const page = await darken();
    await page.keyboard.press("Shift"); // Not of itself.
    expect(await isDark(page)).toBe(true);
    await page.keyboard.press("Tab"); // Wakes, as any key: there is no other element to go to.
    expect(await isDark(page)).toBe(false);
    await page.getByRole("button", { name: "Dark screen" }).press("Enter");
    await page.keyboard.press(key);
    expect(await isDark(page)).toBe(false);
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe("Dark screen");
    expect((await callsOf(page)).filter((call) => JSON.stringify(call) === '["darken"]')).toHaveLength(2);
    await page.context().close();
  });

  it("should close the invite for as long as it lasts, so that nothing lies above it", async () => {
    const { page } = await gallery.scene("ten", moving);
    await page.getByRole("button", { name: "Invite" }).click();
    await page.evaluate(() => {
      globalThis.gallery.model.isDark.value = true;
    });
    await page.getByRole("dialog", { name: "Dark screen" }).waitFor();
    expect(await page.getByRole("dialog").count()).toBe(1);
    await page.context().close();
  });

  it("should show a buzz for the eye above it", async () => {
    const page = await darken();
    const layers = await page.evaluate(() =>
      [".flash", ".dark-screen"].map((layer) =>
        Number(getComputedStyle(document.querySelector(layer) ?? document.body).zIndex),
      ),
    );
    expect(layers[0]).toBeGreaterThan(layers[1] ?? 0);
    await page.context().close();
  });
});

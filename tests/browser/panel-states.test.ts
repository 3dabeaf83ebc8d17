import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDetails } from "../support/figures-page.ts";
import { callsOf, GalleryBrowser, phone, smallPhone } from "../support/ui-gallery/gallery-browser.ts";

let gallery: GalleryBrowser;
beforeAll(async () => {
  gallery = await GalleryBrowser.open();
});
afterAll(() => gallery.close());

/** With the details. By keyboard: in some scenes a notice lies over the key. */
const open = async (page: Page): Promise<void> => {
  await openPlainly(page);
  await openDetails(page);
  await page.locator(".panel-details .controls").first().waitFor();
};

const openPlainly = async (page: Page): Promise<void> => {
  await page.getByRole("button", { name: "Show figures" }).press("Enter");
  await page.locator(".panel").waitFor();
};

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).press("Enter");

describe("the figures", () => {
  it("should load and draw nothing until they are opened, nor after they are closed", async () => {
    const { page } = await gallery.scene("ten");
    const requested: string[] = [];
    page.on("request", (request) => requested.push(request.url()));
    expect(
      await page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name)),
    ).not.toContainEqual(expect.stringContaining("panel-"));
    await open(page);
    expect(requested).toContainEqual(expect.stringMatching(/panel-.*\.js$/));
    expect(await page.locator("canvas").count()).toBeGreaterThan(5);
    await press(page, "Hide figures");
    expect(await page.locator("canvas").count()).toBe(0);
    await page.context().close();
  });

  it.each(["ten", "hostile", "alone"])(
    "should be drawn under the strict policy and fit a narrow phone: %s",
    async (name) => {
      const { page, complaints } = await gallery.scene(name);
      await open(page);
      for (const view of ["Numbers", "Charts"]) {
        await press(page, view);
        for (const viewport of [smallPhone, phone]) {
          await page.setViewportSize(viewport);
          expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(viewport.width);
        }
        const text = await page.locator(".panel").textContent();
        expect(text).not.toMatch(/NaN|Infinity|undefined|null/);
      }
      expect(await page.evaluate(() => "wasInjected" in globalThis)).toBe(false);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  it.each([
    ["ten", "Problem"],
    ["alone", "Not sure yet"],
  ])(
    "should say in plain words how the room is, and figures for engineers only behind Details: %s",
    async (name, verdict) => {
      const { page } = await gallery.scene(name);
      await openPlainly(page);
      expect(await page.locator(".verdict-outcome").textContent()).toBe(verdict);
      const seen = (await page.locator(".panel, .status").allInnerTexts()).join("\n");
      expect(seen).not.toMatch(/\bp\d\d\b|±|dropped|turned away|latency|lateness|records|\bms\b/i);
      await openDetails(page);
      await page.locator(".status-details > summary").press("Enter");
      await expect.poll(() => page.locator(".panel").innerText()).toMatch(/p99/);
      expect(await page.locator(".status-counts").innerText()).toMatch(/turned away/);
      await page.context().close();
    },
  );

  it("should say how far an export is, let nobody begin another, and let it be cancelled", async () => {
    const { page } = await gallery.scene("ten");
    await openPlainly(page);
    await page.evaluate(() => {
      const { panel } = globalThis.gallery;
      if (panel !== undefined) panel.exporting.value = { kind: "running", format: "csv", percent: 40 };
    });
    const bar = page.getByRole("progressbar", { name: "Writing the CSV file: 40 %" });
    await bar.waitFor();
    for (const name of ["Export CSV", "Export JSON"])
      expect(await page.getByRole("button", { name }).isDisabled()).toBe(true);
    await press(page, "Cancel");
    await bar.waitFor({ state: "detached" });
    expect(await callsOf(page)).toEqual([["cancelExport"]]);
    expect(await page.getByRole("button", { name: "Export CSV" }).isDisabled()).toBe(false);
    await page.context().close();
  });

  it("should say in words what each chart shows", async () => {
    const { page } = await gallery.scene("ten");
    await open(page);
    const charts = await page
      .getByRole("img")
      .filter({ has: page.locator("xpath=self::canvas") })
      .all();
    expect(charts.length).toBeGreaterThan(5);
    for (const chart of charts) expect(await chart.getAttribute("aria-label")).toMatch(/\w+, .+\. .+\d/);
    await page.context().close();
  });

  it("should show the delays of the class and the span that a person chooses, and how many values they rest on", async () => {
    const { page } = await gallery.scene("ten");
    await open(page);
    await press(page, "Numbers");
    const table = page.getByRole("region", { name: "Delays and records by peer" });
    const groups = () => table.locator(".group-title").allTextContents();
    /** p50, p95, p99, max, ± and n of all together. */
    const row = async () => (await table.locator("tbody tr").first().locator("td").allTextContents()).slice(0, 6);
    expect(await row()).toEqual(["11", "26", "45", "101", "3.6", "24"]);
    await page.getByLabel("One-way delay of").selectOption("gestures and buttons");
    expect((await row()).at(-1)).toBe("12");
    await page.getByLabel("Peers over").selectOption("since start");
    expect((await row()).at(-1)).toBe("720");
    expect((await groups())[0]).toBe("One way to here, since start");
    expect((await groups()).every((title) => /last minute|since start/.test(title))).toBe(true);
    const heads = await table.locator("thead tr:last-child th").allTextContents();
    for (const head of ["sentrecords", "receivedrecords", "deliveredrecords"]) expect(heads).toContain(head);
    for (const title of await page.locator(".facts h3").allTextContents())
      expect(title).toMatch(/last minute|since start|my band/);
    await page.context().close();
  });

  it("should report what a person does", async () => {
    const { page } = await gallery.scene("ten");
    await open(page);
    await page.getByLabel("A shift lasts").selectOption("12");
    const capacity = page.getByLabel("This battery holds");
    await capacity.fill("-3");
    await capacity.press("Tab");
    expect(await capacity.inputValue()).toBe("15.4"); // What no battery holds is not taken.
    await capacity.fill("19.5");
    await capacity.press("Tab");
    await page.getByLabel("Pings a second").selectOption("20");
    await press(page, "Measure");
    await press(page, "Stop measuring");
    await press(page, "Stop recording");
    await press(page, "Export JSON");
    expect(await page.getByRole("alert").textContent()).toMatch(/did not hand out/);
    await press(page, "Delete the recording");
    expect(await callsOf(page)).toEqual([
      ["setShiftHours", 12],
      ["setCapacityWh", 19.5],
      ["measureLatency", 20, 5],
      ["stopLatency"],
      ["stopRecording"],
      ["exportRecording", "json"],
    ]);
    await press(page, "Really delete? Delete the recording");
    expect((await callsOf(page)).at(-1)).toEqual(["discardRecording"]);
    await page.context().close();
  });
});

// What a person does in the figures of a page, and what they read there as numbers.
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";

/** What only engineers understand. */
export const openDetails = (page: Page): Promise<void> => page.locator(".panel-details > summary").press("Enter");

export const openFigures = async (page: Page): Promise<void> => {
  await page.getByRole("button", { name: "Show figures" }).press("Enter");
  await openDetails(page);
  await page.getByRole("button", { name: "Numbers" }).press("Enter");
};

export interface PeerReading {
  /** What stands below the name; nothing for a connected person. */
  readonly state: string;
  readonly p50Ms: number;
  readonly boundMs: number;
}

/** What the table of peers says of that one; undefined when it has no row. */
export const readPeer = (page: Page, peer: string): Promise<PeerReading | undefined> =>
  page.evaluate((name) => {
    const table = document.querySelector(".panel-details table");
    const heads = [...(table?.querySelectorAll("thead tr:last-child th") ?? [])].map(
      (head) => head.firstChild?.textContent,
    );
    const row = [...(table?.querySelectorAll("tbody tr") ?? [])].find(
      (candidate) => candidate.querySelector("bdi")?.textContent === name,
    );
    if (row === undefined) return undefined;
    const number = (head: string): number => Number(row.children[heads.indexOf(head)]?.textContent);
    return {
      state: row.querySelector(".row-state")?.textContent ?? "",
      p50Ms: number("p50"),
      boundMs: number("±"),
    };
  }, peer);

/** The text of the file that the page hands out. */
export const exported = async (page: Page, format: "CSV" | "JSON"): Promise<string> => {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: `Export ${format}` }).press("Enter"),
  ]);
  return readFileSync(await download.path(), "utf8");
};

// What everybody waits for before they see anything: the start screen comes without the rest of the page, in few bytes,
// and what a person does on it before the rest is there is not lost.
import type { Page, Request, Route } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { labels } from "../support/page-labels.ts";
import { RoomPage } from "../support/room-page.ts";
import { openSite, type Site } from "../support/site.ts";

/** Headers and bodies, compressed: a sixth of a second at the 1.6 Mbit/s of a slow mobile network. */
const maxStartBytes = 35_000;
/** The document, one script and one style sheet; the server's configuration and the rest are not waited for. */
const maxStartRequests = 3;
/** With all that is loaded behind the start screen: 0.7 s at the same rate. */
const maxPageBytes = 140_000;
const maxPageRequests = 5;

let site: Site;
let anna: RoomPage;

beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site.close());
beforeEach(async () => {
  anna = await RoomPage.open(site.browser, "Anna");
});
afterEach(() => anna.close());

/** The scripts that index.html does not run by itself: preloading one does not count. */
const isOfTheRest = async (url: string): Promise<boolean> => {
  const html = await (await fetch(site.server.origin)).text();
  const own = [...html.matchAll(/<script[^>]* src="([^"]+)"/g)].map(([, path]) => path);
  return !own.includes(new URL(url).pathname);
};

interface HeldBack {
  /** Lets them come. */
  release(): void;
}

const holdBackTheRest = async (page: Page): Promise<HeldBack> => {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route("**/assets/*.js", async (route: Route) => {
    if (await isOfTheRest(route.request().url())) await released;
    await route.continue();
  });
  return { release: () => release() };
};

const createButton = (page: Page) => page.getByRole("button", { name: labels.createRoom });

const listen = (page: Page): Request[] => {
  const finished: Request[] = [];
  page.on("requestfinished", (request) => finished.push(request));
  return finished;
};

const bytesOf = async (requests: readonly Request[]): Promise<number> => {
  const sizes = await Promise.all(requests.map((request) => request.sizes()));
  return sizes.reduce(
    (sum, { responseHeadersSize, responseBodySize }) => sum + responseHeadersSize + responseBodySize,
    0,
  );
};

it("should show the start screen in few bytes, before the rest of the page and the server's configuration", async () => {
  const { page } = anna;
  const finished = listen(page);
  const { release } = await holdBackTheRest(page);
  await page.route("**/config.json", () => undefined); // Never answered.
  await page.goto(site.server.origin, { waitUntil: "commit" });
  await createButton(page).waitFor();
  const bytes = await bytesOf(finished);
  console.log(`start screen: ${(bytes / 1000).toFixed(1)} kB in ${finished.length} requests`);
  expect(finished.length).toBeLessThanOrEqual(maxStartRequests);
  expect(bytes).toBeLessThanOrEqual(maxStartBytes);
  release();
});

it("should load the whole page in few bytes and requests", async () => {
  const { page } = anna;
  const finished = listen(page);
  await page.goto(site.server.origin, { waitUntil: "networkidle" });
  const bytes = await bytesOf(finished);
  console.log(`whole page: ${(bytes / 1000).toFixed(1)} kB in ${finished.length} requests`);
  expect(finished.length).toBeLessThanOrEqual(maxPageRequests);
  expect(bytes).toBeLessThanOrEqual(maxPageBytes);
});

it("should open the room that somebody asked for before the rest was there", async () => {
  const { page } = anna;
  const { release } = await holdBackTheRest(page);
  await page.goto(site.server.origin, { waitUntil: "commit" });
  await createButton(page).click();
  await page.getByText("The room opens as soon as the rest of the page is loaded.").waitFor();
  await createButton(page).click();
  release();
  await anna.introduce();
  expect(await page.evaluate(() => history.length)).toBe(3); // The blank tab, the start screen, and one room.
});

it("should keep what somebody has typed when the rest comes", async () => {
  const { page } = anna;
  const { release } = await holdBackTheRest(page);
  await page.goto(site.server.origin, { waitUntil: "commit" });
  const field = page.getByLabel("Or open an invite");
  await field.fill("half an inv");
  release();
  await page.getByRole("complementary", { name: "Notices" }).waitFor({ state: "attached" });
  expect(await field.inputValue()).toBe("half an inv");
  expect(await field.evaluate((input) => input === document.activeElement)).toBe(true);
});

it("should not show the start screen to somebody who comes with an invite, before the rest is there", async () => {
  const { page } = anna;
  const { release } = await holdBackTheRest(page);
  await page.goto(`${site.server.origin}/#k=${"A".repeat(22)}`, { waitUntil: "commit" });
  await page.waitForFunction(() => performance.getEntriesByName(`${location.origin}/config.json`).length > 0);
  expect(await createButton(page).count()).toBe(0);
  release();
  await anna.introduce();
});

it("should say what to do when the rest cannot be loaded", async () => {
  const { page } = anna;
  await page.route("**/assets/*.js", async (route) => {
    if (await isOfTheRest(route.request().url())) await route.abort();
    else await route.continue();
  });
  await page.goto(site.server.origin, { waitUntil: "commit" });
  await page.getByText("The page could not start.").waitFor();
});

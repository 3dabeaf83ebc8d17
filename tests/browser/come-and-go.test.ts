// What a person does with one phone: they leave a room and come back, open a second tab, or have a browser that cannot
// run the page at all.
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { errorTexts } from "../../web/ui/errors.ts";
import { labels } from "../support/page-labels.ts";
import { RoomPage } from "../support/room-page.ts";
import { openSite, type Site } from "../support/site.ts";

let site: Site;
const pages: RoomPage[] = [];

beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
});

const openPage = async (name: string): Promise<RoomPage> => {
  const page = await RoomPage.open(site.browser, name);
  pages.push(page);
  return page;
};

const areConnected = async (...both: readonly RoomPage[]): Promise<void> => {
  for (const page of both) await expect.poll(() => page.connectedPeers()).toBe(1);
};

test("should be let in again after leaving the room, as a newer session, and be felt at once", async () => {
  const [vera, tom] = [await openPage("Vera"), await openPage("Tom")];
  await tom.join(await vera.createRoom(site.server.origin));
  await vera.addSimulatedArm();
  await areConnected(vera, tom);
  const before = await tom.report();
  await tom.page.getByRole("button", { name: "Leave", exact: true }).click();
  await expect.poll(() => vera.connectedPeers()).toBe(0);
  await tom.page.getByRole("button", { name: /^Room / }).click();
  await areConnected(vera, tom);
  const after = await tom.report();
  expect([after.slot, after.epoch]).toEqual([before.slot, before.epoch + 1]);
  await tom.buzz(vera);
  expect([...vera.problems, ...tom.problems]).toEqual([]);
}, 90_000);

test("should apply a mute in all tabs of the phone at once", async () => {
  const vera = await openPage("Vera");
  const invite = await vera.createRoom(site.server.origin);
  const second = await vera.secondTab("Vera's other tab");
  await second.join(invite);
  await vera.page.getByRole("button", { name: "Mute my bands" }).click();
  await second.page.getByRole("button", { name: "Unmute my bands" }).waitFor();
}, 60_000);

test("should say so when the page cannot start", async () => {
  const { page } = await openPage("Vera");
  await page.route(/\/assets\/main-.*\.js/, (route) => route.abort());
  await page.goto(site.server.origin);
  await page.getByText("The page could not start.").waitFor();
  await page.unrouteAll({ behavior: "wait" });
}, 60_000);

test("should say that a room cannot be entered where the browser makes no key", async () => {
  const { page } = await openPage("Vera");
  await page.addInitScript(() => {
    const generateKey = () => Promise.reject(new DOMException("not here", "NotSupportedError"));
    Object.assign(crypto.subtle, { generateKey });
  });
  await page.goto(site.server.origin);
  await page.getByRole("button", { name: labels.createRoom }).click();
  await page.getByText(errorTexts["room-not-entered"].sentence).waitFor();
}, 60_000);

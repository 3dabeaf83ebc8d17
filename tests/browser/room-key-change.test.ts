// Somebody is removed: four real pages, of which one removes another. The three meet again in the room of the new key
// without a tap, with their bands; the fourth reads it, and its old invite leads to an empty room.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorTexts } from "../../web/ui/errors.ts";
import { RoomPage } from "../support/room-page.ts";
import { openSite, type Site } from "../support/site.ts";

const formed = { interval: 100 };
/** The promise. */
const wholeAgain = { interval: 100 };

let site: Site;
let everybody: RoomPage[] = [];

beforeAll(async () => {
  site = await openSite();
});
afterAll(() => site?.close());

const gather = async (...names: readonly string[]): Promise<string> => {
  for (const name of names) everybody.push(await RoomPage.open(site.browser, name));
  const [host, ...others] = everybody;
  const invite = (await host?.createRoom(site.server.origin)) ?? "";
  for (const other of others) await other.join(invite);
  for (const page of everybody) await page.addSimulatedArm();
  await untilWhole(everybody, formed);
  return invite;
};

const untilWhole = (pages: readonly RoomPage[], patience: typeof formed) =>
  expect
    .poll(() => Promise.all(pages.map((page) => page.connectedPeers())), patience)
    .toEqual(pages.map(() => pages.length - 1));

/** All that the device keeps, and the address with what stands before it. */
const traces = ({ page }: RoomPage): Promise<string> =>
  page.evaluate(() => `${location.href} ${JSON.stringify(localStorage)} ${document.body.innerHTML}`);

const noProblems = async (): Promise<void> => {
  expect(everybody.flatMap(({ problems }) => problems)).toEqual([]);
  for (const page of everybody) await page.close();
  everybody = [];
};

describe("a room whose key is changed", () => {
  it("should go on without the removed, by itself, and leave nothing of the old key behind", async () => {
    const invite = await gather("Anna", "Ben", "Cleo", "Mallory");
    const [anna, ben, cleo, mallory] = everybody;
    if (!anna || !ben || !cleo || !mallory) throw new Error("four have come");
    const stayers = [anna, ben, cleo];
    await anna.remove(mallory);
    await mallory.page.getByText(errorTexts["removed-from-room"].sentence).waitFor();
    await untilWhole(stayers, wholeAgain);
    await anna.buzz(ben);
    await ben.buzz(cleo);
    await cleo.buzz(anna);
    const addresses = await Promise.all(stayers.map(async ({ page }) => new URL(page.url()).hash));
    expect(new Set(addresses).size).toBe(1);
    const oldKey = new URL(invite).hash.slice("#k=".length);
    for (const stayer of stayers) expect(await traces(stayer)).not.toContain(oldKey);
    await ben.page.getByText("Anna changed the room’s key; Mallory was removed").first().waitFor();
    expect(await traces(mallory)).not.toContain(addresses[0]?.slice("#k=".length));
    expect((await anna.report()).probes.map(({ link }) => link.kind)).toEqual(["connected"]);

    await mallory.page.goto(invite);
    await mallory.page.reload();
    await expect.poll(async () => (await mallory.report()).serverState.kind, wholeAgain).toBe("connected");
    const { sessionId } = await mallory.report();
    const roomId = sessionId.split("-")[0];
    const listed = async (): Promise<unknown> => (await fetch(`${site.server.origin}/rooms/${roomId}/members`)).json();
    await expect.poll(listed, wholeAgain).toEqual({ members: [sessionId] });
    await anna.buzzAll();
    await expect.poll(async () => (await ben.report()).probes[0]?.buzzes.written, wholeAgain).toBe(2);
    expect((await mallory.report()).peers).toEqual([]);
    expect((await mallory.report()).traffic.received).toBe(0);
    await noProblems();
  });

  it("should keep everybody when only the key is changed, and let a reload come back to it", async () => {
    const invite = await gather("Anna", "Ben");
    const [anna, ben] = everybody;
    if (!anna || !ben) throw new Error("two have come");
    await anna.page.getByRole("button", { name: "Invite", exact: true }).click();
    await anna.page.getByRole("button", { name: "Change the room key" }).click();
    await anna.page.getByRole("button", { name: /^Really change it\?/ }).click();
    await expect.poll(() => anna.page.url(), wholeAgain).not.toBe(invite);
    await untilWhole([anna, ben], wholeAgain);
    expect(ben.page.url()).toBe(anna.page.url());
    await ben.page.reload();
    await untilWhole([anna, ben], wholeAgain);
    await ben.buzz(anna);
    await ben.page.goBack();
    expect(ben.page.url()).not.toBe(invite);
    await noProblems();
  });
});

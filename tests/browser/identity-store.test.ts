import { fileURLToPath } from "node:url";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type BundledPage, serveBundle } from "../support/bundled-page.ts";
import type { ToldIdentity } from "./identity-page.ts";

let bundled: BundledPage;
let context: BrowserContext;

beforeAll(async () => {
  bundled = await serveBundle(fileURLToPath(new URL("identity-page.ts", import.meta.url)));
});
afterAll(() => bundled.close());
beforeEach(async () => {
  context = await bundled.browser.newContext();
});
afterEach(() => context.close());

const told = async (page: Page): Promise<ToldIdentity> => {
  await page.waitForFunction(() => "toldIdentity" in globalThis);
  return page.evaluate(() => Reflect.get(globalThis, "toldIdentity"));
};

const enterAgain = (page: Page): Promise<number> => page.evaluate(() => Reflect.get(globalThis, "enterAgain")());

const openTab = async (query = ""): Promise<Page> => {
  const page = await context.newPage();
  await page.goto(bundled.url + query);
  return page;
};

describe("identity store in Chromium", () => {
  it("should keep its key over reloads and count the entries into rooms", async () => {
    const page = await openTab();
    const first = await told(page);
    expect(first).toMatchObject({ epoch: 1, slot: 1, isKept: true, signatureBytes: 64 });
    expect(first.key).toMatch(/^04[0-9a-f]{128}$/);
    for (const epoch of [2, 3]) {
      await page.reload();
      expect(await told(page)).toEqual({ ...first, epoch });
    }
    for (const epoch of [4, 5]) expect(await enterAgain(page)).toBe(epoch);
    await page.reload();
    expect(await told(page)).toEqual({ ...first, epoch: 6 });
  });

  it("should make a second tab a second gateway, each with its own count", async () => {
    const [one, two] = [await openTab(), await openTab()];
    const [first, second] = [await told(one), await told(two)];
    expect([first.slot, second.slot]).toEqual([1, 2]);
    expect(second.key).not.toBe(first.key);
    await two.reload();
    expect(await told(two)).toEqual({ ...second, epoch: 2 });
    await one.reload();
    expect(await told(one)).toEqual({ ...first, epoch: 2 });
  });

  it("should let a tab keep its slot over a reload though a lower one is free by then", async () => {
    const [one, two] = [await openTab(), await openTab()];
    await told(one);
    const second = await told(two);
    await one.close();
    await two.reload();
    expect(await told(two)).toEqual({ ...second, epoch: 2 });
  });

  it("should give the lowest free slot, with its key, to a new tab", async () => {
    const [one, two] = [await openTab(), await openTab()];
    const first = await told(one);
    await told(two);
    await one.close();
    expect(await told(await openTab())).toEqual({ ...first, epoch: 2 });
  });

  it("should give a duplicated tab, which remembers its origin's slot, its own", async () => {
    const one = await openTab();
    const first = await told(one);
    const [copy] = await Promise.all([
      context.waitForEvent("page"),
      one.evaluate(() => void window.open(location.href, "_blank")), // It takes a copy of sessionStorage with it.
    ]);
    expect(await copy.evaluate(() => sessionStorage.length)).toBe(1);
    expect((await told(copy)).slot).toBe(2);
    await one.reload();
    expect(await told(one)).toEqual({ ...first, epoch: 2 });
  });

  it("should make a new key in place of a stored one that is broken, which peers would not believe, and say so", async () => {
    const page = await openTab();
    const first = await told(page);
    for (const kind of ["another curve", "half of another pair", "a broken epoch"]) {
      await page.evaluate(async (how) => {
        const database = await new Promise<IDBDatabase>((resolve) => {
          const request = indexedDB.open("earl-mesh");
          request.onsuccess = () => resolve(request.result);
        });
        const namedCurve = how === "another curve" ? "P-384" : "P-256";
        const make = () => crypto.subtle.generateKey({ name: "ECDSA", namedCurve }, false, ["sign", "verify"]);
        const [{ privateKey, publicKey }, other] = await Promise.all([make(), make()]);
        const keys = { privateKey, publicKey: how === "half of another pair" ? other.publicKey : publicKey };
        const transaction = database.transaction("identities", "readwrite");
        transaction.objectStore("identities").put({ keys, epoch: how === "a broken epoch" ? 2 ** 53 - 1 : 3 }, 1);
        await new Promise((resolve) => {
          transaction.oncomplete = resolve;
        });
        database.close();
      }, kind);
      await page.reload();
      const renewed = await told(page);
      expect(renewed).toMatchObject({
        epoch: 1,
        slot: 1,
        isKept: true,
        problem: "identity-renewed",
        signatureBytes: 64,
      });
      expect(renewed.key).toMatch(/^04[0-9a-f]{128}$/);
      expect(renewed.key).not.toBe(first.key);
      await page.reload();
      const { problem: _, ...sound } = renewed;
      expect(await told(page)).toEqual({ ...sound, epoch: 2 });
    }
  });

  it("should never enter a second time with the same key and epoch, though the disk is full", async () => {
    const page = await openTab();
    const first = await told(page);
    await page.goto(`${bundled.url}?without=room`);
    const second = await told(page);
    expect(second).toMatchObject({ epoch: 1, slot: 1, isKept: false });
    expect(second.key).not.toBe(first.key);
    expect(await enterAgain(page)).toBe(2);
    await page.goto(bundled.url); // There is room again.
    expect(await told(page)).toEqual({ ...first, epoch: 2 });
  });

  it.each(["locks", "indexedDB"])("should go on with a new key, and say so, without %s", async (missing) => {
    const page = await openTab(`?without=${missing}`);
    const first = await told(page);
    expect(first).toMatchObject({ epoch: 1, slot: 1, isKept: false, signatureBytes: 64 });
    expect(await enterAgain(page)).toBe(2);
    await page.reload();
    expect((await told(page)).key).not.toBe(first.key);
  });
});

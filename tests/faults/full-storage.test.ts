// A phone with no room left, on the real page: its browser's disk quota is used up before somebody enters a room, or
// while a recording runs, or the browser deletes what the page has stored.

import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { sumOf } from "../../gateway/records/ledger.ts";
import { recordingProblemTexts } from "../../web/panel/panel-words.ts";
import { tell } from "../support/case-table.ts";
import { exported, openFigures } from "../support/figures-page.ts";
import { readCsvRecording } from "../support/recording-reader.ts";
import { figuresOfPages } from "../support/renderer-process.ts";
import type { RoomPage } from "../support/room-page.ts";
import { Stage } from "../support/stage.ts";
import { noticesOn, told } from "../support/told.ts";

const patient = { interval: 250 };
/** Bytes of IndexedDB: less than a key takes. */
const noBytes = 1;

/**
 * Chromium counts a database's bytes again only 30 s after it last found room enough for them, and a chunk is written
 * every 10 s.
 */
const quotaPatience = { interval: 500 };

/** What the page says that it has recorded. */
const linesRecorded = async (page: Page): Promise<number> => {
  const text = await page
    .locator("section", { has: page.getByRole("heading", { name: "Record" }) })
    .last()
    .innerText();
  return Number(/ ([0-9]+) lines?\./.exec(text)?.[1] ?? 0);
};

/** Whatever the page writes to IndexedDB from now on does not fit. */
const fillDisk = async (page: Page): Promise<void> => {
  const session = await page.context().newCDPSession(page);
  const origin = new URL(page.url()).origin;
  await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: noBytes });
};

/** As a browser does with the data of a site that did not ask it to keep them, when the device is short of room. */
const deleteDatabases = async (page: Page): Promise<void> => {
  const session = await page.context().newCDPSession(page);
  const origin = new URL(page.url()).origin;
  await session.send("Storage.clearDataForOrigin", { origin, storageTypes: "indexeddb" });
};

/** What no quota governs, to the last character. */
const fillLocalStorage = (page: Page): Promise<void> =>
  page.evaluate(() => {
    for (let length = 2 ** 22; length >= 1; length = Math.floor(length / 2)) {
      try {
        for (;;) localStorage.setItem(`full ${localStorage.length}`, "x".repeat(length));
      } catch (error) {
        if (!(error instanceof DOMException)) throw error; // Full: on with less.
      }
    }
  });

describe("a phone without room for more", () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.set();
  });
  afterAll(() => stage?.strike());
  afterEach(async () => {
    expect(await stage.clear()).toEqual([]);
  });

  const connected = async (...both: readonly RoomPage[]): Promise<void> => {
    for (const page of both) await expect.poll(() => page.connectedPeers(), patient).toBe(1);
  };

  test("enters a room, is felt, and is still felt after it has reloaded twice", async ({ task }) => {
    const { host: ben, invite } = await stage.host("Ben");
    await ben.addSimulatedArm();
    const anna = await stage.person("Anna");
    await anna.page.goto(stage.server.origin);
    await fillLocalStorage(anna.page);
    await fillDisk(anna.page);
    await anna.join(invite);
    await connected(anna, ben);
    await anna.buzz(ben);
    let felt = 1;
    expect(await noticesOn(anna.page)).toContain(told("storage-unavailable"));
    for (let reload = 0; reload < 2; reload++) {
      await anna.page.reload();
      await anna.introduce(); // The browser has kept no name.
      await connected(anna, ben);
      await anna.buzz(ben);
      felt++;
    }
    const { traffic, probes } = await ben.report();
    tell(task, {
      delivered: traffic.delivered,
      late: traffic.late,
      duplicate: traffic.duplicate,
      dropped: sumOf(traffic.dropped),
      ...(await figuresOfPages(stage.browser)),
    });
    expect(traffic.duplicate).toBe(0);
    expect(probes[0]?.buzzes.written).toBe(felt);
  });

  test("goes on recording when the disk fills up meanwhile, says so, and hands all of it out", async ({ task }) => {
    const { host: ben, invite } = await stage.host("Ben");
    const anna = await stage.person("Anna");
    await anna.join(invite);
    await connected(anna, ben);
    await openFigures(anna.page);
    await anna.page.getByRole("button", { name: "Start recording" }).press("Enter");
    await expect.poll(() => linesRecorded(anna.page), patient).toBeGreaterThan(0);
    await fillDisk(anna.page);
    const alert = anna.page.getByRole("alert").filter({ hasText: recordingProblemTexts["storage-full"] });
    await expect.poll(() => alert.count(), quotaPatience).toBe(1);
    const atRefusal = await linesRecorded(anna.page);
    await expect.poll(() => linesRecorded(anna.page), patient).toBeGreaterThan(atRefusal + 2);
    await anna.page.getByRole("button", { name: "Stop recording" }).press("Enter");
    const shown = await linesRecorded(anna.page);
    const { rows } = readCsvRecording(await exported(anna.page, "CSV"));
    tell(task, { sent: shown, delivered: rows.length, ...(await figuresOfPages(stage.browser)) });
    expect(rows).toHaveLength(shown);
  });

  test("says so when the browser deletes the recording to make room, at once and on the next visit", async ({
    task,
  }) => {
    const { host: ben, invite } = await stage.host("Ben");
    const anna = await stage.person("Anna");
    await anna.join(invite);
    await connected(anna, ben);
    await openFigures(anna.page);
    await anna.page.getByRole("button", { name: "Start recording" }).press("Enter");
    // A chunk is kept every ten seconds.
    await expect.poll(() => linesRecorded(anna.page), patient).toBeGreaterThan(24);
    await deleteDatabases(anna.page);
    const alert = anna.page.getByRole("alert").filter({ hasText: recordingProblemTexts["storage-evicted"] });
    await expect.poll(() => alert.count(), patient).toBe(1);
    expect(await noticesOn(anna.page)).toContain(told("recording-deleted"));
    await anna.page.getByRole("button", { name: "Stop recording" }).press("Enter");
    const shown = await linesRecorded(anna.page);
    const { rows } = readCsvRecording(await exported(anna.page, "CSV"));
    tell(task, { sent: shown, delivered: rows.length, ...(await figuresOfPages(stage.browser)) });
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.length).toBeLessThan(shown);
    await deleteDatabases(anna.page);
    await anna.page.reload();
    await connected(anna, ben);
    await expect.poll(() => noticesOn(anna.page), patient).toContain(told("recording-deleted"));
    await openFigures(anna.page);
    await anna.page.getByText("The browser has deleted the recording that began at").waitFor();
  });
});

// What a person reads when no band can be paired, and that nothing is lost by it: no Web Bluetooth, no adapter, no
// permission, no choice, the wrong device, no more links. The real page and the real chooser of Chromium.
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { maxBluetoothLinks } from "../../web/ble/pairing.ts";
import type { ErrorCode } from "../../web/ui/errors.ts";
import { labels } from "../support/page-labels.ts";
import type { RoomPage } from "../support/room-page.ts";
import { Stage } from "../support/stage.ts";
import { dismiss, noticesOn, proveAlive, told } from "../support/told.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set();
});

afterEach(async () => {
  await stage.bluetooth.setAdapter("powered-on");
  expect(await stage.clear()).toEqual([]);
});

afterAll(() => stage?.strike());

const pair = ({ page }: RoomPage): Promise<void> => page.getByRole("button", { name: labels.pairBand }).click();

const linksOf = async (person: RoomPage): Promise<readonly string[]> =>
  (await person.report()).probes.map(({ link }) => link.kind);

const pairWell = async (person: RoomPage): Promise<void> => {
  const before = await linksOf(person);
  await pair(person);
  await expect.poll(() => linksOf(person)).toEqual([...before, "connected"]);
};

/** What every chooser of the page has come to, one word each: a chooser leaves no other trace. */
const watchChoosers = (page: Page): Promise<unknown> =>
  page.addInitScript(() => {
    const outcomes: string[] = [];
    const { bluetooth } = navigator;
    const requestDevice = bluetooth.requestDevice.bind(bluetooth);
    bluetooth.requestDevice = async (options) => {
      try {
        const device = await requestDevice(options);
        outcomes.push("chosen");
        return device;
      } catch (error) {
        outcomes.push(error instanceof DOMException ? error.name : String(error));
        throw error;
      }
    };
    Object.assign(window, { chooserOutcomes: outcomes });
  });

const choosersOf = (page: Page): Promise<readonly string[]> =>
  page.evaluate(() => (window as unknown as { chooserOutcomes: string[] }).chooserOutcomes);

describe("pairing a band", () => {
  test("should say why it cannot be done where the browser has no Web Bluetooth, and offer what can", async () => {
    const anna = await stage.person("Anna");
    await anna.page.addInitScript(() => {
      // As in Firefox and on iOS.
      Reflect.deleteProperty(Navigator.prototype, "bluetooth");
    });
    await anna.createRoom(stage.server.origin);
    const probes = anna.page.locator("#part-probes");
    await expect
      .poll(() => probes.locator(".unavailable").allInnerTexts())
      .toEqual([`Pairing a band: ${told("bluetooth-unsupported")}`]);
    expect(await probes.locator(".add-probe").getByRole("button").allInnerTexts()).toEqual([
      labels.usePhone,
      labels.addSimulatedBand,
    ]);
    expect(await noticesOn(anna.page)).toEqual([]);
    await proveAlive(anna);
  });

  test("should say that Bluetooth is off on a phone without a working adapter, and pair once it has one", async () => {
    const anna = await stage.person("Anna");
    await stage.band(anna, "Anna's band");
    // If the adapter is merely switched off, Chromium's own chooser says so, and stays open until it is on.
    await stage.bluetooth.setAdapter("absent");
    await anna.createRoom(stage.server.origin);
    await pair(anna);
    await expect.poll(() => noticesOn(anna.page)).toEqual([told("bluetooth-off")]);
    await proveAlive(anna);
    await stage.bluetooth.setAdapter("powered-on");
    await dismiss(anna.page, "bluetooth-off");
    await pairWell(anna);
    expect(await noticesOn(anna.page)).toEqual([]);
  });

  test("should say every refusal of Chromium in words of its own, and pair as soon as none comes", async () => {
    // Chromium's bluetooth_error.cc and bluetooth.cc: one name for very different causes.
    const refusals: readonly (readonly [string, string, ErrorCode | undefined])[] = [
      ["NotFoundError", "User denied the browser permission to scan for Bluetooth devices.", "bluetooth-refused"],
      ["NotFoundError", "Web Bluetooth API globally disabled.", "bluetooth-refused"],
      ["NotFoundError", "User or their enterprise policy has disabled Web Bluetooth.", "bluetooth-refused"],
      ["SecurityError", "Must be handling a user gesture to show a permission request.", "bluetooth-refused"],
      ["NotFoundError", "Bluetooth adapter not available.", "bluetooth-off"],
      ["NotFoundError", "Bluetooth Low Energy not available.", "bluetooth-unsupported"],
      ["NotFoundError", "User cancelled the requestDevice() chooser.", undefined],
    ];
    const anna = await stage.person("Anna");
    await stage.band(anna, "Anna's band");
    await anna.page.addInitScript(
      (exceptions) => {
        const { bluetooth } = navigator;
        const requestDevice = bluetooth.requestDevice.bind(bluetooth);
        bluetooth.requestDevice = async (options) => {
          const [name, message] = exceptions.shift() ?? [];
          if (name !== undefined) throw new DOMException(message, name);
          return requestDevice(options);
        };
      },
      refusals.map(([name, message]) => [name, message]),
    );
    await anna.createRoom(stage.server.origin);
    for (const [, , code] of refusals) {
      await pair(anna);
      await expect.poll(() => noticesOn(anna.page)).toEqual(code === undefined ? [] : [told(code)]);
      if (code !== undefined) await dismiss(anna.page, code);
    }
    await pairWell(anna);
    expect(await noticesOn(anna.page)).toEqual([]);
  });

  test("should say nothing to a person who closes the chooser, and open it again", async () => {
    const anna = await stage.person("Anna");
    const band = await stage.band(anna, "Anna's band");
    await watchChoosers(anna.page);
    await stage.bluetooth.answerChooser(anna.page, undefined);
    await anna.createRoom(stage.server.origin);
    await pair(anna);
    await expect.poll(() => choosersOf(anna.page)).toEqual(["NotFoundError"]);
    await stage.bluetooth.answerChooser(anna.page, band.address);
    await pairWell(anna);
    expect(await choosersOf(anna.page)).toEqual(["NotFoundError", "chosen"]);
    expect(await noticesOn(anna.page)).toEqual([]);
  });

  test("should say that a device has no Earl service, beside it too, and let it be tried again or removed", async () => {
    const anna = await stage.person("Anna");
    const band = await stage.band(anna, "Anna's band");
    await stage.band(anna, "A toaster", { hasEarlService: false });
    await anna.createRoom(stage.server.origin);
    await pair(anna);
    const notice = told("not-an-earl-device", "A toaster");
    await expect.poll(() => noticesOn(anna.page)).toEqual([notice]);
    const row = anna.page.locator(".probe");
    await expect.poll(() => row.locator(".caution").allInnerTexts()).toEqual([told("not-an-earl-device")]);

    await dismiss(anna.page, "not-an-earl-device");
    const former = await row.elementHandle();
    await row.getByRole("button", { name: "Connect again: A toaster" }).click();
    await former?.waitForElementState("hidden"); // The device has a new link, and with it a new row.
    await expect.poll(() => noticesOn(anna.page)).toEqual([notice]);
    await row.getByRole("button", { name: "Remove A toaster" }).click();
    await row.waitFor({ state: "detached" });
    await stage.bluetooth.answerChooser(anna.page, band.address);
    await pairWell(anna);
  });

  test("should say that a band is here already, and keep it", async () => {
    const anna = await stage.person("Anna");
    await stage.band(anna, "Anna's band");
    await anna.createRoom(stage.server.origin);
    await pairWell(anna);
    await pair(anna);
    await expect.poll(() => noticesOn(anna.page)).toEqual([told("already-paired", "Anna's band")]);
    expect(await linksOf(anna)).toEqual(["connected"]);
    await anna.page.getByRole("button", { name: "Test buzz on Anna's band" }).click();
    await expect.poll(async () => (await anna.report()).probes[0]?.buzzes.written).toBe(1);
  });

  test("should say that the phone can have no more links, open no chooser, and pair when one is free again", async () => {
    const anna = await stage.person("Anna");
    await watchChoosers(anna.page);
    const bands = [];
    for (let nth = 1; nth <= maxBluetoothLinks + 1; nth++) bands.push(await stage.band(anna, `Band ${nth}`));
    await anna.createRoom(stage.server.origin);
    for (const { address } of bands.slice(0, maxBluetoothLinks)) {
      await stage.bluetooth.answerChooser(anna.page, address);
      await pairWell(anna);
    }
    await stage.bluetooth.answerChooser(anna.page, bands.at(-1)?.address);
    await anna.page.getByText(`${maxBluetoothLinks} of ${maxBluetoothLinks} Bluetooth connections used`).waitFor();
    await pair(anna);
    await expect.poll(() => noticesOn(anna.page)).toEqual([told("link-slots-full")]);
    expect(await choosersOf(anna.page)).toHaveLength(maxBluetoothLinks);
    expect(await linksOf(anna)).toEqual(bands.slice(1).map(() => "connected"));
    await proveAlive(anna); // A simulated arm takes no link.

    await anna.page.getByRole("button", { name: "Remove Band 1" }).click();
    await anna.page.getByText(`${maxBluetoothLinks - 1} of ${maxBluetoothLinks} Bluetooth connections used`).waitFor();
    await pairWell(anna);
    await anna.page.getByText(`${maxBluetoothLinks} of ${maxBluetoothLinks} Bluetooth connections used`).waitFor();
  }, 120_000);

  test("should say that the page can have no more probes, and keep those that it has", async () => {
    const { host: anna } = await stage.host("Anna");
    const add = anna.page.getByRole("button", { name: labels.addSimulatedBand });
    for (let i = 0; i < 17; i++) await add.press("Enter"); // Each arm that is added moves what is below a pointer.
    await expect.poll(() => noticesOn(anna.page)).toEqual([told("probe-limit")]);
    expect((await anna.report()).probes).toHaveLength(16);
    await anna.page.getByRole("button", { name: "Remove Simulated band 1", exact: true }).click();
    await dismiss(anna.page, "probe-limit");
    await add.click();
    await expect.poll(async () => (await anna.report()).probes.length).toBe(16);
    expect(await noticesOn(anna.page)).toEqual([]);
  });
});

// What a person reads when the phone or its browser withholds something: a secure page, storage, the wake lock,
// vibration, movement. The page goes on with what there is.
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { labels } from "../support/page-labels.ts";
import type { RoomPage } from "../support/room-page.ts";
import { startServer } from "../support/server-process.ts";
import { Stage } from "../support/stage.ts";
import { dismiss, noticesOn, proveAlive, told } from "../support/told.ts";

/** Leads to this machine under a name that is not loopback's: a page that it gives over plain HTTP is not secure. */
const phonesName = "phones.example";

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set({ switches: [`--host-resolver-rules=MAP ${phonesName} 127.0.0.1`] });
});

afterEach(async () => expect(await stage.clear()).toEqual([]));

afterAll(() => stage?.strike());

/** The phone lies on a table and reports it, 60 times a second, as long as the page lives. */
const layDown = (page: Page): Promise<unknown> =>
  page.evaluate(() => {
    const accelerationIncludingGravity = { x: 0, y: 0, z: 9.81 };
    setInterval(
      () => dispatchEvent(new DeviceMotionEvent("devicemotion", { accelerationIncludingGravity })),
      1000 / 60,
    );
  });

const useThisPhone = ({ page }: RoomPage): Promise<void> => page.getByRole("button", { name: labels.usePhone }).click();

const linksOf = async (person: RoomPage): Promise<readonly string[]> =>
  (await person.report()).probes.map(({ link }) => link.kind);

describe("a page that is not secure", () => {
  test("should say where the secure one is found, and nothing else", async () => {
    const server = await startServer({ page: "built", args: ["--public-url", `https://${phonesName}`] });
    onTestFinished(() => server.stop());
    const anna = await stage.person("Anna");
    await anna.page.goto(`http://${phonesName}:${server.port}/#k=AAAAAAAAAAAAAAAAAAAAAA`);
    await expect.poll(() => anna.page.locator("main p").allInnerTexts()).toEqual([told("insecure-context")]);
    expect(await anna.page.getByRole("button").count()).toBe(0);
  });
});

describe("a browser that keeps nothing", () => {
  test.each(["throws when it is touched", "lets no database be opened"] as const)(
    "should be told when it %s, and the room work as any other until the page is closed",
    async (how) => {
      const anna = await stage.person("Anna");
      await anna.page.addInitScript((isThrowing) => {
        const refuse = (): never => {
          throw new DOMException("Access is denied for this document.", "SecurityError");
        };
        for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name, { get: refuse });
        if (isThrowing) Object.defineProperty(window, "indexedDB", { get: refuse });
        else IDBFactory.prototype.open = refuse;
      }, how === "throws when it is touched");
      const invite = await anna.createRoom(stage.server.origin);
      await expect.poll(() => noticesOn(anna.page)).toEqual([told("storage-unavailable")]);
      await anna.addSimulatedArm();
      const ben = await stage.person("Ben");
      await ben.join(invite);
      await ben.addSimulatedArm();
      await ben.buzz(anna); // Her name, which is not kept, has reached him.
      await anna.buzz(ben);
      await anna.page.getByRole("button", { name: "Mute my bands" }).click();
      await anna.page.getByRole("button", { name: "Unmute my bands" }).click();
      expect(await noticesOn(anna.page)).toEqual([told("storage-unavailable")]);

      await anna.page.reload(); // Somebody new to the others, in the same room, because that stands in the address.
      await expect.poll(() => anna.connectedPeers()).toBe(1);
      expect(await anna.page.getByLabel("Your name").inputValue()).toBe("Phone");
      expect((await anna.report()).epoch).toBe(1);
      await anna.page.getByRole("button", { name: "Leave" }).click();
      await anna.page.getByRole("button", { name: labels.createRoom }).waitFor();
      expect(await anna.page.getByText("Rooms on this device").count()).toBe(0);
    },
  );
});

describe("a phone that may fall asleep", () => {
  test.each(["refuses the wake lock", "has none"] as const)("should be told of when it %s", async (why) => {
    const anna = await stage.person("Anna");
    await anna.page.addInitScript((isRefused) => {
      if (isRefused) {
        // As Chromium on a phone that saves its battery.
        navigator.wakeLock.request = () => Promise.reject(new DOMException("Wake Lock refused.", "NotAllowedError"));
      } else {
        Reflect.deleteProperty(Navigator.prototype, "wakeLock");
      }
    }, why === "refuses the wake lock");
    await anna.createRoom(stage.server.origin);
    await expect.poll(() => noticesOn(anna.page)).toEqual([told("wake-lock-refused")]);
    await anna.page.getByText("Screen: may sleep").waitFor();
    await dismiss(anna.page, "wake-lock-refused");
    await proveAlive(anna);
    expect(await noticesOn(anna.page)).toEqual([]);
  });
});

describe("this phone as a probe", () => {
  test("should flash and sound where the browser cannot vibrate, and say so before", async () => {
    const anna = await stage.person("Anna");
    await anna.page.addInitScript(() => {
      Reflect.deleteProperty(Navigator.prototype, "vibrate");
      const { start } = OscillatorNode.prototype;
      OscillatorNode.prototype.start = function () {
        document.documentElement.classList.add("has-sounded");
        start.call(this);
      };
    });
    const invite = await anna.createRoom(stage.server.origin);
    await anna.page.getByText(told("vibration-unsupported")).waitFor();
    await layDown(anna.page);
    await useThisPhone(anna);
    await expect.poll(() => linksOf(anna)).toEqual(["connected"]);
    const ben = await stage.person("Ben");
    await ben.join(invite);
    // The flash is over in less than a second: it is watched for frame by frame, from before the buzz.
    const flash = anna.page.waitForFunction(() => document.querySelector(".flash")?.getAnimations().length === 1);
    await ben.buzz(anna);
    await flash;
    expect(await anna.page.locator("html.has-sounded").count()).toBe(1);
    expect(await noticesOn(anna.page)).toEqual([]);
  });

  test("should say that the device has no motion sensor, and connect again as soon as it reports movement", async () => {
    const { host: anna } = await stage.host("Anna");
    await useThisPhone(anna);
    await expect.poll(() => noticesOn(anna.page)).toEqual([told("motion-unsupported", "This phone")]);
    const row = anna.page.locator(".probe");
    await expect.poll(() => row.locator(".caution").allInnerTexts()).toEqual([told("motion-unsupported")]);
    await proveAlive(anna);
    await layDown(anna.page);
    await dismiss(anna.page, "motion-unsupported");
    await row.getByRole("button", { name: "Connect again: This phone" }).click();
    await expect.poll(() => linksOf(anna)).toEqual(["connected"]);
    await row.getByRole("button", { name: "Test buzz on This phone" }).click();
    await expect.poll(async () => (await anna.report()).probes[0]?.buzzes.written).toBe(1);
    expect(await noticesOn(anna.page)).toEqual([]);
  });

  test("should say that it may not read the movement, and ask again when the person wants it", async () => {
    const anna = await stage.person("Anna");
    await anna.page.addInitScript(() => {
      // As on an iPhone, whose owner declines first.
      const answers: PermissionState[] = ["denied", "granted"];
      const requestPermission = async (): Promise<PermissionState> => answers.shift() ?? "denied";
      Object.assign(DeviceMotionEvent, { requestPermission });
    });
    await anna.createRoom(stage.server.origin);
    await layDown(anna.page);
    await useThisPhone(anna);
    await expect.poll(() => noticesOn(anna.page)).toEqual([told("motion-refused", "This phone")]);
    const row = anna.page.locator(".probe");
    await expect.poll(() => row.locator(".caution").allInnerTexts()).toEqual([told("motion-refused")]);
    await dismiss(anna.page, "motion-refused");
    await row.getByRole("button", { name: "Connect again: This phone" }).click();
    await expect.poll(() => linksOf(anna)).toEqual(["connected"]);
    expect(await noticesOn(anna.page)).toEqual([]);
  });
});

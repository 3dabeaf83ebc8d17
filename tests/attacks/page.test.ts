// The page itself: names and invites that are markup, a room key that wants to get out, and the browser's own locks
// against scripts, frames and other origins. With the real page, under the real server's headers.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { startNativePhone } from "../../bench/stage/native-phone.ts";
import { endWebRtc } from "../../bench/stage/native-webrtc.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { encodeGesture } from "../../firmware-bridge/frames/payloads.ts";
import { toBase64url } from "../../gateway/basics/base64url.ts";
import type { Room } from "../../gateway/wire/room-key.ts";
import type { RoomSession } from "../../web/mesh/room-session.ts";
import { errorTexts } from "../../web/ui/errors.ts";
import { tell } from "../support/case-table.ts";
import { EmulatedArmProbe } from "../support/emulated-arm-probe.ts";
import { EmulatedBluetooth } from "../support/emulated-bluetooth.ts";
import { RecordingLink } from "../support/recording-link.ts";
import { figuresOfPages } from "../support/renderer-process.ts";
import type { RoomPage } from "../support/room-page.ts";
import { inviteSomebody, openSite, type Site } from "../support/site.ts";
import { logOn, noticesOn } from "../support/told.ts";

declare global {
  interface Window {
    ranHostile?: string;
    policyViolations?: string[];
  }
}

const patience = { interval: 50 };

/** At most 64 bytes each. */
const hostileNames = [
  `<img src=x onerror="ranHostile='img'">`,
  `</li><script>ranHostile='s'</script>`,
  `"><svg onload=ranHostile=1>`,
  `javascript:ranHostile='url'`,
  "{{constructor.constructor('ranHostile=1')()}}",
  "Anna\u202e\u2066 gnp.exe\nVera is connected",
] as const;

let site: Site;
let bluetooth: EmulatedBluetooth;
let page: RoomPage;
let invite: string;
let room: Room;
let phones: RoomSession[] = [];

beforeAll(async () => {
  site = await openSite();
  bluetooth = await EmulatedBluetooth.attach(site.browser);
});
afterAll(async () => {
  await site?.close();
  endWebRtc();
});

beforeEach(async () => {
  ({ page, room, invite } = await inviteSomebody(site, "Vera"));
  await page.page.addInitScript(() => {
    window.policyViolations = [];
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      window.policyViolations?.push(`${violatedDirective} ${blockedURI}`),
    );
  });
});
afterEach(async () => {
  for (const phone of phones) await phone.close();
  phones = [];
  await page.close();
});

const joinPhone = async (name: string): Promise<RoomSession> => {
  const phone = await startNativePhone({ origin: site.server.origin, room, name });
  phones.push(phone);
  return phone;
};

const expectNothingRan = async (on: Page): Promise<void> => {
  const found = await on.evaluate(() => ({
    ran: window.ranHostile,
    violations: window.policyViolations,
    elements: document.querySelectorAll("img, script:not([src]), iframe, object, [onerror], [onload], #app svg[onload]")
      .length,
    links: [...document.querySelectorAll("a")].filter(({ href }) => href.startsWith("javascript:")).length,
  }));
  expect(found).toEqual({ ran: undefined, violations: [], elements: 0, links: 0 });
};

/** Nothing that is shown, read out or logged turns around what follows, or has a line or a control of its own. */
const expectPlainNames = async (on: Page): Promise<void> => {
  const shown = await on.evaluate(() => [
    ...Array.from(document.querySelectorAll("input"), ({ value }) => value),
    ...Array.from(document.querySelectorAll("[aria-label], [title]"), (element) =>
      ["aria-label", "title"].map((attribute) => element.getAttribute(attribute) ?? "").join(" "),
    ),
    document.querySelector("#app main")?.textContent ?? "",
    document.title,
    JSON.stringify(window.earlMesh?.report()?.probes.map(({ name }) => name)),
  ]);
  const texts = [...shown, ...(await logOn(on)), ...(await noticesOn(on))];
  for (const text of texts)
    expect(text).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
};

it("names of people, probes and devices that are markup are only text", async ({ task }) => {
  const band = hostileNames[0];
  await EmulatedArmProbe.attach(bluetooth, page.page, { name: band, address: "0A:00:00:00:01:01" });
  await page.join(invite);
  await page.page.getByRole("button", { name: /^Pair/ }).first().click();
  await expect.poll(async () => (await page.report()).probes.length, patience).toBe(1);
  for (const name of hostileNames) {
    const phone = await joinPhone(name);
    await phone.gateway.addProbe(new RecordingLink(name), name)?.open();
  }
  await expect.poll(() => page.connectedPeers(), patience).toBe(hostileNames.length);
  await page.page
    .getByRole("button", { name: /figures/i })
    .first()
    .click();
  const shown = () => page.page.locator("body").innerText();
  for (const name of hostileNames.slice(0, -1)) await expect.poll(shown, patience).toContain(name);
  await expectNothingRan(page.page);
  // A name turns nothing around and begins no line of its own.
  const text = await page.page.evaluate(() => document.body.textContent ?? "");
  expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  expect(text).toContain("Anna gnp.exeVera is connected");
  expect(page.problems).toEqual([]);
  tell(task, {
    tried: `${hostileNames.length} names × person, probe, band`,
    "got in": 0,
    ...(await figuresOfPages(site.browser)),
  });
});

it("what a device calls itself, and what is typed as a name, is only plain text wherever it is shown", async ({
  task,
}) => {
  const names = ["\u200f\u0007\u001b[2JVera's\u2028band\r\nis gone", ...hostileNames];
  const addressOf = (nth: number): string => `0A:00:00:00:02:0${nth}`;
  const bands: EmulatedArmProbe[] = [];
  for (const [nth, name] of names.entries()) {
    bands.push(await EmulatedArmProbe.attach(bluetooth, page.page, { name, address: addressOf(nth) }));
  }
  await page.join(invite);
  const pair = page.page.getByRole("button", { name: /^Pair/ }).first();
  for (const nth of names.keys()) {
    await bluetooth.answerChooser(page.page, addressOf(nth));
    await pair.click();
    await expect
      .poll(async () => (await page.report()).probes.filter(({ link }) => link.kind === "connected").length, patience)
      .toBe(nth + 1);
    if (nth > 0) continue;
    await pair.click(); // The same again, for a name that a notice shows.
    await expect
      .poll(() => noticesOn(page.page), patience)
      .toContainEqual(expect.stringContaining("Vera'sbandis gone"));
  }
  for (const band of bands) await band.send(kinds.gesture, encodeGesture({ gesture: 1, intensity: 200 }));
  const ownGestures = async () => (await logOn(page.page)).filter((line) => /wave/.test(line)).length;
  await expect.poll(ownGestures, patience).toBe(names.length);
  await expectPlainNames(page.page);

  for (const typed of names) {
    const fields = page.page.locator(".name-field");
    for (const field of [fields.first(), fields.last()]) {
      await field.fill(typed);
      await field.press("Enter");
    }
    await expectPlainNames(page.page);
  }
  await expectNothingRan(page.page);
  expect(page.problems).toEqual([]);
  tell(task, {
    tried: `${names.length} names × device, band, person`,
    "got in": 0,
    ...(await figuresOfPages(site.browser)),
  });
});

it("invites that are markup lead nowhere", async ({ task }) => {
  const fragments = [
    "#k=<img src=x onerror=ranHostile=1>",
    "#<script>ranHostile=1</script>",
    "#k=javascript:ranHostile=1",
    `#k=${toBase64url(room.roomKey)}"><svg onload=ranHostile=1>`,
    `#k=${"A".repeat(100_000)}`,
  ];
  for (const fragment of fragments) {
    await page.page.goto("about:blank");
    await page.page.goto(`${site.server.origin}/${fragment}`);
    await expect
      .poll(() => noticesOn(page.page), patience)
      .toContainEqual(expect.stringContaining(errorTexts["bad-invite"].sentence));
    await expectNothingRan(page.page);
    expect(await page.page.evaluate(() => window.earlMesh?.report())).toBeUndefined();
  }
  expect(page.problems).toEqual([]);
  tell(task, { tried: `${fragments.length} fragments`, "got in": 0, ...(await figuresOfPages(site.browser)) });
});

it("the room key stays in the fragment and in this device's own list", async ({ task }) => {
  await page.join(invite);
  const phone = await joinPhone("Hal");
  await expect.poll(() => page.connectedPeers(), patience).toBe(1);
  const key = toBase64url(room.roomKey);
  const places = await page.page.evaluate(async () => {
    const databases: Record<string, unknown> = {};
    for (const { name = "" } of await indexedDB.databases()) {
      databases[name] = await new Promise((resolve) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => {
          const database = opening.result;
          const [store = ""] = database.objectStoreNames;
          const reading = database.transaction(store).objectStore(store).getAll();
          reading.onsuccess = () => {
            database.close();
            resolve(reading.result);
          };
        };
      });
    }
    return {
      ...Object.fromEntries(Object.entries(localStorage)),
      session: JSON.stringify(Object.entries(sessionStorage)),
      databases: JSON.stringify(databases),
      cookies: document.cookie,
      title: document.title,
      history: JSON.stringify(history.state),
      report: JSON.stringify(window.earlMesh?.report()),
      resources: performance
        .getEntries()
        .map(({ name }) => name.replace(/#.*/, ""))
        .join(),
      caches: (await caches.keys()).join(),
    };
  });
  const holding = Object.entries(places).filter(([, text]) => text.includes(key));
  expect(holding.map(([place]) => place)).toEqual(["earl-mesh.rooms"]);
  expect(`${site.server.stdout}${site.server.stderr}`).not.toContain(key);
  // What others are told by the channel is checked byte by byte in the vectors: no frame before a change of the key has
  // a place for it.
  expect(phone.gateway.peers).toHaveLength(1);
  tell(task, {
    tried: `${Object.keys(places).length} places`,
    "got in": "its own list",
    ...(await figuresOfPages(site.browser)),
  });
});

/** Chromium's, which TypeScript's DOM does not know. */
interface Locks {
  readonly trustedTypes: { createPolicy(name: string, rules: object): unknown };
}
interface Features {
  readonly featurePolicy: { allowedFeatures(): readonly string[] };
}

it("a script that got in would find eval, policies, features and openers locked", async ({ task }) => {
  await page.page.goto(site.server.origin);
  await page.page.locator("#app main").waitFor();
  const locks = await page.page.evaluate(async () => {
    const later = <T>(attempt: () => T): Promise<T | string> =>
      new Promise((resolve) => {
        setTimeout(() => {
          try {
            resolve(attempt());
          } catch (error) {
            resolve(error instanceof Error ? error.name : String(error));
          }
        });
      });
    const { trustedTypes } = window as unknown as Locks;
    const { featurePolicy } = document as unknown as Features;
    return {
      eval: await later(() => new Function("return 7")()),
      policy: await later(() => typeof trustedTypes.createPolicy("evil", { createHTML: (text: string) => text })),
      worker: await later(() => typeof new Worker(URL.createObjectURL(new Blob(["0"])))),
      features: featurePolicy.allowedFeatures().join(" "),
      isIsolated: crossOriginIsolated,
      opener: window.opener,
    };
  });
  expect(locks).toMatchObject({ eval: "EvalError", policy: "TypeError", isIsolated: true });
  expect(locks.features).toMatch(/\bbluetooth\b/);
  expect(locks.features).not.toMatch(/\b(camera|microphone|geolocation|usb|serial|hid|payment)\b/);
  expect(locks.opener).toBeNull();
  expect(locks.worker).not.toBe("object");
  tell(task, { tried: "eval, policy, worker, features, opener", "got in": 0, ...(await figuresOfPages(site.browser)) });
});

it("another page can neither frame it nor reach into its window", async ({ task }) => {
  const evil = createServer((_request, response) => {
    response.setHeader("content-type", "text/html");
    response.end(`<!doctype html><title>evil</title><iframe src="${site.server.origin}/"></iframe>`);
  });
  await new Promise<void>((resolve) => evil.listen(0, "127.0.0.1", resolve));
  try {
    await page.page.goto(`http://127.0.0.1:${(evil.address() as AddressInfo).port}/`);
    const framed = page.page.frames().find((frame) => frame !== page.page.mainFrame());
    expect(await framed?.locator("#app main").count()).toBe(0);
    const [popup, handle] = await Promise.all([
      page.page.waitForEvent("popup"),
      page.page.evaluate((url) => {
        const opened = window.open(url);
        return new Promise((resolve) => {
          const watch = setInterval(() => {
            // Isolated from its opener, the window looks closed from here.
            if (opened === null || opened.closed) {
              clearInterval(watch);
              resolve("out of reach");
            }
          }, 20);
        });
      }, site.server.origin),
    ]);
    await popup.locator("#app main").waitFor();
    expect(await popup.evaluate(() => window.opener)).toBeNull();
    expect(handle).toBe("out of reach");
    await popup.close();
  } finally {
    evil.closeAllConnections();
    await new Promise((resolve) => evil.close(resolve));
  }
  tell(task, { tried: "frame, popup", "got in": 0, ...(await figuresOfPages(site.browser)) });
});

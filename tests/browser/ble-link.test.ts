// The product's Bluetooth modules on the real navigator.bluetooth of Chromium, with an emulated arm-probe in the air.
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { FrameEncoder } from "../../firmware-bridge/frames/encode-frames.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { deviceLinkContract } from "../contracts/device-link-contract.ts";
import type { LinkLog, ProbeRemote } from "../support/ble-page/main.ts";
import { type BundledPage, serveBundle } from "../support/bundled-page.ts";
import { EmulatedArmProbe, type EmulatedArmProbeOptions } from "../support/emulated-arm-probe.ts";
import { EmulatedBluetooth } from "../support/emulated-bluetooth.ts";

let bundle: BundledPage;
let bluetooth: EmulatedBluetooth;
let probeCount = 0;

beforeAll(async () => {
  bundle = await serveBundle(fileURLToPath(new URL("../support/ble-page/main.ts", import.meta.url)));
  bluetooth = await EmulatedBluetooth.attach(bundle.browser);
});

afterAll(() => bundle.close());

interface Bench {
  readonly page: Page;
  readonly probe: EmulatedArmProbe;
}

/** A fresh page with a fresh probe of its own. */
const setUp = async (options: Pick<EmulatedArmProbeOptions, "hasEarlService" | "hasBattery"> = {}): Promise<Bench> => {
  const page = await bundle.browser.newPage();
  onTestFinished(() => page.close());
  probeCount++;
  const probe = await EmulatedArmProbe.attach(bluetooth, page, {
    address: `0A:00:00:00:00:${probeCount.toString(16).padStart(2, "0").toUpperCase()}`,
    name: `Earl arm-probe ${probeCount}`,
    ...options,
  });
  const remote: ProbeRemote = {
    notify: async (chunk) => void (await probe.notify(Uint8Array.from(chunk))),
    send: (kind, payload) => probe.send(kind, Uint8Array.from(payload)),
    received: async () => probe.received.map(({ kind, payload }) => ({ kind, payload: [...payload] })),
    drop: () => probe.drop(),
    comeBack: async () => probe.comeBack(),
    setSilent: (isSilent) => probe.setSilent(isSilent),
  };
  await page.exposeFunction("emulatedProbe", (name: keyof ProbeRemote, ...args: readonly never[]) =>
    (remote[name] as (...args: readonly never[]) => Promise<unknown>)(...args),
  );
  await page.goto(bundle.url);
  return { page, probe };
};

/** What came of a tap on the page's button. */
const pair = async (page: Page): Promise<string> => {
  await page.click("button");
  return page.evaluate(() => blePage.pairing());
};

const setUpPaired = async (options?: Parameters<typeof setUp>[0]): Promise<Bench> => {
  const bench = await setUp(options);
  expect(await pair(bench.page)).toBe("chosen");
  return bench;
};

const setUpConnected = async (options?: Parameters<typeof setUp>[0]): Promise<Bench> => {
  const bench = await setUpPaired(options);
  expect(await bench.page.evaluate(() => blePage.open())).toEqual({ kind: "connected" });
  return bench;
};

const logOf = (page: Page): Promise<LinkLog> => page.evaluate(() => blePage.log());

const untilLogged = async (page: Page, isLogged: (log: LinkLog) => boolean): Promise<LinkLog> => {
  await expect.poll(async () => isLogged(await logOf(page))).toBe(true);
  return logOf(page);
};

const endsIn = (kind: LinkLog["states"][number]["kind"]) => (log: LinkLog) => log.states.at(-1)?.kind === kind;

const payloadsOf = (log: LinkLog, kind: number) =>
  log.events.filter((event) => event.kind === kind).map((event) => event.payload);

const vibrate = (page: Page, payload: readonly number[], lifetimeMs = 1_000) =>
  page.evaluate(([kind, bytes, ms]) => blePage.write(kind, bytes, ms), [kinds.vibrate, payload, lifetimeMs] as const);

describe("GattLink keeps the contract of DeviceLink", () => {
  for (const { name } of deviceLinkContract) {
    test(name, async () => {
      const { page } = await setUpPaired();
      await page.evaluate((clause) => blePage.runClause(clause), name);
    });
  }
});

describe("pairing", () => {
  test("should say that the person chose nothing", async () => {
    const { page } = await setUp();
    await bluetooth.answerChooser(page, undefined);
    expect(await pair(page)).toBe("chooser-cancelled");
  });

  test("should pair after a cancelled chooser", async () => {
    const { page, probe } = await setUp();
    await bluetooth.answerChooser(page, undefined);
    await pair(page);
    await bluetooth.answerChooser(page, probe.address);
    expect(await pair(page)).toBe("chosen");
  });

  test("should say that Bluetooth is off on a computer without an adapter", async () => {
    const { page } = await setUp();
    await bluetooth.setAdapter("absent");
    onTestFinished(() => bluetooth.setAdapter("powered-on"));
    expect(await page.evaluate(() => blePage.problem())).toBe("bluetooth-off");
    expect(await pair(page)).toBe("bluetooth-off");
  });

  test("should find no problem where Bluetooth works", async () => {
    const { page } = await setUp();
    expect(await page.evaluate(() => blePage.problem())).toBeUndefined();
  });
});

describe("GattLink", () => {
  test("should close for good on a device that has no Earl service", async () => {
    const { page } = await setUpPaired({ hasEarlService: false });
    expect(await page.evaluate(() => blePage.open())).toEqual({ kind: "closed", failure: "not-an-earl-device" });
  });

  test("should turn the level of the Battery service into battery messages, the first without being asked", async () => {
    const { page, probe } = await setUpConnected();
    await untilLogged(page, (log) => payloadsOf(log, kinds.battery).length === 1);
    await expect.poll(() => probe.setBattery(41)).toBe(true);
    const log = await untilLogged(page, (log) => payloadsOf(log, kinds.battery).length > 1);
    expect(payloadsOf(log, kinds.battery)).toEqual([
      [87, 0],
      [41, 0],
    ]);
  });

  test("should connect to a probe without a Battery service", async () => {
    const { page, probe } = await setUpConnected({ hasBattery: false });
    await probe.send(kinds.button, Uint8Array.of(1, 1));
    const log = await untilLogged(page, (log) => log.events.length > 0);
    expect(log.events).toEqual([{ kind: kinds.button, payload: [1, 1] }]);
  });

  test("should write again when Chromium says that an operation is already in progress", async () => {
    const { page, probe } = await setUpConnected();
    await probe.injectBusyWrites(2);
    expect(await vibrate(page, [80, 15])).toMatchObject({ kind: "written" });
    expect(probe.received.map(({ payload }) => [...payload])).toEqual([[80, 15]]);
  });

  test("should give up on a device that stays busy", async () => {
    const { page, probe } = await setUpConnected();
    await probe.injectBusyWrites(1_000);
    expect(await vibrate(page, [80, 15])).toEqual({ kind: "failed", failure: "link-busy" });
    expect(await logOf(page)).toSatisfy(endsIn("connected"));
  });

  test("should not write a buzz that expired while the device was busy", async () => {
    const { page, probe } = await setUpConnected();
    await probe.injectBusyWrites(1);
    expect(await vibrate(page, [80, 15], 20)).toEqual({ kind: "expired" });
    expect(probe.chunks).toEqual([]);
  });

  test("should fail a write during which the link is lost, and write over the next link", async () => {
    const { page, probe } = await setUpConnected();
    await probe.setSilent(true);
    const outcome = vibrate(page, [80, 15]);
    await expect.poll(() => probe.unanswered).toBe(1);
    await probe.drop();
    expect(await outcome).toEqual({ kind: "failed", failure: "link-lost" });
    await untilLogged(page, endsIn("reconnecting"));
    await probe.setSilent(false);
    probe.comeBack();
    await untilLogged(page, endsIn("connected"));
    expect(await vibrate(page, [60, 15])).toMatchObject({ kind: "written" });
    expect(probe.received.map(({ payload }) => [...payload])).toEqual([[60, 15]]);
  });

  test("should not join the fragments of two links, as after a restart of the device", async () => {
    const { page, probe } = await setUpConnected();
    const encoder = new FrameEncoder();
    const [first, second, ...rest] = [
      ...encoder.encode(kinds.opaque, new Uint8Array(40)),
      ...encoder.encode(kinds.button, Uint8Array.of(3, 1)),
    ];
    for (const frame of [first, second]) await probe.notify(frame ?? new Uint8Array());
    await probe.drop();
    await untilLogged(page, endsIn("reconnecting"));
    probe.comeBack();
    await untilLogged(page, endsIn("connected"));
    for (const frame of rest) await probe.notify(frame);
    const log = await untilLogged(page, (log) => payloadsOf(log, kinds.button).length > 0);
    expect(payloadsOf(log, kinds.opaque)).toEqual([]);
    expect(log.discards).toEqual([{ cause: "brokenMessages", count: 1 }]);
  });

  test("should report every attempt to reconnect, and discover the services again", async () => {
    const { page, probe } = await setUpConnected();
    await probe.drop();
    const away = await untilLogged(page, (log) => log.states.length >= 3);
    expect(away.states.slice(1, 3)).toEqual([
      { kind: "reconnecting", attempt: 1, failure: "link-lost" },
      { kind: "reconnecting", attempt: 2, failure: "link-lost" },
    ]);
    probe.comeBack();
    await untilLogged(page, endsIn("connected"));
    expect(probe.connections).toBe(2);
    await probe.send(kinds.gesture, Uint8Array.of(1, 200));
    const log = await untilLogged(page, (log) => payloadsOf(log, kinds.gesture).length > 0);
    expect(payloadsOf(log, kinds.gesture)).toEqual([[1, 200]]);
  });

  test("should let the device go when it is closed", async () => {
    const { page, probe } = await setUpConnected();
    await page.evaluate(() => blePage.close());
    expect(await logOf(page)).toSatisfy(endsIn("closed"));
    expect(await probe.notify(Uint8Array.of(0))).toBe(false);
    expect(await vibrate(page, [80, 15])).toEqual({ kind: "failed", failure: "link-lost" });
  });

  test("should keep two probes of two pages apart", async () => {
    const [left, right] = [await setUpConnected(), await setUpConnected()];
    const [toLeft, toRight] = await Promise.all([vibrate(left.page, [10, 1]), vibrate(right.page, [20, 2])]);
    expect([toLeft.kind, toRight.kind]).toEqual(["written", "written"]);
    await Promise.all([
      left.probe.send(kinds.button, Uint8Array.of(1, 1)),
      right.probe.send(kinds.button, Uint8Array.of(2, 1)),
    ]);
    for (const [{ page, probe }, button, written] of [
      [left, [1, 1], [10, 1]],
      [right, [2, 1], [20, 2]],
    ] as const) {
      const log = await untilLogged(page, (log) => payloadsOf(log, kinds.button).length > 0);
      expect(payloadsOf(log, kinds.button)).toEqual([button]);
      expect(probe.received.map(({ payload }) => [...payload])).toEqual([written]);
    }
  });
});

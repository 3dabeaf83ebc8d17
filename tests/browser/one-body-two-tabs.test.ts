// The wearer's limit is a limit of a body, not of a page: one emulated band in the air, the real navigator.bluetooth,
// and a person who opens the room in two tabs, reloads, or lets one tab take over from the other. What is counted are
// the milliseconds of vibration that reach the band.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { capabilities } from "../../firmware-bridge/devices/device-info.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { decodeVibration } from "../../firmware-bridge/frames/payloads.ts";
import { patternDurationsMs } from "../../gateway/probes/rules.ts";
import { defaultWearerLimits } from "../../gateway/probes/wearer-limits.ts";
import { EmulatedArmProbe } from "../support/emulated-arm-probe.ts";
import { EmulatedBluetooth } from "../support/emulated-bluetooth.ts";
import { labels } from "../support/page-labels.ts";
import { RoomPage } from "../support/room-page.ts";
import { openSite, type Site } from "../support/site.ts";

const spanMs = 10_000;
const patience = { interval: 100 };
const tapPatience = { interval: 2_500 };

/** What one press of "Buzz all" asks for. */
const buzzMs = patternDurationsMs.double.filter((_, i) => i % 2 === 0).reduce((sumMs, partMs) => sumMs + partMs, 0);
const allowedMs = defaultWearerLimits.buzzesPerTenSeconds * buzzMs;
/** More than the wearer allows in ten seconds. */
const presses = defaultWearerLimits.buzzesPerTenSeconds + 3;

let site: Site;
let bluetooth: EmulatedBluetooth;
let bands = 0;

beforeAll(async () => {
  site = await openSite();
  bluetooth = await EmulatedBluetooth.attach(site.browser);
});

afterAll(() => site?.close());

const linkOf = async (tab: RoomPage) => (await tab.report()).probes[0]?.link;

/** On a busy machine the emulated chooser now and then closes without a choice: then a person taps again. */
const pair = async (tab: RoomPage): Promise<void> => {
  const tapUnlessThere = async (): Promise<string | undefined> => {
    const link = await linkOf(tab);
    if (link === undefined) await tab.page.getByRole("button", { name: labels.pairBand }).click();
    return link?.kind;
  };
  await expect.poll(tapUnlessThere, tapPatience).toMatch(/connected|closed/);
};

/** The longest time for which the band was told to vibrate within any ten seconds. */
const mostMsInTenSeconds = ({ received }: EmulatedArmProbe): number => {
  const buzzes = received.filter(({ kind }) => kind === kinds.vibrate);
  const lastsMs = (payload: Uint8Array): number =>
    (decodeVibration(payload)?.durationsMs ?? []).reduce((sumMs, ms, i) => (i % 2 === 0 ? sumMs + ms : sumMs), 0);
  return Math.max(
    0,
    ...buzzes.map(({ atMs: fromMs }) =>
      buzzes
        .filter(({ atMs }) => atMs >= fromMs && atMs < fromMs + spanMs)
        .reduce((sumMs, { payload }) => sumMs + lastsMs(payload), 0),
    ),
  );
};

/**
 * A person who buzzes, and a person with two tabs and one band; the tabs are in the room, the band is not paired yet.
 */
const meet = async () => {
  const anna = await RoomPage.open(site.browser, "Anna");
  const invite = await anna.createRoom(site.server.origin);
  const first = await RoomPage.open(site.browser, "Ben");
  const second = await first.secondTab("Ben again");
  const address = `0B:00:00:00:00:0${++bands}`;
  const options = { address, name: `Ben's band ${bands}`, capabilities: capabilities.vibrateIn };
  const band = await EmulatedArmProbe.attach(bluetooth, first.page, options);
  await band.alsoNear(second.page);
  for (const tab of [first, second]) await tab.join(invite);
  await expect.poll(() => anna.connectedPeers(), patience).toBe(2);
  return { anna, first, second, band };
};

/** Presses until every press was answered, by a vibration or by the wearer's limit. */
const pressOften = async (anna: RoomPage, tab: RoomPage): Promise<void> => {
  const answered = async (): Promise<number> => {
    const { buzzes = {} } = (await tab.report()).probes[0] ?? {};
    return Object.values(buzzes).reduce((sum, count) => sum + count, 0);
  };
  const before = await answered();
  for (let i = 1; i <= presses; i++) {
    await anna.buzzAll();
    await expect.poll(async () => (await answered()) - before, patience).toBeGreaterThanOrEqual(i);
  }
};

describe("one body", () => {
  it("should be used by one tab at a time, and be taken over when that tab is closed", async () => {
    const { anna, first, second, band } = await meet();
    await pair(first);
    await pair(second);
    expect(await linkOf(second)).toEqual({ kind: "closed", failure: "held-in-another-tab" });
    await second.page.getByText("Another tab of this browser uses this band").first().waitFor();
    await pressOften(anna, first);
    expect(mostMsInTenSeconds(band)).toBe(allowedMs);

    await first.page.close();
    await second.page.getByRole("button", { name: /^Connect again: / }).click();
    await expect.poll(async () => (await linkOf(second))?.kind, patience).toBe("connected");
    await pressOften(anna, second);
    expect(mostMsInTenSeconds(band)).toBe(allowedMs);
    await second.close();
    await anna.close();
  }, 180_000);

  it("should be buzzed no more after a reload than its wearer allows", async () => {
    const { anna, first, band } = await meet();
    await pair(first);
    await pressOften(anna, first);
    await first.page.reload();
    await expect.poll(() => first.connectedPeers(), patience).toBe(2);
    await pair(first);
    await expect.poll(() => anna.connectedPeers(), patience).toBe(2);
    await pressOften(anna, first);
    expect(mostMsInTenSeconds(band)).toBe(allowedMs);
    await first.close();
    await anna.close();
  }, 180_000);

  it("should be buzzed no more after its band was removed and added again than its wearer allows", async () => {
    const { anna, first, band } = await meet();
    await pair(first);
    await pressOften(anna, first);
    await first.page.getByRole("button", { name: /^Remove Ben's band/ }).click();
    await pair(first);
    await pressOften(anna, first);
    expect(mostMsInTenSeconds(band)).toBe(allowedMs);
    await first.close();
    await anna.close();
  }, 180_000);
});

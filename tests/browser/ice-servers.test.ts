// The reader of ICE servers against the browsers themselves: what passes it must never make RTCPeerConnection throw,
// and what makes it throw must not pass.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { maxIceCredentialBytes, maxIceUrls, maxIceUsernameBytes } from "../../gateway/wire/ice-servers.ts";
import { launchEngine } from "../support/chromium.ts";
import { Firefox, findFirefox } from "../support/firefox.ts";
import { type FaultyUrl, faultyIceUrls, serverAt, soundIceUrls } from "../support/ice-server-urls.ts";

/** An expression for a page: which of these lists of servers RTCPeerConnection throws on, by their places. */
const thrownOn = (lists: readonly unknown[]): string =>
  `${JSON.stringify(lists)}.flatMap((iceServers, place) => {
    try {
      new RTCPeerConnection({ iceServers }).close();
      return [];
    } catch {
      return [place];
    }
  })`;

const soundLists: readonly unknown[] = [
  ...soundIceUrls.map((url) => [serverAt(url)]),
  [{ ...serverAt("turn:a.example"), username: "u".repeat(maxIceUsernameBytes) }],
  [{ ...serverAt("turn:a.example"), credential: "c".repeat(maxIceCredentialBytes) }],
  Array.from({ length: maxIceUrls }, () => serverAt("turn:a.example")),
  [{ ...serverAt("turn:a.example"), urls: Array.from({ length: maxIceUrls }, () => "turn:a.example") }],
];

const faultyLists = faultyIceUrls.map(({ url }) => [serverAt(url)]);
const placesRefusedBy = (browser: FaultyUrl["refusedBy"]): readonly number[] =>
  faultyIceUrls.flatMap(({ refusedBy }, place) => (refusedBy === "both" || refusedBy === browser ? [place] : []));

describe("in Chromium", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchEngine();
  });
  afterAll(() => browser.close());

  it("should accept all that passes, and throw on what is said to be refused there", async () => {
    const page = await browser.newPage();
    expect(await page.evaluate(thrownOn(soundLists))).toEqual([]);
    expect(await page.evaluate(thrownOn(faultyLists))).toEqual(placesRefusedBy("chromium"));
  });
});

describe.skipIf(findFirefox() === undefined)("in Firefox", () => {
  let firefox: Firefox;
  beforeAll(async () => {
    firefox = await Firefox.launch(findFirefox() ?? "");
  });
  afterAll(() => firefox.close());

  it("should accept all that passes, and throw on what is said to be refused there", async () => {
    const page = await firefox.open("data:text/html,");
    expect(await page.evaluate(thrownOn(soundLists))).toEqual([]);
    expect(await page.evaluate(thrownOn(faultyLists))).toEqual(placesRefusedBy("firefox"));
  });
});

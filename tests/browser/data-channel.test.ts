import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { channelContract } from "../contracts/channel-contract.ts";
import { type BundledPage, serveBundle } from "../support/bundled-page.ts";
import type { ContractPage } from "./channel-contract-page.ts";

let bundled: BundledPage;
let page: Page;

beforeAll(async () => {
  bundled = await serveBundle(fileURLToPath(new URL("channel-contract-page.ts", import.meta.url)));
  page = await bundled.browser.newPage();
  await page.goto(bundled.url);
  await page.waitForFunction(() => "contractPage" in globalThis);
});
afterAll(() => bundled.close());

const inPage = <T>(call: keyof ContractPage, argument?: string): Promise<T> =>
  page.evaluate(([name, value]) => Reflect.get(globalThis, "contractPage")[name](value), [
    call,
    argument ?? "",
  ] as const);

describe("data channel in Chromium", () => {
  it.each(channelContract.map(({ name }) => name))("%s", async (name) => {
    expect(await inPage("runClause", name)).toBeUndefined();
  });

  it("should deliver what was sent right before its own close", async () => {
    expect(await inPage("lastWords")).toEqual(["7"]);
  });

  it("should notice that the browser has another certificate than the description names", async () => {
    expect(await inPage("certificateChecks")).toEqual({
      heldCertificates: 1,
      swapped: { refused: "certificate-differs" },
    });
  });
});

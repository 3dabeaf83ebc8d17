// The page under the server's headers in a real browser: they must forbid everything but what the page needs.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchEngine } from "../support/chromium.ts";
import { type ServerProcess, startServer } from "../support/server-process.ts";

let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  browser = await launchEngine();
});
afterAll(() => browser.close());

beforeEach(async () => {
  context = await browser.newContext({ ignoreHTTPSErrors: true });
  page = await context.newPage();
  complaints = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
});
afterEach(() => context.close());

/** The first message of a signaling socket to the page's own server. */
const openSocket = (id: string): Promise<unknown> =>
  page.evaluate((session) => {
    const url = `${location.origin.replace("http", "ws")}/signaling/peerjs?key=peerjs&id=${session}&token=token-of-tests`;
    return new Promise((resolve) => {
      const socket = new WebSocket(url);
      socket.onmessage = (event) => resolve(JSON.parse(event.data));
      socket.onerror = () => resolve("refused");
    });
  }, id);

describe.each(["http", "https"] as const)("the built page over %s", (protocol) => {
  let server: ServerProcess;

  beforeAll(async () => {
    server = await startServer({ page: "built", hasTls: protocol === "https" });
  });
  afterAll(() => server.stop());

  const openPage = async (): Promise<void> => {
    await page.goto(server.httpsOrigin ?? server.origin);
    await page.locator("#app main").waitFor();
  };

  it("should run without a complaint, isolated from other origins", async () => {
    await openPage();
    expect(complaints).toEqual([]);
    expect(await page.evaluate(() => [isSecureContext, crossOriginIsolated])).toEqual([true, true]);
  });

  it("should reach its own server's signaling socket", async () => {
    await openPage();
    expect(await openSocket(`${"a".repeat(32)}-${"0".repeat(16)}`)).toEqual({ type: "OPEN" });
  });

  it("should not reach any other server, nor run a script that is written into it", async () => {
    await openPage();
    const attempts = await page.evaluate(async () => {
      const fetched = await fetch("https://mesh.example/").then(
        () => true,
        () => false,
      );
      let wroteMarkup = true;
      try {
        document.body.innerHTML = "<img src=x>";
      } catch {
        wroteMarkup = false;
      }
      const script = document.createElement("script");
      try {
        script.textContent = "globalThis.ranInline = true";
        document.head.append(script);
      } catch {
        script.remove();
      }
      return { fetched, wroteMarkup, ranInline: "ranInline" in globalThis };
    });
    expect(attempts).toEqual({ fetched: false, wroteMarkup: false, ranInline: false });
    expect(complaints.join("\n")).toMatch(/connect-src 'self'/);
  });
});

describe("the page from its sources", () => {
  let server: ServerProcess;

  beforeAll(async () => {
    server = await startServer({ page: "from-sources", hasTls: true });
  });
  afterAll(() => server.stop());

  it.each(["http", "https"] as const)("should run and hear of changes over %s", async (protocol) => {
    const connected = page.waitForEvent("console", (message) => message.text() === "[vite] connected.");
    await page.goto(protocol === "https" ? (server.httpsOrigin ?? "") : server.origin);
    await connected;
    await page.locator("#app main").waitFor();
    expect(await openSocket(`${"b".repeat(32)}-${"0".repeat(16)}`)).toEqual({ type: "OPEN" });
    expect(complaints).toEqual([]);
  });
});

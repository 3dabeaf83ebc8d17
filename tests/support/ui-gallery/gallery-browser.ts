// The gallery in Chromium's engine, for the tests of the page's interface. It keeps all complaints of the browser for
// the test, above all those about the policy.
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launchEngine } from "../chromium.ts";
import { type ServedGallery, serveGallery } from "./serve.ts";

export const phone = { width: 390, height: 844 };
export const smallPhone = { width: 360, height: 740 };
export const desk = { width: 1280, height: 800 };

export interface OpenScene {
  readonly page: Page;
  /** Warnings, errors and uncaught exceptions since the page was opened. */
  readonly complaints: readonly string[];
}

export class GalleryBrowser {
  readonly served: ServedGallery;
  readonly #browser: Browser;

  constructor(served: ServedGallery, browser: Browser) {
    this.served = served;
    this.#browser = browser;
  }

  static async open(): Promise<GalleryBrowser> {
    const served = await serveGallery();
    return new GalleryBrowser(served, await launchEngine());
  }

  /**
   * Nothing moves unless `reducedMotion` asks for it: to draw movement takes most of the processor time.
   */
  async scene(name: string, options: BrowserContextOptions = {}): Promise<OpenScene> {
    const context = await this.#browser.newContext({ viewport: desk, reducedMotion: "reduce", ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(this.served.urlOf(name));
    await page.locator("h1").waitFor({ state: "attached" }); // The dark screen hides it.
    return { page, complaints };
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.served.close();
  }
}

/** The actions that the page called, in order. */
export const callsOf = (page: Page): Promise<readonly unknown[]> => page.evaluate(() => globalThis.gallery.calls);

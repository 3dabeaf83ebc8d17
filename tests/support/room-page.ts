// A person's phone in a browser test: the real page in a browser context of its own (storage, slots), and what a person
// does on it. It watches for console errors, page errors and unhandled rejections: a page that has one fails its test
// at `close`.
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { PageReport } from "../../web/console.d.ts";
import { type Felt, untilFelt } from "./felt-within.ts";
import { labels } from "./page-labels.ts";

const phoneSize = { width: 390, height: 844 };

export class RoomPage {
  readonly name: string;
  readonly page: Page;
  readonly problems: string[] = [];
  readonly #context: BrowserContext;

  private constructor(name: string, context: BrowserContext, page: Page) {
    this.name = name;
    this.#context = context;
    this.page = page;
    page.on("console", (message) => {
      if (message.type() === "error") this.problems.push(message.text());
    });
    page.on("pageerror", (error) => this.problems.push(String(error)));
  }

  /**
   * A new phone that has not opened the page yet. Its person prefers less motion, unless a test looks at motion:
   * without a graphics card, ten moving dials need more of the processor than their room does.
   */
  static async open(browser: Browser, name: string, { moves = false } = {}): Promise<RoomPage> {
    const reducedMotion = moves ? "no-preference" : "reduce";
    const context = await browser.newContext({ viewport: phoneSize, reducedMotion });
    return new RoomPage(name, context, await context.newPage());
  }

  /** Another tab on the same phone: it shares the storage, and a person's other name. */
  async secondTab(name: string): Promise<RoomPage> {
    return new RoomPage(name, this.#context, await this.#context.newPage());
  }

  /** Opens the start page and creates a room; the invite that it shows others. */
  async createRoom(origin: string): Promise<string> {
    await this.page.goto(origin);
    await this.page.getByRole("button", { name: labels.createRoom }).click();
    await this.introduce();
    return this.page.url();
  }

  async join(invite: string): Promise<void> {
    await this.page.goto(invite);
    await this.introduce();
  }

  async addSimulatedArm(): Promise<void> {
    // By the keyboard: when somebody comes in meanwhile, the buttons move under the pointer.
    await this.page.getByRole("button", { name: labels.addSimulatedBand }).press("Enter");
    await this.page.getByRole("button", { name: "tap", exact: true }).waitFor();
  }

  async buzzAll(): Promise<void> {
    await this.page.getByRole("button", { name: /^Buzz all/ }).click();
  }

  /** Presses the button of somebody, whose first band then buzzes once more; again when it came too late. */
  async buzz(other: RoomPage): Promise<void> {
    const press = () => this.page.getByRole("button", { name: `Buzz ${other.name}`, exact: true }).click();
    await untilFelt(press, async () => {
      const { traffic, probes } = await other.report();
      const { written = 0, expired = 0 } = probes[0]?.buzzes ?? {};
      return { felt: written, late: traffic.late + expired };
    });
  }

  /** Removes somebody from the room, and presses twice for it. */
  async remove(other: { readonly name: string }): Promise<void> {
    const row = this.page.getByRole("listitem").filter({ has: this.page.getByText(other.name, { exact: true }) });
    await row.getByRole("button", { expanded: false }).click();
    await this.page.getByRole("button", { name: `Remove ${other.name} from the room` }).click();
    await this.page.getByRole("button", { name: /^Really remove\?/ }).click();
  }

  /** How many of the others' wishes this page accepted, and how many came too late. */
  async taken(): Promise<Felt> {
    const { delivered, late } = (await this.report()).traffic;
    return { felt: delivered, late };
  }

  async report(): Promise<PageReport> {
    const report = await this.page.evaluate(() => window.earlMesh?.report());
    if (report === undefined) throw new Error(`${this.name} is in no room`);
    return report;
  }

  /** How many peers it is connected to. */
  async connectedPeers(): Promise<number> {
    const isLoaded = await this.page.evaluate(() => window.earlMesh?.report() !== undefined);
    if (!isLoaded) return 0;
    return (await this.report()).peers.filter(({ state }) => state.kind === "connected").length;
  }

  async close(): Promise<void> {
    await this.#context.close();
  }

  /** Gives the page the person's name. */
  async introduce(): Promise<void> {
    const field = this.page.getByLabel("Your name");
    await field.fill(this.name);
    await field.press("Enter");
  }
}

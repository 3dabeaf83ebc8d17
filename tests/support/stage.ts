// Where the tests of what goes wrong play: the real server with the real page, Chromium with a Bluetooth adapter, and
// people with phones. Whatever goes wrong on a phone, its page must go on: `clear` returns the problems of all pages.
import type { Browser } from "playwright-core";
import { launchChromium } from "./chromium.ts";
import { EmulatedArmProbe, type EmulatedArmProbeOptions } from "./emulated-arm-probe.ts";
import { EmulatedBluetooth } from "./emulated-bluetooth.ts";
import { RoomPage } from "./room-page.ts";
import { type ServerOptions, type ServerProcess, startServer } from "./server-process.ts";
import { unfitWords } from "./told.ts";

/** Chromium's own words in the console when a request fails, or when a page is not secure. */
const ofChromium =
  /ERR_CONNECTION_REFUSED|ERR_FAILED|WebSocket connection|Failed to load resource|origin was untrustworthy/;

export interface StageOptions extends Omit<ServerOptions, "page"> {
  /** Switches for Chromium, beside its usual ones. */
  readonly switches?: readonly string[];
  /** What the people's pages show may move. */
  readonly moves?: boolean;
}

export class Stage {
  readonly server: ServerProcess;
  readonly browser: Browser;
  readonly bluetooth: EmulatedBluetooth;
  readonly #people: RoomPage[] = [];
  readonly #moves: boolean;
  #bandCount = 0;

  private constructor(server: ServerProcess, browser: Browser, bluetooth: EmulatedBluetooth, moves: boolean) {
    this.#moves = moves;
    this.server = server;
    this.browser = browser;
    this.bluetooth = bluetooth;
  }

  static async set({ switches = [], moves = false, ...serverOptions }: StageOptions = {}): Promise<Stage> {
    const server = await startServer({ ...serverOptions, page: "built" });
    const browser = await launchChromium(switches);
    return new Stage(server, browser, await EmulatedBluetooth.attach(browser), moves);
  }

  async strike(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
  }

  /** A person with a phone, who has not opened the page yet. */
  async person(name: string): Promise<RoomPage> {
    const person = await RoomPage.open(this.browser, name, { moves: this.#moves });
    this.#people.push(person);
    return person;
  }

  /** The same phone again, in a second tab. */
  async secondTab(of: RoomPage, name: string): Promise<RoomPage> {
    const tab = await of.secondTab(name);
    this.#people.push(tab);
    return tab;
  }

  /** Somebody alone in a new room. */
  async host(name: string): Promise<{ readonly host: RoomPage; readonly invite: string }> {
    const host = await this.person(name);
    return { host, invite: await host.createRoom(this.server.origin) };
  }

  /** A band near that phone, which its chooser picks from now on. To be called before the page is opened. */
  band(
    { page }: RoomPage,
    name: string,
    options: Partial<Omit<EmulatedArmProbeOptions, "address" | "name">> = {},
  ): Promise<EmulatedArmProbe> {
    const nth = (++this.#bandCount).toString(16).padStart(2, "0").toUpperCase();
    return EmulatedArmProbe.attach(this.bluetooth, page, { ...options, name, address: `0A:00:00:00:00:${nth}` });
  }

  /** Everybody goes. Returns the problems of their pages: errors, and words that are not for people. */
  async clear(): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const person of this.#people.splice(0)) {
      problems.push(...person.problems.filter((problem) => !ofChromium.test(problem)));
      problems.push(...(await unfitWords(person.page)));
      await person.close();
    }
    return problems;
  }
}

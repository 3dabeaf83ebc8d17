// The bench and the tests drive the same Chromium; here with the patience of tests.
import type { Browser } from "playwright-core";
import { launchChromium as launch } from "../../bench/stage/chromium.ts";
import { enginePath } from "./find-chromium.ts";
import { patienceMs } from "./patience.ts";

/**
 * Every page waits as long as a condition of a test does; playwright's own half a minute is too short for a busy
 * machine.
 */
export const launchChromium = async (switches: readonly string[] = [], executablePath?: string): Promise<Browser> => {
  const browser = await launch(switches, true, executablePath);
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    context.setDefaultTimeout(patienceMs);
    return context;
  };
  return browser;
};

/**
 * Chromium's engine alone: it renders, connects and stores as the browser does, and a page takes a third of the
 * processor time to open (0.9 s in place of
 * 2.8 s, on two cores without a GPU). Not for tests of what a person is asked or a browser writes down: it grants no
 * wake lock, and its net log is another.
 */
export const launchEngine = (switches: readonly string[] = []): Promise<Browser> =>
  launchChromium(switches, enginePath());

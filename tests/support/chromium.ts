// The bench and the tests drive the same Chromium.
import type { Browser } from "playwright-core";
import { launchChromium } from "../../bench/stage/chromium.ts";
import { enginePath } from "./find-chromium.ts";

export { launchChromium };

/**
 * Chromium's engine alone: it renders, connects and stores as the browser does, and a page takes a third of the processor time to open (0.9 s in place of
 * 2.8 s, on two cores without a GPU). Not for tests of what a person is asked or a browser writes down: it grants no wake lock, and its net log is another.
 */
export const launchEngine = (switches: readonly string[] = []): Promise<Browser> =>
  launchChromium(switches, true, enginePath());

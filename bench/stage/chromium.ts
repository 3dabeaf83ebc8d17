// The system's Chromium, headless, as the browser tests need it: with Web Bluetooth, and with pages that do not slow
// down in the background.
import { type Browser, chromium } from "playwright-core";
import { chromiumPath } from "./find-chromium.ts";

const switches = [
  "--disable-gpu",
  "--disable-background-networking",
  // Linux has Web Bluetooth behind a flag; tests/support/emulated-bluetooth.ts gives it an adapter.
  "--enable-features=WebBluetooth",
  // Several pages share one window and only one is in front: without these the timers of the others run once a second.
  "--disable-background-timer-throttling",
  "--disable-renderer-backgrounding",
  "--disable-backgrounding-occluded-windows",
];

/** Playwright's own 30 s are too short on a machine that does five other things at the same time. */
const launchTimeoutMs = 120_000;

/**
 * @param more switches for this browser alone
 * @param handlesSigint false: the caller acts on Ctrl-C; playwright would close the browser and end the process
 * @param executablePath another build of Chromium
 */
export const launchChromium = (
  more: readonly string[] = [],
  handlesSigint = true,
  executablePath = chromiumPath(),
): Promise<Browser> => {
  const isRoot = process.getuid?.() === 0; // Containers run tests as root, and Chromium's sandbox does not.
  return chromium.launch({
    executablePath,
    timeout: launchTimeoutMs,
    handleSIGINT: handlesSigint,
    args: [...switches, ...more, ...(isRoot ? ["--no-sandbox"] : [])],
  });
};

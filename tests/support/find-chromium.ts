// The bench and the tests drive the same Chromium; many tests need its engine alone.
import { existsSync } from "node:fs";
import { chromiumPath, installFromDebian } from "../../bench/stage/find-chromium.ts";

export { chromiumPath, findChromium, missingChromium, provideChromium } from "../../bench/stage/find-chromium.ts";

/** Debian's, of the same source and version as its Chromium. */
const headlessShellPath = "/usr/bin/chromium-headless-shell";

/**
 * The engine without the browser around it, or where it is not installed, or CHROME_PATH names a browser, that whole
 * browser.
 */
export const enginePath = (): string => {
  const { CHROME_PATH: named } = process.env;
  return named || !existsSync(headlessShellPath) ? chromiumPath() : headlessShellPath;
};

/** Installs it where that can be done without a download of its own. */
export const provideEngine = (): void => {
  if (!existsSync(headlessShellPath)) installFromDebian("chromium-headless-shell");
};

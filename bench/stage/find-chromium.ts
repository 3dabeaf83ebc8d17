// Where this machine's Chromium is. The browser suite drives it through playwright-core, which brings none of its own.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { chromium } from "playwright-core";

const usualPaths: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  linux: [
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/usr/bin/google-chrome-stable",
    "/snap/bin/chromium",
  ],
  darwin: [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
  ],
  win32: ["PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA"].flatMap((name) => {
    const folder = process.env[name];
    return folder === undefined ? [] : [join(folder, "Google/Chrome/Application/chrome.exe")];
  }),
};

/** CHROME_PATH goes before all others, even if nothing is there: then the person has to correct it. */
export const findChromium = (): string | undefined => {
  const { CHROME_PATH: named } = process.env;
  if (named) return existsSync(named) ? named : undefined;
  return [...(usualPaths[process.platform] ?? []), chromium.executablePath()].find((path) => existsSync(path));
};

/** For tests, which run only if there is one. */
export const chromiumPath = (): string => {
  const path = findChromium();
  if (path === undefined) throw new Error(missingChromium);
  return path;
};

export const missingChromium =
  "No Chromium here: install Chromium or Chrome, or set CHROME_PATH to the executable, and run the tests again.";

/** Installs Chromium if none is found. False: it is still missing. */
export const provideChromium = (): boolean => {
  const { CHROME_PATH: named } = process.env;
  if (named || findChromium() !== undefined) return findChromium() !== undefined;
  installFromDebian("chromium");
  if (findChromium() === undefined) runAll([process.execPath, playwrightCli(), "install", "chromium"]);
  return findChromium() !== undefined;
};

/** Whether the system is a Debian, and this process may install on it. */
export const installFromDebian = (packageName: string): void => {
  if (isDebianRoot()) runAll(["apt-get", "update"], ["apt-get", "install", "-y", packageName]);
};

const isDebianRoot = (): boolean => existsSync("/etc/debian_version") && process.getuid?.() === 0;

const playwrightCli = (): string =>
  join(dirname(createRequire(import.meta.url).resolve("playwright-core/package.json")), "cli.js");

/** Runs commands until one fails. Their output goes to stderr: programs read stdout, which ends with the summary. */
const runAll = (...commands: readonly (readonly [string, ...string[]])[]): void => {
  for (const [command, ...args] of commands) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    if (spawnSync(command, args, { stdio: ["ignore", 2, 2], env }).status !== 0) return;
  }
};

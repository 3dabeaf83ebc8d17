// What a person reads on the real page when something goes wrong, and the proof that the page still works after it.
import type { Page } from "playwright-core";
import { type ErrorCode, errorTexts } from "../../web/ui/errors.ts";
import { labels } from "./page-labels.ts";
import type { RoomPage } from "./room-page.ts";

/** The sentence and the remedy; before them, where there is one, the person or band that they are about. */
export const told = (code: ErrorCode, subject?: string): string =>
  [...(subject === undefined ? [] : [subject]), errorTexts[code].sentence, errorTexts[code].remedy].join(" ");

/** All notices that the page shows, problems first. */
export const noticesOn = (page: Page): Promise<string[]> =>
  page
    .locator(".notice-text")
    .evaluateAll((notices) =>
      notices.map(({ children }) => Array.from(children, (part) => part.textContent).join(" ")),
    );

export const dismiss = (page: Page, code: ErrorCode): Promise<void> =>
  page.getByRole("button", { name: `Dismiss: ${errorTexts[code].sentence}` }).click();

/** Lines of the page's log, newest first; without the tone, which only screen readers say in words. */
export const logOn = async (page: Page): Promise<string[]> => {
  const lines = await page
    .locator(".log-text")
    .evaluateAll((texts) => texts.map(({ lastChild }) => lastChild?.textContent ?? ""));
  return lines.map((line) => line.replace(/ ×\d+$/, "")); // What happened several times is one line with a count.
};

/** The figure under a word of the status line. */
export const countOn = async (page: Page, word: string): Promise<number> =>
  Number(await page.locator(".status-counts div", { hasText: word }).locator("dd").textContent());

/** Text on the page that no person should see: stack traces, names of exceptions, missing values. */
export const unfitWords = async (page: Page): Promise<string[]> => {
  if (page.isClosed()) return [];
  const text = await page.locator("body").innerText();
  return text.match(/\bat \S+ \(.*|\S*(?:Error|Exception)\b.*|\bundefined\b|\bNaN\b|\[object.*/g) ?? [];
};

/** The page still works: a band can be added, buzzed and removed. */
export const proveAlive = async ({ page }: RoomPage): Promise<void> => {
  const band = page.locator(".probe").nth(await page.locator(".probe").count());
  await page.getByRole("button", { name: labels.addSimulatedBand }).click();
  await band.getByRole("button", { name: /^Test buzz/ }).click();
  await page.waitForFunction(() => window.earlMesh?.report()?.probes.at(-1)?.buzzes.written === 1);
  await band.getByRole("button", { name: /^Remove/ }).click();
  await band.waitFor({ state: "detached" });
};

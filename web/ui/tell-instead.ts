// What a person reads when the page cannot start: one sentence and what to do, in place of everything else.
// It uses no component and no state, because what they need may be what is missing.
import { type ErrorCode, errorTexts } from "./errors.ts";

/** One sentence in place of the page is better than a page that does nothing. */
export const tellInstead = (root: Element, code: ErrorCode): void => {
  const { sentence, remedy } = errorTexts[code];
  const title = document.createElement("h1");
  title.textContent = document.title;
  const text = document.createElement("p");
  text.className = "lead";
  text.textContent = `${sentence} ${remedy}`;
  const page = document.createElement("main");
  page.className = "start";
  page.append(title, text);
  root.replaceChildren(page);
};

// The bench and the tests drive the same Chromium.
export { launchChromium } from "../../bench/chromium.ts";

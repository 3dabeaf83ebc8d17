// The bench and the tests drive the same Chromium.
export { chromiumPath, findChromium, missingChromium, provideChromium } from "../../bench/find-chromium.ts";

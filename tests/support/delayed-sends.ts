// A link with a known delay in one direction: from now on every message that the page sends over a DataChannel leaves
// that much later. Messages keep their order, and what the browser does on its own (ICE, SCTP) is not delayed.
import type { Page } from "playwright-core";

/** Must be called before the page is opened. */
export const delaySends = async (page: Page, delayMs: number): Promise<void> => {
  await page.addInitScript((ms) => {
    const { send } = RTCDataChannel.prototype;
    RTCDataChannel.prototype.send = function (data: unknown) {
      setTimeout(() => {
        if (this.readyState === "open") Reflect.apply(send, this, [data]);
      }, ms);
    };
  }, delayMs);
};

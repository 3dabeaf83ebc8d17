import { describe, expect, it, vi } from "vitest";
import { watchNetwork } from "../../../../web/platform/network.ts";

describe("changes of the network", () => {
  it("should be reported until nobody listens any more, by the window and by the connection", () => {
    const [window, connection, onChange] = [new EventTarget(), new EventTarget(), vi.fn()];
    const stop = watchNetwork(window, connection, onChange);
    window.dispatchEvent(new Event("online"));
    window.dispatchEvent(new Event("offline"));
    connection.dispatchEvent(new Event("change"));
    expect(onChange).toHaveBeenCalledTimes(2);
    stop();
    window.dispatchEvent(new Event("online"));
    connection.dispatchEvent(new Event("change"));
    expect(onChange).toHaveBeenCalledTimes(2);
  });

  it("should be reported by the window alone if the browser says nothing about its connection", () => {
    const [window, onChange] = [new EventTarget(), vi.fn()];
    watchNetwork(window, undefined, onChange);
    window.dispatchEvent(new Event("online"));
    expect(onChange).toHaveBeenCalledTimes(1);
  });
});

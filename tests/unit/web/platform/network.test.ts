import { describe, expect, it, vi } from "vitest";
import { watchNetwork } from "../../../../web/platform/network.ts";

class FakeConnection extends EventTarget {
  type: string | undefined = "wifi";

  become(type: string | undefined): void {
    this.type = type;
    this.dispatchEvent(new Event("change"));
  }
}

describe("changes of the network", () => {
  it("should be reported until nobody listens any more, by the window and by the connection", () => {
    const [window, connection, onChange] = [new EventTarget(), new FakeConnection(), vi.fn()];
    const stop = watchNetwork(window, connection, onChange);
    window.dispatchEvent(new Event("online"));
    window.dispatchEvent(new Event("offline"));
    connection.become("cellular");
    expect(onChange).toHaveBeenCalledTimes(2);
    stop();
    window.dispatchEvent(new Event("online"));
    connection.become("wifi");
    expect(onChange).toHaveBeenCalledTimes(2);
  });

  it.each(["wifi", undefined])("should not be seen where the same connection is only slower or faster: %s", (type) => {
    const [connection, onChange] = [new FakeConnection(), vi.fn()];
    connection.type = type;
    watchNetwork(new EventTarget(), connection, onChange);
    connection.become(type);
    expect(onChange).not.toHaveBeenCalled();
  });

  it("should be reported each time, there and back", () => {
    const [connection, onChange] = [new FakeConnection(), vi.fn()];
    watchNetwork(new EventTarget(), connection, onChange);
    for (const type of ["cellular", "cellular", "wifi", "none", "wifi"]) connection.become(type);
    expect(onChange).toHaveBeenCalledTimes(4);
  });

  it("should be reported by the window alone if the browser says nothing about its connection", () => {
    const [window, onChange] = [new EventTarget(), vi.fn()];
    watchNetwork(window, undefined, onChange);
    window.dispatchEvent(new Event("online"));
    expect(onChange).toHaveBeenCalledTimes(1);
  });
});

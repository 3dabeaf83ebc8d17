import { describe, expect, it } from "vitest";
import type { SettledChange } from "../../../../gateway/key-change/room-key-change.ts";
import { keyChangeText } from "../../../../web/key-change/key-change-words.ts";

const room = {
  id: "me",
  peers: [
    { gatewayId: "a", name: "Anna" },
    { gatewayId: "b", name: "Ben" },
    { gatewayId: "n", name: "" },
  ],
};
const change: SettledChange = {
  roomKey: new Uint8Array(16),
  by: "a",
  toldBy: "a",
  removed: [],
  notRemoved: [],
  expected: [],
};

describe("the words for a change of the room's key", () => {
  it("should say which person made it, and which was removed", () => {
    expect(keyChangeText(room, change)).toBe("Anna changed the room’s key");
    expect(keyChangeText(room, { ...change, removed: ["b"] })).toBe("Anna changed the room’s key; Ben was removed");
    expect(keyChangeText(room, { ...change, by: "me", toldBy: "me", removed: ["a", "b"] })).toBe(
      "You changed the room’s key; Anna, Ben were removed",
    );
  });

  it("should say by whose word it is where another handed it on, as that need not be true", () => {
    expect(keyChangeText(room, { ...change, toldBy: "b" })).toBe("Anna changed the room’s key, says Ben");
    expect(keyChangeText(room, { ...change, by: "me", toldBy: "b" })).toBe("You changed the room’s key, says Ben");
  });

  it("should have a word for a person without a name, or one who is not known", () => {
    expect(keyChangeText(room, { ...change, by: "n", toldBy: "n", removed: ["x"] })).toBe(
      "Somebody changed the room’s key; Somebody was removed",
    );
  });
});

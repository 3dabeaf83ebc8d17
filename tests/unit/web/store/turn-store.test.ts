import { describe, expect, it } from "vitest";
import { TurnStore } from "../../../../web/store/turn-store.ts";

const wallNowMs = 1_800_000_000_000;
const turn = { id: "a-1", vibratingMs: 240, begunByMs: wallNowMs, endsByMs: wallNowMs + 340 };

/** `localStorage` of one origin, which all its tabs share. */
const storageOf = () => {
  const texts = new Map<string, string>();
  return {
    texts,
    getItem: (key: string) => texts.get(key) ?? null,
    setItem: (key: string, text: string) => void texts.set(key, text),
    removeItem: (key: string) => void texts.delete(key),
    key: (i: number) => [...texts.keys()][i] ?? null,
    get length() {
      return texts.size;
    },
  };
};

const open = (storage: ReturnType<typeof storageOf>) => {
  const told: string[] = [];
  const store = new TurnStore({ open: () => storage, pageId: "a", onNotKept: () => void told.push("not kept") });
  return { store, told };
};

describe("TurnStore", () => {
  it("should show another tab how long a device has vibrated", () => {
    const storage = storageOf();
    open(storage).store.write("band", [turn]);
    expect(open(storage).store.read("band")).toEqual([turn]);
    expect(open(storage).store.read("other band")).toEqual([]);
  });

  it("should remove what no longer counts when a page starts, and only that", () => {
    const storage = storageOf();
    const { store } = open(storage);
    store.write("band", [turn]);
    storage.setItem("earl-mesh.settings", "{}");
    store.removeStale(wallNowMs + 10_000);
    expect(store.read("band")).toEqual([turn]);
    store.removeStale(wallNowMs + 30_000);
    expect([...storage.texts.keys()]).toEqual(["earl-mesh.settings"]);
  });

  it.each([
    "",
    "null",
    "{}",
    "[null, 3, {}]",
    '[{"id":1,"vibratingMs":1,"begunByMs":1,"endsByMs":1}]',
    '[{"id":"x","vibratingMs":-1e9,"begunByMs":1,"endsByMs":2}]',
    '[{"id":"x","vibratingMs":1e9,"begunByMs":1,"endsByMs":2}]',
    '[{"id":"x","vibratingMs":10,"begunByMs":null,"endsByMs":2}]',
  ])("should take %j for nothing", (text) => {
    const storage = storageOf();
    const { store } = open(storage);
    store.write("band", [turn]);
    const [key = ""] = storage.texts.keys();
    storage.setItem(key, text);
    expect(store.read("band")).toEqual([]);
  });

  it("should read no more than there can be", () => {
    const storage = storageOf();
    const { store } = open(storage);
    store.write("band", Array(1_000).fill(turn));
    expect(store.read("band").length).toBeLessThanOrEqual(60);
  });

  it("should go on where storage is blocked, and report it once", () => {
    const told: string[] = [];
    const blocked = (): never => {
      throw new DOMException("blocked", "SecurityError");
    };
    const store = new TurnStore({ open: blocked, pageId: "a", onNotKept: () => void told.push("not kept") });
    store.removeStale(wallNowMs);
    store.write("band", [turn]);
    store.write("band", [turn]);
    expect(store.read("band")).toEqual([]);
    expect(told).toEqual(["not kept"]);
  });
});

import { describe, expect, it } from "vitest";
import { defaultRules, type Rule } from "../../../../gateway/probes/rules.ts";
import { defaultWearerLimits } from "../../../../gateway/probes/wearer-limits.ts";
import { maxRooms, RoomStore, type StoredRoom } from "../../../../web/store/room-store.ts";
import { cleanName, maxMutedPeers, SettingsStore } from "../../../../web/store/settings-store.ts";
import { openTextStorage } from "../../../../web/store/text-storage.ts";

/** As localStorage, with a quota in entries. */
const fakeStorage = ({ quota = 100 }: { readonly quota?: number } = {}) => {
  const entries = new Map<string, string>();
  return {
    entries,
    getItem: (key: string) => entries.get(key) ?? null,
    setItem: (key: string, text: string) => {
      if (!entries.has(key) && entries.size >= quota) throw new DOMException("full", "QuotaExceededError");
      entries.set(key, text);
    },
  };
};

const blocked = () =>
  openTextStorage(() => {
    throw new DOMException("The operation is insecure.", "SecurityError");
  });

describe("text storage", () => {
  it("should turn a blocked storage into outcomes", () => {
    expect(blocked().read("key")).toBeUndefined();
    expect(blocked().write("key", "text")).toBe("storage-unavailable");
  });

  it("should turn a full storage into an outcome", () => {
    const storage = openTextStorage(() => full);
    const full = fakeStorage({ quota: 1 });
    expect(storage.write("a", "1")).toBe("kept");
    expect(storage.write("b", "2")).toBe("storage-unavailable");
    expect(storage.read("a")).toBe("1");
  });
});

describe("settings store", () => {
  const open = (slot = 1, storage = fakeStorage()) => ({
    storage,
    store: new SettingsStore(
      openTextStorage(() => storage),
      slot,
    ),
  });
  const sharedKey = "earl-mesh.settings";

  it("should begin with a name for the slot and with rules that let a band buzz", () => {
    expect(open().store.load()).toEqual({
      name: "Phone",
      isMuted: false,
      strengthLimit: defaultWearerLimits.strengthLimit,
      buzzesPerTenSeconds: 10,
      rules: defaultRules,
      mutedPeers: [],
      powerMode: "automatic",
    });
    expect(open(2).store.load().name).toBe("Phone 2");
  });

  it("should give back what was saved", () => {
    const { store, storage } = open();
    const rules: readonly Rule[] = [{ gesture: "wave", from: "ab".repeat(16), pattern: "long" }];
    const mutedPeers = ["ab".repeat(16), "cd".repeat(16)];
    const powerMode = "full-speed" as const;
    const settings = {
      name: "Ada",
      isMuted: true,
      strengthLimit: 40,
      buzzesPerTenSeconds: 3,
      rules,
      mutedPeers,
      powerMode,
    };
    expect(store.save(settings)).toBe("kept");
    expect(open(1, storage).store.load()).toEqual(settings);
  });

  it("should share with other tabs all but the name", () => {
    const { store, storage } = open(1);
    store.save({ name: "Ada", isMuted: true });
    const second = open(2, storage).store;
    expect(second.load()).toMatchObject({ name: "Phone 2", isMuted: true });
    second.save({ name: "Bob" });
    expect(store.load().name).toBe("Ada");
  });

  it("should leave what another tab changed meanwhile", () => {
    const { store, storage } = open(1);
    const second = open(2, storage).store;
    store.save({ isMuted: true });
    second.save({ strengthLimit: 30 });
    expect(store.load()).toMatchObject({ isMuted: true, strengthLimit: 30 });
  });

  it("should read field by field and take no rubbish", () => {
    const { store, storage } = open();
    const rubbish = {
      isMuted: "yes",
      strengthLimit: 400,
      buzzesPerTenSeconds: 2.5,
      rules: [
        { gesture: "wave", from: "anyone", pattern: "electric shock" },
        { gesture: "tap", from: "anyone", pattern: "short" },
      ],
      mutedPeers: ["Mira", 7, "ab".repeat(16)],
    };
    storage.entries.set(sharedKey, JSON.stringify(rubbish));
    expect(store.load()).toMatchObject({
      isMuted: false,
      strengthLimit: defaultWearerLimits.strengthLimit,
      buzzesPerTenSeconds: 10,
      rules: [{ gesture: "tap", from: "anyone", pattern: "short" }],
      mutedPeers: ["ab".repeat(16)],
    });
  });

  it("should keep no more muted people than it says, and the newest of them", () => {
    const { store } = open();
    const ids = Array.from({ length: maxMutedPeers + 1 }, (_, i) => i.toString(16).padStart(32, "0"));
    store.save({ mutedPeers: ids });
    expect(store.load().mutedPeers).toEqual(ids.slice(1));
  });

  it.each(["", "{", "null", "7", '"text"', "[]"])("should survive %j in storage", (text) => {
    const { store, storage } = open();
    storage.entries.set(sharedKey, text);
    expect(store.load().rules).toEqual(defaultRules);
  });

  it("should go on, and say so, without storage", () => {
    const store = new SettingsStore(blocked(), 1);
    expect(store.save({ name: "Ada" })).toBe("storage-unavailable");
    expect(store.save({ isMuted: true })).toBe("storage-unavailable");
    expect(store.load().name).toBe("Phone");
  });

  it.each([
    ["  Ada  ", "Ada"],
    ["A\u0007d\na", "Ada"],
    ["👩‍🚀", "👩‍🚀"],
    ["é".repeat(40), "é".repeat(32)],
    [`${"x".repeat(63)}é`, "x".repeat(63)],
    [" \n\t", undefined],
  ])("should clean the name %j", (given, clean) => {
    expect(cleanName(given)).toBe(clean);
  });
});

describe("room store", () => {
  const room = (n: number, label = `Room ${n}`): StoredRoom => ({
    roomId: n.toString(16).padStart(32, "0"),
    label,
    lastUsedAt: new Date(n * 1000).toISOString(),
    roomKey: n.toString(16).padStart(22, "A"),
  });
  const open = (storage = fakeStorage()) => ({ storage, store: new RoomStore(openTextStorage(() => storage)) });

  it("should remember rooms, the last used first and once", () => {
    const { store, storage } = open();
    for (const n of [1, 2, 3]) expect(store.remember(room(n))).toBe("kept");
    store.remember(room(1, "Again"));
    expect(open(storage).store.rooms()).toEqual([room(1, "Again"), room(3), room(2)]);
  });

  it("should forget a room with its key", () => {
    const { store, storage } = open();
    store.remember(room(1));
    store.remember(room(2));
    expect(store.forget(room(1).roomId)).toBe("kept");
    expect(store.rooms()).toEqual([room(2)]);
    expect([...storage.entries.values()].join()).not.toContain(room(1).roomKey);
  });

  it("should let the least recently used room make way", () => {
    const { store } = open();
    for (let n = 1; n <= maxRooms + 1; n++) store.remember(room(n));
    expect(store.rooms().length).toBe(maxRooms);
    expect(store.rooms().at(-1)).toEqual(room(2));
  });

  it("should show a room once that is stored twice", () => {
    const { store, storage } = open();
    storage.setItem("earl-mesh.rooms", JSON.stringify([room(1), room(2), room(1, "Older")]));
    expect(store.rooms()).toEqual([room(1), room(2)]);
  });

  it("should leave out what is no room", () => {
    const { store, storage } = open();
    const rubbish = [
      null,
      7,
      {},
      { ...room(1), roomId: "../../../" },
      { ...room(1), roomKey: "short" },
      { ...room(1), label: 5 },
    ];
    storage.entries.set("earl-mesh.rooms", JSON.stringify([...rubbish, { ...room(1), lastUsedAt: "never" }, room(2)]));
    expect(store.rooms()).toEqual([room(2)]);
  });

  it("should go on, and say so, without storage", () => {
    const store = new RoomStore(blocked());
    expect(store.remember(room(1))).toBe("storage-unavailable");
    expect(store.rooms()).toEqual([]);
  });
});

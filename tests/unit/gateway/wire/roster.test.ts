import { beforeEach, describe, expect, it } from "vitest";
import { maxProbes, RosterBook } from "../../../../gateway/wire/roster.ts";

const arm = { probeClass: 1, capabilities: 0b110011, name: "left arm" };

describe("roster", () => {
  let book: RosterBook;
  beforeEach(() => {
    book = new RosterBook("Ada");
  });

  it("should begin with version 1, the name, and no probe", () => {
    expect(book.roster).toEqual({ version: 1, name: "Ada", isHidden: false, probes: [] });
  });

  it("should announce a new probe before it is connected", () => {
    expect(book.add(arm)).toBe(1);
    expect(book.probe(1)).toEqual({ index: 1, isConnected: false, ...arm });
    expect(book.roster.version).toBe(2);
  });

  it("should never give an index to another probe", () => {
    const first = book.add(arm);
    expect(first).toBe(1);
    expect(book.remove(1)).toBe(true);
    expect(book.probe(1)).toBeUndefined();
    expect(book.add(arm)).toBe(2);
  });

  it("should take sixteen probes and no more", () => {
    for (let i = 1; i <= maxProbes; i++) expect(book.add(arm)).toBe(i);
    const full = book.roster;
    expect(book.add(arm)).toBeUndefined();
    expect(book.roster).toBe(full);
  });

  it("should grow its version with every change and only then", () => {
    book.add(arm);
    expect(book.update(1, { isConnected: true })).toBe(true);
    expect(book.update(1, { isConnected: true, name: "left arm" })).toBe(false);
    expect(book.update(9, { isConnected: true })).toBe(false);
    expect(book.remove(9)).toBe(false);
    expect(book.setName("Ada")).toBe(false);
    expect(book.setHidden(false)).toBe(false);
    expect(book.roster.version).toBe(3);
    expect(book.setName("Grace")).toBe(true);
    expect(book.setHidden(true)).toBe(true);
    expect(book.roster).toMatchObject({ version: 5, name: "Grace", isHidden: true });
  });

  it("should not change a roster that was already returned", () => {
    book.add(arm);
    const before = book.roster;
    book.update(1, { name: "right arm" });
    expect(before.probes[0]?.name).toBe("left arm");
    expect(book.roster.probes[0]?.name).toBe("right arm");
  });

  it("should give no two probes the same name, wherever the names come from", () => {
    for (const name of ["Earl probe", "Earl probe", "Right"]) book.add({ ...arm, name });
    expect(book.roster.probes.map(({ name }) => name)).toEqual(["Earl probe", "Earl probe 2", "Right"]);
    book.update(3, { name: "EARL PROBE" });
    expect(book.probe(3)?.name).toBe("EARL PROBE 3");
    book.update(3, { isConnected: true });
    expect(book.probe(3)?.name).toBe("EARL PROBE 3");
    book.update(1, { name: "Left" });
    book.update(2, { name: "Earl probe" });
    expect(book.probe(2)?.name).toBe("Earl probe");
  });

  it("should cut names to 64 bytes", () => {
    const long = "ü".repeat(40);
    book = new RosterBook(long);
    book.add({ ...arm, name: long });
    expect(book.roster.name).toBe("ü".repeat(32));
    expect(book.probe(1)?.name).toBe("ü".repeat(32));
    expect(book.setName(`${long}!`)).toBe(false);
    expect(book.update(1, { name: `${long}!` })).toBe(false);
  });

  it.each([
    ["turns around what follows", "\u202eAnna\u2066", "Anna"],
    ["begins a line of its own", "Anna\nVera is connected", "AnnaVera is connected"],
    ["holds controls", "\u0007An\u0000na\u001b[31m", "Anna[31m"],
    ["has space around it, also where it is cut", `  ${"a".repeat(63)} b`, "a".repeat(63)],
    ["is nothing else", "\u200f\u2028", ""],
  ])("should keep of a name that %s only what is plain", (_, given, plain) => {
    book = new RosterBook(given);
    expect(book.roster.name).toBe(plain);
    book.add({ ...arm, name: given });
    expect(book.probe(1)?.name).toBe(plain);
    book.update(1, { name: "left arm" });
    expect(book.update(1, { name: given })).toBe(true);
    expect(book.probe(1)?.name).toBe(plain);
    book.setName("Grace");
    expect(book.setName(given)).toBe(true);
    expect(book.roster.name).toBe(plain);
  });
});

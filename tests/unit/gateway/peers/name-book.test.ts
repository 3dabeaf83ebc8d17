import { beforeEach, describe, expect, it } from "vitest";
import { maxKnownNames, NameBook } from "../../../../gateway/peers/name-book.ts";

describe("NameBook", () => {
  let ownName: string;
  let peers: Set<string>;
  let book: NameBook;
  const namesOf = (...ids: readonly string[]): readonly string[] => ids.map((id) => book.nameOf(id));

  beforeEach(() => {
    ownName = "Anna";
    peers = new Set();
    book = new NameBook({ ownName: () => ownName, isPeer: (id) => peers.has(id) });
  });

  it("should show a name that nobody else has as it is", () => {
    book.heard("a", "Mira");
    book.heard("b", "Tom");
    expect(namesOf("a", "b", "unknown")).toEqual(["Mira", "Tom", ""]);
  });

  it("should number those whose names look alike, the first one met first", () => {
    book.heard("a", "Mira");
    book.heard("b", "Mirа"); // The last letter is Cyrillic.
    expect(namesOf("a", "b")).toEqual(["Mira #1", "Mirа #2"]);
  });

  it("should keep the numbers when somebody leaves, comes back or says the same again", () => {
    for (const id of ["a", "b", "c"]) book.heard(id, "Mira");
    book.heard("a", "Tom");
    book.heard("b", "Mira");
    book.heard("d", "Mira");
    expect(namesOf("a", "b", "c", "d")).toEqual(["Tom", "Mira #2", "Mira #3", "Mira #4"]);
  });

  it("should number a person who takes the name of the page's own person", () => {
    book.heard("a", "anna");
    expect(namesOf("a")).toEqual(["anna #2"]);
    ownName = "Nora";
    expect(namesOf("a")).toEqual(["anna"]);
  });

  it("should distinguish people without a name, from each other and from a person who uses that word as a name", () => {
    book.heard("a", "");
    expect(namesOf("a")).toEqual([""]);
    book.heard("b", "Somebody");
    expect(namesOf("a", "b")).toEqual(["Somebody #1", "Somebody #2"]);
  });

  it("should keep the numbers in the room of the next key, in whatever order they come there", () => {
    for (const id of ["a", "b"]) book.heard(id, "Mira");
    const next = new NameBook({ ownName: () => ownName, isPeer: (id) => peers.has(id) });
    next.takeOver(book);
    for (const id of ["c", "b", "a"]) next.heard(id, "Mira");
    expect(["a", "b", "c"].map((id) => next.nameOf(id))).toEqual(["Mira #1", "Mira #2", "Mira #3"]);
  });

  it("should be bounded, and forget nobody who is still in the room", () => {
    peers.add("a");
    book.heard("a", "Mira");
    for (let nth = 1; nth <= 2 * maxKnownNames; nth++) book.heard(`other ${nth}`, `Name ${nth}`);
    book.heard("b", "Mira");
    expect(namesOf("a", "b", "other 1")).toEqual(["Mira #1", "Mira #2", ""]);
  });
});

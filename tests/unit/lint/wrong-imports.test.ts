import { describe, expect, it } from "vitest";
import { rooms } from "../../lint/rooms.ts";
import { circleIn, relativeImports, roomOf, wrongImports } from "../../lint/wrong-imports.ts";

/** A file that stands in that room. */
const fileIn = (room: string): string => `${room}/planted.ts`;

/** From that file to one in the target room. */
const importOf = (room: string, target: string): string =>
  `import type { Planted } from "${"../".repeat(room.split("/").length)}${fileIn(target)}";\n`;

const forbidden = Object.entries(rooms).flatMap(([room, may]) =>
  Object.keys(rooms)
    .filter((target) => target !== room && !may.includes(target))
    .map((target) => ({ room, target })),
);

describe("imports between rooms", () => {
  // The tests may look at everything.
  it.each(Object.keys(rooms).filter((room) => room !== "tests"))(
    "should refuse every import from %s that the table does not allow",
    (room) => {
      const targets = forbidden.filter((pair) => pair.room === room).map(({ target }) => target);
      const wrong = targets.flatMap((target) =>
        wrongImports([{ path: fileIn(room), text: importOf(room, target) }], rooms),
      );
      expect(wrong).toEqual(
        targets.map((target) => `${fileIn(room)}: ${room} must not import ${target} (${fileIn(target)})`),
      );
      expect(targets.length).toBeGreaterThan(0);
    },
  );

  it.each(Object.keys(rooms))("should allow every import from %s that the table has", (room) => {
    const text = [room, ...(rooms[room] ?? [])].map((target) => importOf(room, target)).join("");
    expect(wrongImports([{ path: fileIn(room), text }], rooms)).toEqual([]);
  });

  it("should say of a room that nobody knows that it is not in the table", () => {
    expect(wrongImports([{ path: "gateway/attic/planted.ts", text: "" }], rooms)).toEqual([
      'gateway/attic/planted.ts: the room "gateway/attic" is not in tests/lint/rooms.ts',
    ]);
  });

  it("should find imports of every form", () => {
    const text = [
      'import { a } from "./a.ts";',
      'import type { B } from "./b.ts";',
      'export type { C } from "./c.ts";',
      'export * from "./d.ts";',
      'import "./e.css";',
      'const f = await import("./f.ts");',
      'type G = typeof import("./g.ts");',
      'import { far } from "far-away";',
      'const text = "from ./h.ts";',
    ].join("\n");
    const found = relativeImports({ path: "web/planted.ts", text });
    expect([...new Set(found)].sort()).toEqual(["./a.ts", "./b.ts", "./c.ts", "./d.ts", "./e.css", "./f.ts", "./g.ts"]);
  });

  it("should find the room of a file by its path", () => {
    expect(roomOf("gateway/wire/record.ts")).toBe("gateway/wire");
    expect(roomOf("gateway/gateway.ts")).toBe("gateway");
    expect(roomOf("bench/report/plots/axis.ts")).toBe("bench/report");
    expect(roomOf("tests/support/told.ts")).toBe("tests");
    expect(roomOf("package.json")).toBe("");
  });
});

describe("the table of rooms", () => {
  it("should have no circle", () => {
    expect(circleIn(rooms)).toEqual([]);
  });

  it("should be refused with a circle in it", () => {
    expect(circleIn({ a: ["b"], b: ["c"], c: ["b"] })).toEqual(["b", "c", "b"]);
  });
});

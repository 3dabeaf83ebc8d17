// Which imports run against the table of rooms.ts. Pure: source texts in, sentences out; check-sources.ts reads the
// files. Imports of types count like any other: a type that is known is a dependency.
import { dirname, join, normalize } from "node:path/posix";
import { parseSync } from "vite";

export interface SourceFile {
  /** From the project's folder, with "/" between the parts. */
  readonly path: string;
  readonly text: string;
}

type Rooms = Readonly<Record<string, readonly string[]>>;

/** Folders that are one room with all that is in them. */
const undivided: ReadonlySet<string> = new Set(["tests", "signaling-server"]);

/** "gateway/wire" of gateway/wire/record.ts, "gateway" of gateway/gateway.ts, and "" of a file that is in no folder. */
export const roomOf = (path: string): string => {
  const [folder = "", inner, ...rest] = path.split("/");
  if (inner === undefined) return "";
  return rest.length === 0 || undivided.has(folder) ? folder : `${folder}/${inner}`;
};

/** The relative paths that a file imports, of values and types, statically and dynamically. */
export const relativeImports = ({ path, text }: SourceFile): readonly string[] => {
  const { module, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`);
  const named = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...module.staticExports.flatMap(({ entries }) => entries.map(({ moduleRequest }) => moduleRequest?.value ?? "")),
    ...module.dynamicImports.map(({ moduleRequest }) => text.slice(moduleRequest.start + 1, moduleRequest.end - 1)),
    ...importedTypes(text),
  ];
  return named.filter((specifier) => specifier.startsWith("."));
};

/** `typeof import("…")` and `import("…").Name` stand in types, which the parser's list of imports leaves out. */
const importedTypes = (text: string): readonly string[] =>
  [...text.matchAll(/import\("(\.[^"]+)"\)/g)].map(([, specifier = ""]) => specifier);

/** One sentence for each import that the table does not allow, and for each room that the table does not know. */
export const wrongImports = (files: readonly SourceFile[], rooms: Rooms): readonly string[] => {
  const wrong: string[] = [];
  for (const file of files) {
    const room = roomOf(file.path);
    const may = rooms[room];
    if (may === undefined) {
      wrong.push(`${file.path}: the room "${room}" is not in tests/lint/rooms.ts`);
      continue;
    }
    for (const specifier of new Set(relativeImports(file))) {
      const target = normalize(join(dirname(file.path), specifier));
      const targetRoom = roomOf(target);
      if (targetRoom === room || may.includes(targetRoom)) continue;
      wrong.push(`${file.path}: ${room} must not import ${targetRoom} (${target})`);
    }
  }
  return wrong;
};

/** The rooms on a way that leads back to where it began; empty when every arrow points one way. */
export const circleIn = (rooms: Rooms): readonly string[] => {
  const done = new Set<string>();
  const visit = (room: string, way: readonly string[]): readonly string[] => {
    if (way.includes(room)) return [...way.slice(way.indexOf(room)), room];
    if (done.has(room)) return [];
    for (const next of rooms[room] ?? []) {
      const circle = visit(next, [...way, room]);
      if (circle.length > 0) return circle;
    }
    done.add(room);
    return [];
  };
  for (const room of Object.keys(rooms)) {
    const circle = visit(room, []);
    if (circle.length > 0) return circle;
  }
  return [];
};

// `npm run check`: every import between rooms points the way that rooms.ts allows, and comments keep to the width of
// code. Prints a line for each that does not.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { longComments } from "./long-comments.ts";
import { rooms } from "./rooms.ts";
import { circleIn, wrongImports } from "./wrong-imports.ts";

const project = fileURLToPath(new URL("../..", import.meta.url));

const folders = new Set(Object.keys(rooms).map((room) => room.split("/")[0] ?? room));
const sources = [...folders].flatMap((folder) =>
  readdirSync(`${project}/${folder}`, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.tsx?$/.test(path))
    .map((path) => `${folder}/${path.replaceAll("\\", "/")}`)
    .map((path) => ({ path, text: readFileSync(`${project}/${path}`, "utf8") })),
);

const circle = circleIn(rooms);
const wrong = [
  ...wrongImports(sources, rooms),
  ...longComments(sources),
  ...(circle.length > 0 ? [`tests/lint/rooms.ts has a circle: ${circle.join(" → ")}`] : []),
];

for (const sentence of wrong) console.error(sentence);
if (wrong.length > 0) process.exit(1);
console.log(`Checked the imports of ${sources.length} files in ${Object.keys(rooms).length} rooms.`);

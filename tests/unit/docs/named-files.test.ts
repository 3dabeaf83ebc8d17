// The documents name files of the project: each must be where it is said to be.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const project = fileURLToPath(new URL("../../..", import.meta.url));
const folders = ["firmware-bridge", "gateway", "web", "signaling-server", "bench", "tests", "docs", "public"];
const namedFile = new RegExp(`\`((?:${folders.join("|")})/[\\w./-]*)\``, "g");

const documents = [
  ...["README.md", "CONTRIBUTING.md", "SECURITY.md"],
  ...readdirSync(`${project}/docs`)
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

/** tests/output/ is made by the tests, and git ignores it. */
const isMade = (path: string): boolean => path.startsWith("tests/output");

const namedIn = (document: string): readonly string[] =>
  [...readFileSync(`${project}/${document}`, "utf8").matchAll(namedFile)].map(([, path = ""]) => path);

describe("documents", () => {
  it("should name files at all", () => {
    expect(namedIn("docs/architecture.md").length).toBeGreaterThan(40);
  });

  it.each(documents)("should name only files that exist: %s", (document) => {
    expect(namedIn(document).filter((path) => !isMade(path) && !existsSync(`${project}/${path}`))).toEqual([]);
  });
});

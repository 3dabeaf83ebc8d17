import { mkdir, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { writeWhole } from "../../../signaling-server/write-whole.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "earl-mesh-write-"));
});
afterEach(() => rm(folder, { recursive: true }));

it("should write the content, with the requested rights", async () => {
  const file = join(folder, "key.pem");
  await writeWhole(file, "old", 0o600);
  await writeWhole(file, "new", 0o600);
  expect(await readFile(file, "utf8")).toBe("new");
  if (process.platform !== "win32") expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(["key.pem"]);
});

it("should remove a file that could not be written to its end", async () => {
  // As on a full disk: the draft is there, and does not become the file.
  await mkdir(join(folder, "key.pem", "inside"), { recursive: true });
  await expect(writeWhole(join(folder, "key.pem"), "content", 0o600)).rejects.toThrow();
  expect(await readdir(folder)).toEqual(["key.pem"]);
});

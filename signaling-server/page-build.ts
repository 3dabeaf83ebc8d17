// Builds the page into dist/ when it is missing or older than anything that it is made of, so that `npm start` is the
// one command that is needed. Vite is loaded only when there is something to build.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { StartProblem } from "./start-problem.ts";

export const projectFolder = fileURLToPath(new URL("..", import.meta.url));
const builtFolder = join(projectFolder, "dist");
/** Files, and folders with all that is in them. */
const sources = [
  "web",
  "gateway",
  "firmware-bridge",
  "public",
  "signaling-server/content-coding.ts",
  "signaling-server/precompress.ts",
  "vite.config.ts",
  "package-lock.json",
];

/** The folder of the built page. @throws StartProblem when it cannot be built. */
export const ensureBuiltPage = async (onBuild: () => void): Promise<string> => {
  const builtMs = await modifiedMs(join(builtFolder, "index.html"));
  if (builtMs === undefined || builtMs < (await newestSourceMs())) {
    onBuild();
    await build();
  }
  return builtFolder;
};

const build = async (): Promise<void> => {
  const vite = await import("vite");
  try {
    await vite.build({ configFile: join(projectFolder, "vite.config.ts"), logLevel: "error" });
  } catch (error) {
    throw new StartProblem("the page cannot be built from its sources; see above", { cause: error });
  }
};

const newestSourceMs = async (): Promise<number> => {
  const times = await Promise.all(
    sources.map(async (source) => {
      const path = join(projectFolder, source);
      const inside = (await stat(path)).isDirectory() ? await readdir(path, { recursive: true }) : [];
      return Promise.all([path, ...inside.map((name) => join(path, name))].map(modifiedMs));
    }),
  );
  return Math.max(...times.flat().map((ms) => ms ?? 0));
};

/** Undefined when there is no such file. A folder changes when a file is added to it or taken away. */
const modifiedMs = async (path: string): Promise<number | undefined> => {
  try {
    return (await stat(path)).mtimeMs;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
};

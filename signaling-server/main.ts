// The server's command line: reads the configuration, opens the server, prints its addresses, and closes it on a
// signal.
import { readFile } from "node:fs/promises";
import { announcement, readyLine } from "./announcement.ts";
import { helpText, readConfig } from "./config.ts";
import { openServer } from "./server.ts";
import { StartProblem } from "./start-problem.ts";

/** The configuration or the surroundings are wrong, not the program. */
const startProblemCode = 2;

const run = async (): Promise<void> => {
  const config = readConfig(process.argv.slice(2), process.env);
  if (config === undefined) {
    console.log(helpText());
    return;
  }
  const server = await openServer(config, {
    version: await readVersion(),
    onBuild: () => console.log("Building the page …"),
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      server.close().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error("earl-mesh: not everything could be closed:", error);
          process.exit(1);
        },
      );
    });
  }
  const isTerminal = process.stdout.isTTY;
  console.log(announcement(server, isTerminal));
  if (!isTerminal) console.log(readyLine(server));
};

const readVersion = async (): Promise<string> => {
  const manifest: unknown = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
  return String(Object(manifest).version);
};

try {
  await run();
} catch (error) {
  if (!(error instanceof StartProblem)) throw error;
  console.error(`earl-mesh: ${error.message}`);
  process.exit(startProblemCode);
}

// Before the first browser test: the page is built once, so that no test waits for it and no two servers build at once.
import { ensureBuiltPage } from "../../signaling-server/page-build.ts";

export const setup = async (): Promise<void> => {
  await ensureBuiltPage(() => console.log("Building the page …"));
};

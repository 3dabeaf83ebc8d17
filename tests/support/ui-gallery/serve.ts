// Builds the gallery and serves it under the strictest policy that the page must work with: no inline script or style,
// and Trusted Types without a policy, so that any use of innerHTML fails.
import { fileURLToPath } from "node:url";
import { build, preview } from "vite";

const root = fileURLToPath(new URL(".", import.meta.url));
const outDir = fileURLToPath(new URL("../../output/ui-gallery", import.meta.url));
const publicDir = fileURLToPath(new URL("../../../public", import.meta.url));

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "manifest-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

export interface ServedGallery {
  readonly urlOf: (scene: string) => string;
  /** Where the built files are. */
  readonly outDir: string;
  readonly close: () => Promise<void>;
}

export const serveGallery = async (): Promise<ServedGallery> => {
  const common = { configFile: false as const, root, publicDir, logLevel: "warn" as const };
  await build({
    ...common,
    // As in the product's build: the polyfill would be an inline script.
    build: { outDir, emptyOutDir: true, modulePreload: { polyfill: false } },
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  });
  const server = await preview({
    ...common,
    build: { outDir },
    preview: { host: "127.0.0.1", port: 0, strictPort: false, headers: { "Content-Security-Policy": policy } },
  });
  const address = server.httpServer.address();
  if (address === null || typeof address === "string") throw new Error("the gallery has no port");
  return {
    urlOf: (scene) => `http://127.0.0.1:${address.port}/?scene=${scene}`,
    outDir,
    close: () => server.close(),
  };
};

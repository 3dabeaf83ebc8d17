// How the page is built from web/ into dist/. JSX is Preact's by web/tsconfig.json.
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { precompress } from "./signaling-server/precompress.ts";

const inProject = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Last of all: what is in public/ has been copied by then. */
const compressBuilt = (): Plugin => {
  let outDir = "";
  return {
    name: "compress-built",
    apply: "build",
    configResolved: (config) => {
      outDir = resolve(config.root, config.build.outDir);
    },
    writeBundle: { order: "post", sequential: true, handler: () => precompress(outDir) },
  };
};

export default defineConfig({
  root: inProject("web"),
  publicDir: inProject("public"),
  plugins: [compressBuilt()],
  build: {
    outDir: inProject("dist"),
    emptyOutDir: true,
    sourcemap: true,
    // Web Bluetooth, WebCrypto, Web Locks and AbortSignal.timeout set these floors already; web/tsconfig.json keeps out newer methods.
    target: ["chrome103", "firefox115", "safari16"],
    // It would be an inline script, which the server's Content-Security-Policy forbids; the targets know modulepreload.
    modulePreload: { polyfill: false },
    // A file inlined as data: would need more rights in the same policy.
    assetsInlineLimit: 0,
  },
});

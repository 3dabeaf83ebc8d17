// How the page is built from web/ into dist/. JSX is Preact's by web/tsconfig.json.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const inProject = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: inProject("web"),
  publicDir: inProject("public"),
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

// How the page is built from web/ into dist/. JSX is Preact's by web/tsconfig.json.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type HtmlTagDescriptor, type IndexHtmlTransformContext, type Plugin } from "vite";
import { precompress } from "./signaling-server/precompress.ts";

const inProject = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * A request less: the icon of the tab is smaller than what asking for it costs. The policy allows pictures in data:
 * addresses.
 */
const inlineIcon = async (html: string): Promise<string> => {
  const svg = await readFile(inProject("public/icon.svg"), "utf8");
  return html.replace('href="/icon.svg"', () => `href="data:image/svg+xml,${encodeURIComponent(svg)}"`);
};

/**
 * A round trip less: the page is asked for beside its start screen, not after it, and of the two the start screen comes
 * first.
 */
const preloadMain = (bundle: IndexHtmlTransformContext["bundle"]): HtmlTagDescriptor => {
  const main = Object.values(bundle ?? {}).find(
    (file) => file.type === "chunk" && file.isDynamicEntry && file.name === "main",
  );
  if (main === undefined) throw new Error("main.ts has no chunk of its own any more: what loads it late?");
  return {
    tag: "link",
    attrs: { rel: "modulepreload", fetchpriority: "low", crossorigin: "", href: `/${main.fileName}` },
    injectTo: "head",
  };
};

const firstLoad = (): Plugin => ({
  name: "first-load",
  apply: "build",
  transformIndexHtml: async (html, { bundle }) => ({ html: await inlineIcon(html), tags: [preloadMain(bundle)] }),
});

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
  plugins: [firstLoad(), compressBuilt()],
  build: {
    outDir: inProject("dist"),
    emptyOutDir: true,
    sourcemap: true,
    // Web Bluetooth, WebCrypto, Web Locks and AbortSignal.timeout set these floors already; web/tsconfig.json keeps out
    // newer methods.
    target: ["chrome103", "firefox115", "safari16"],
    // It would be an inline script, which the server's Content-Security-Policy forbids; the targets know modulepreload.
    modulePreload: { polyfill: false },
    // A file inlined as data: would need more rights in the same policy.
    assetsInlineLimit: 0,
  },
});

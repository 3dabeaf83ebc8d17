// One TypeScript entry, bundled and served to Chromium's engine: for tests of our modules in a real browser, without
// the product's page.
import { createServer } from "node:http";
import type { Browser } from "playwright-core";
import { build } from "vite";
import { launchEngine } from "./chromium.ts";

export interface BundledPage {
  readonly url: string;
  readonly browser: Browser;
  close(): Promise<void>;
}

/** @param entry file whose side effects are the page; what a test calls it puts on `globalThis`. */
export const serveBundle = async (entry: string): Promise<BundledPage> => {
  const script = await bundle(entry);
  const server = createServer((request, response) => {
    const isScript = request.url === "/page.js";
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
    response.end(
      isScript ? script : '<!doctype html><title>test</title><script type="module" src="/page.js"></script>',
    );
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the test's server has no port");
  const browser = await launchEngine();
  return {
    url: `http://127.0.0.1:${address.port}/`, // Loopback is a secure context: WebCrypto and Web Locks are there.
    browser,
    close: async () => {
      await browser.close();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
};

const bundle = async (entry: string): Promise<string> => {
  const built = await build({
    configFile: false,
    logLevel: "warn",
    build: { write: false, minify: false, lib: { entry, formats: ["es"] } },
  });
  const output = [built].flat().flatMap((result) => ("output" in result ? result.output : []));
  const chunk = output.find((file) => file.type === "chunk");
  if (chunk === undefined) throw new Error(`nothing was bundled from ${entry}`);
  return chunk.code;
};

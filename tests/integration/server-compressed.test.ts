// The files of the page in the codings that the build has written: who gets which, and that nothing of HTTP breaks by
// it.
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type IncomingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { precompress } from "../../signaling-server/precompress.ts";
import { type ServerProcess, startServer } from "../support/server-process.ts";

const scriptPath = "/assets/page-5f1c2a3b.js";
const script = `console.log(${JSON.stringify("wave ".repeat(500))});\n`;
const index = `<!doctype html><title>${"A page. ".repeat(50)}</title>`;
/** Nothing makes it smaller. */
const tiny = "{}";

let folder: string;
let server: ServerProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "earl-mesh-compressed-"));
  await mkdir(join(folder, "assets"));
  await writeFile(join(folder, "index.html"), index);
  await writeFile(join(folder, scriptPath), script);
  await writeFile(join(folder, "tiny.json"), tiny);
  await precompress(folder);
  server = await startServer({ args: ["--page", folder] });
});
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** As it is on the wire: fetch would decompress it, and name codings of its own. */
const ask = (path: string, headers: Readonly<Record<string, string>> = {}, method = "GET"): Promise<Answer> =>
  new Promise((resolve, reject) => {
    request({ host: "127.0.0.1", port: server.port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    })
      .on("error", reject)
      .end();
  });

const codings = [
  { name: "br", decompress: brotliDecompressSync },
  { name: "gzip", decompress: gunzipSync },
];

describe.each(codings)("a client that accepts $name", ({ name, decompress }) => {
  const accepting = { "accept-encoding": name };

  it.each([
    { path: "/", text: index, type: /^text\/html/, caching: "no-cache" },
    {
      path: scriptPath,
      text: script,
      type: /javascript/,
      caching: "public, max-age=31536000, immutable",
    },
  ])("should get $path smaller, and as what it is", async ({ path, text, type, caching }) => {
    const { status, headers, body } = await ask(path, accepting);
    expect(status).toBe(200);
    expect(headers["content-encoding"]).toBe(name);
    expect(headers.vary?.toLowerCase()).toBe("accept-encoding");
    expect(headers["content-type"]).toMatch(type);
    expect(headers["cache-control"]).toBe(caching);
    expect(headers["content-length"]).toBe(String(body.length));
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(body.length).toBeLessThan(text.length / 2);
    expect(decompress(body).toString()).toBe(text);
  });

  it("should get from HEAD the same headers as from GET", async () => {
    const got = await ask(scriptPath, accepting);
    const told = await ask(scriptPath, accepting, "HEAD");
    expect(told.status).toBe(200);
    expect(told.body).toHaveLength(0);
    const { date: _, ...asGet } = got.headers;
    expect(told.headers).toMatchObject(asGet);
  });

  it("should read that nothing has changed, for its own coding only", async () => {
    const { headers } = await ask("/", accepting);
    const again = await ask("/", { ...accepting, "if-none-match": String(headers.etag) });
    expect(again.status).toBe(304);
    expect(again.headers.vary?.toLowerCase()).toBe("accept-encoding");
    const asItIs = await ask("/", { "if-none-match": String(headers.etag) });
    expect(asItIs.status).toBe(200);
    expect(asItIs.body.toString()).toBe(index);
  });

  it("should get a range of what it would get as a whole", async () => {
    const { body, headers } = await ask(scriptPath, accepting);
    const part = await ask(scriptPath, { ...accepting, range: "bytes=10-19", "if-range": String(headers.etag) });
    expect(part.status).toBe(206);
    expect(part.headers["content-encoding"]).toBe(name);
    expect(part.headers["content-range"]).toBe(`bytes 10-19/${body.length}`);
    expect(part.body).toEqual(body.subarray(10, 20));
  });

  it("should be able to read that a range lies behind the end, and keep that for no year", async () => {
    const { status, headers, body } = await ask(scriptPath, { ...accepting, range: "bytes=9999999-" });
    expect(status).toBe(416);
    expect(headers).not.toHaveProperty("content-encoding");
    expect(headers).not.toHaveProperty("cache-control");
    expect(headers.etag).not.toBe((await ask(scriptPath, accepting)).headers.etag);
    expect(body.toString()).toBe("Bad request.\n");
  });

  it("should get as it is what does not become smaller", async () => {
    const { headers, body } = await ask("/tiny.json", accepting);
    expect(headers).not.toHaveProperty("content-encoding");
    expect(body.toString()).toBe(tiny);
  });
});

describe("a client that accepts neither", () => {
  it.each([{}, { "accept-encoding": "identity" }, { "accept-encoding": "br;q=0, gzip;q=0, zstd" }])(
    "should get the file as it is: %o",
    async (headers) => {
      const answer = await ask(scriptPath, headers as Record<string, string>);
      expect(answer.headers).not.toHaveProperty("content-encoding");
      expect(answer.headers.vary?.toLowerCase()).toBe("accept-encoding");
      expect(answer.body.toString()).toBe(script);
    },
  );

  it("should resume from another coding with the whole file, not with bytes of two", async () => {
    const { headers } = await ask(scriptPath, { "accept-encoding": "br" });
    const { status, body } = await ask(scriptPath, { range: "bytes=10-19", "if-range": String(headers.etag) });
    expect(status).toBe(200);
    expect(body.toString()).toBe(script);
  });
});

describe("the folders of the codings", () => {
  it("should contain what the build has compressed", async () => {
    expect(brotliDecompressSync(await readFile(join(folder, ".br", scriptPath))).toString()).toBe(script);
  });

  it.each([
    `/.br${scriptPath}`,
    `/.gzip${scriptPath}`,
    "/.br/index.html",
    "/%2ebr/index.html",
    "/assets/../.br/index.html",
    "/assets/%2e%2e/.br/index.html",
    "/..%2f.br/index.html",
    "/../index.html",
    "/.br/../../package.json",
    `${scriptPath}.br`,
    `${scriptPath}.gz`,
  ])("should not be reached by name: %s", async (path) => {
    for (const accepted of ["br", "gzip", "identity"]) {
      const { status, headers, body } = await ask(path, { "accept-encoding": accepted });
      expect(status).toBeOneOf([400, 403, 404]);
      expect(headers).not.toHaveProperty("content-encoding");
      expect(body.toString()).toMatch(/^(Not found|Bad request)\.\n$/);
    }
  });
});

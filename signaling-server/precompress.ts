// Compresses the built page once, as well as it goes, so that the server compresses nothing while somebody waits.
// vite.config.ts calls it after each build; page.ts serves what it has written.
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, gzip, constants as zlib } from "node:zlib";
import { type ContentCoding, contentCodings } from "./content-coding.ts";

/**
 * Pictures are compressed already, and source maps are for developers, who wait: they would take longer than all the
 * rest.
 */
const compressible: ReadonlySet<string> = new Set([".css", ".html", ".js", ".json", ".svg", ".webmanifest"]);

const compressors: Readonly<Record<ContentCoding["name"], (bytes: Buffer) => Promise<Buffer>>> = {
  br: (bytes) =>
    promisify<Buffer, object, Buffer>(brotliCompress)(bytes, {
      params: {
        [zlib.BROTLI_PARAM_QUALITY]: zlib.BROTLI_MAX_QUALITY,
        [zlib.BROTLI_PARAM_MODE]: zlib.BROTLI_MODE_TEXT,
        [zlib.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }),
  gzip: (bytes) => promisify<Buffer, object, Buffer>(gzip)(bytes, { level: zlib.Z_BEST_COMPRESSION }),
};

/**
 * Writes each text file of the folder in each coding, where that makes it smaller, in place of what an earlier build
 * left.
 */
export const precompress = async (folder: string): Promise<void> => {
  await Promise.all(contentCodings.map((coding) => rm(join(folder, coding.folder), { recursive: true, force: true })));
  const names = await readdir(folder, { recursive: true });
  await Promise.all(
    names
      .filter((name) => compressible.has(extname(name)))
      .map(async (name) => {
        const bytes = await readFile(join(folder, name));
        await Promise.all(contentCodings.map((coding) => write(join(folder, coding.folder, name), coding, bytes)));
      }),
  );
};

const write = async (path: string, coding: ContentCoding, bytes: Buffer): Promise<void> => {
  const compressed = await compressors[coding.name](bytes);
  if (compressed.length >= bytes.length) return;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, compressed);
};

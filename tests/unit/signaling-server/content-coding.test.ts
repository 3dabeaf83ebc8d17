import { describe, expect, it } from "vitest";
import { chooseCoding } from "../../../signaling-server/content-coding.ts";

const chosen = (acceptEncoding: string | undefined): string => chooseCoding(acceptEncoding)?.name ?? "as it is";

describe("the coding of a file", () => {
  it.each([
    ["gzip, deflate, br, zstd", "br"],
    ["gzip, deflate", "gzip"],
    ["BR", "br"],
    ["br;q=0.5, gzip", "gzip"],
    ["br ; Q=0.4 , gzip;q=0.3", "br"],
    ["gzip;q=0.8, br;q=0.8", "br"],
    ["*", "br"],
    ["br;q=0, *", "gzip"],
    ["*;q=0.5, gzip", "gzip"],
    ["identity;q=0.2, gzip;q=0.1", "as it is"],
    ["identity;q=0.5, gzip;q=0.5", "gzip"],
    ["identity;q=0, gzip", "gzip"],
  ])("should be what the client likes best, and the smallest of what it likes alike: %s", (header, name) => {
    expect(chosen(header)).toBe(name);
  });

  it.each([
    undefined,
    "",
    "deflate, zstd",
    "br;q=0",
    "gzip;q=0.0, br;q=0",
    "*;q=0",
    "br;q=much",
    "brotli",
    "identity;q=0",
  ])("should be none where the client accepts neither: %s", (header) => {
    expect(chosen(header)).toBe("as it is");
  });

  it("should be found in a header as long as Node lets in", () => {
    expect(chosen(`${"x;q=0.1,".repeat(2000)}gzip`)).toBe("gzip");
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ByteReader,
  ByteWriter,
  bytesOf,
  concatBytes,
  equalBytes,
  fromHex,
  maxVarintBytes,
  toHex,
  unzigzag,
  varintBytes,
  zigzag,
} from "../../../../firmware-bridge/frames/bytes.ts";

const anyBytes = fc.uint8Array({ maxLength: 64 });
const anyVarint = fc.maxSafeNat();
const written = (value: number): Uint8Array => new ByteWriter().varint(value).take();
/** The value, or "failed". */
const readVarint = (...bytes: number[]): number | "failed" => {
  const reader = new ByteReader(Uint8Array.from(bytes));
  const value = reader.varint();
  return reader.failed ? "failed" : value;
};

describe("varint", () => {
  it("should be read as it was written, in as many bytes as announced", () => {
    fc.assert(
      fc.property(anyVarint, (value) => {
        const bytes = written(value);
        expect(bytes).toHaveLength(varintBytes(value));
        expect(bytes.length).toBeLessThanOrEqual(maxVarintBytes);
        expect(readVarint(...bytes)).toBe(value);
      }),
    );
  });

  it("should be unsigned LEB128, checked against arithmetic on big integers", () => {
    fc.assert(
      fc.property(anyVarint, (value) => {
        const groups: number[] = [];
        for (let rest = BigInt(value); groups.length === 0 || rest > 0n; rest >>= 7n) groups.push(Number(rest & 127n));
        const expected = groups.map((group, i) => (i < groups.length - 1 ? group | 128 : group));
        expect([...written(value)]).toEqual(expected);
      }),
    );
  });

  it("should be known at the edges of its sizes", () => {
    expect(toHex(written(0))).toBe("00");
    expect(toHex(written(127))).toBe("7f");
    expect(toHex(written(128))).toBe("8001");
    expect(toHex(written(16_383))).toBe("ff7f");
    expect(toHex(written(2 ** 32))).toBe("8080808010");
    expect(toHex(written(Number.MAX_SAFE_INTEGER))).toBe("ffffffffffffff0f");
  });

  it("should not be read when it is not minimal, too long, too big or cut off", () => {
    expect(readVarint(0x80, 0x00)).toBe("failed");
    expect(readVarint(0xff, 0x80, 0x00)).toBe("failed");
    expect(readVarint(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x10)).toBe("failed");
    expect(readVarint(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x80, 0x01)).toBe("failed");
    expect(readVarint(0x80)).toBe("failed");
    expect(readVarint()).toBe("failed");
  });

  it("should have exactly one form: whatever is read is written back as it was", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 10 }), (bytes) => {
        const reader = new ByteReader(bytes);
        const value = reader.varint();
        if (reader.failed) return;
        expect(written(value)).toEqual(bytes.subarray(0, bytes.length - reader.remaining));
      }),
    );
  });

  it("should not be written for what is no safe natural number", () => {
    for (const value of [-1, 0.5, Number.NaN, Number.MAX_SAFE_INTEGER + 1, Number.POSITIVE_INFINITY]) {
      expect(() => written(value)).toThrow(RangeError);
    }
  });
});

describe("zigzag", () => {
  it("should number 0, −1, 1, −2, 2 in this order", () => {
    expect([0, -1, 1, -2, 2].map(zigzag)).toEqual([0, 1, 2, 3, 4]);
  });

  it("should return what went in, to the ends of its range", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 52), max: 2 ** 52 - 1 }), (value) => {
        expect(unzigzag(zigzag(value))).toBe(value);
        expect(new ByteReader(written(zigzag(value))).zigzag()).toBe(value);
      }),
    );
    expect(zigzag(-(2 ** 52))).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe("ByteWriter and ByteReader", () => {
  it("should agree on every kind of field, however often the buffer has to grow", () => {
    const field = fc.oneof(
      fc.record({ type: fc.constant("u8" as const), value: fc.nat(0xff) }),
      fc.record({ type: fc.constant("u16" as const), value: fc.nat(0xffff) }),
      fc.record({ type: fc.constant("i16" as const), value: fc.integer({ min: -0x8000, max: 0x7fff }) }),
      fc.record({ type: fc.constant("varint" as const), value: anyVarint }),
    );
    fc.assert(
      fc.property(fc.array(field), anyBytes, (fields, tail) => {
        const writer = new ByteWriter(1);
        for (const { type, value } of fields) writer[type](value);
        const bytes = writer.bytes(tail).take();
        expect(bytes).toHaveLength(writer.length);
        const reader = new ByteReader(bytes);
        expect(fields.map(({ type }) => reader[type]())).toEqual(fields.map(({ value }) => value));
        expect(reader.bytes(tail.length)).toEqual(tail);
        expect(reader.remaining).toBe(0);
        expect(reader.failed).toBe(false);
      }),
    );
  });

  it("should write little-endian", () => {
    expect(toHex(new ByteWriter().u16(0x1234).i16(-2).take())).toBe("3412feff");
  });

  it("should refuse a number that does not fit instead of cutting it", () => {
    const writer = new ByteWriter();
    expect(() => writer.u8(256)).toThrow(RangeError);
    expect(() => writer.u16(-1)).toThrow(RangeError);
    expect(() => writer.i16(0x8000)).toThrow(RangeError);
    expect(() => writer.u8(1.5)).toThrow(RangeError);
    expect(writer.length).toBe(0);
  });

  it("should return copies, so that a buffer that is used again changes nothing", () => {
    const writer = new ByteWriter(4);
    const first = writer.u8(1).take();
    writer.reset().u8(2);
    expect([...first]).toEqual([1]);
    expect([...writer.take()]).toEqual([2]);
  });

  it("should read only its own part of a bigger buffer", () => {
    const part = Uint8Array.of(9, 9, 1, 2, 9).subarray(2, 4);
    const reader = new ByteReader(part);
    expect(reader.u16()).toBe(0x0201);
    expect(reader.u8()).toBe(0);
    expect(reader.failed).toBe(true);
  });

  it("should stay failed, give zeros, and have nothing left to loop over, once it has failed", () => {
    const reader = new ByteReader(Uint8Array.of(1, 2, 3));
    expect(reader.bytes(4)).toHaveLength(0);
    expect([reader.u8(), reader.u16(), reader.i16(), reader.varint(), reader.zigzag()]).toEqual([0, 0, 0, 0, 0]);
    expect(reader.failed).toBe(true);
    expect(reader.remaining).toBe(0);
  });

  it("should fail on a count that is no count, and when its decoder says so", () => {
    for (const count of [-1, 0.5, Number.NaN]) {
      const reader = new ByteReader(Uint8Array.of(1));
      reader.u8();
      expect(reader.bytes(count)).toHaveLength(0);
      expect(reader.failed).toBe(true);
    }
    const reader = new ByteReader(Uint8Array.of(1));
    reader.fail();
    expect(reader.u8()).toBe(0);
  });
});

describe("hexadecimal digits", () => {
  it("should return the bytes that they were made from, in either case", () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        expect(fromHex(toHex(bytes))).toEqual(bytes);
        expect(fromHex(toHex(bytes).toUpperCase())).toEqual(bytes);
      }),
    );
  });

  it("should be refused when they are odd in number or no digits", () => {
    for (const text of ["0", "0x", "g0", " 0", "é0", "00\n"]) expect(fromHex(text)).toBeUndefined();
  });
});

describe("byte arrays", () => {
  it("should be joined in their order", () => {
    fc.assert(
      fc.property(fc.array(anyBytes), (parts) => {
        expect([...concatBytes(...parts)]).toEqual(parts.flatMap((part) => [...part]));
      }),
    );
  });

  it("should be equal when every byte is", () => {
    fc.assert(
      fc.property(anyBytes, anyBytes, (a, b) => {
        expect(equalBytes(a, a.slice())).toBe(true);
        expect(equalBytes(a, b)).toBe(toHex(a) === toHex(b));
      }),
    );
  });

  it("should be seen through a view without its neighbours", () => {
    const buffer = Uint8Array.of(1, 2, 3, 4).buffer;
    expect([...bytesOf(new DataView(buffer, 1, 2))]).toEqual([2, 3]);
  });
});

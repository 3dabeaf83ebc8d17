// Reads and writes bytes for both codecs. The reader never throws: it remembers that it ran past the end or met a
// malformed number, returns zeros from then on, and the decoder asks `failed` once at the end.
// Numbers are put together byte by byte: a DataView would make the engine give each short array a buffer outside its
// heap, which costs more than all that is read from it.

/** 2^53 − 1 needs 53 bits, eight groups of seven. */
export const maxVarintBytes = 8;

/** A view of the same bytes, wherever they lie in their buffer. */
export const bytesOf = (view: ArrayBufferView): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

export const toHex = (bytes: Uint8Array): string => {
  let hex = "";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return hex;
};

/** Undefined unless `hex` is an even number of hexadecimal digits. */
export const fromHex = (hex: string): Uint8Array | undefined => {
  if (hex.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(hex)) return undefined;
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
};

export const concatBytes = (...parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

/** Compares in a time that does not depend on where the first difference is. */
export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
};

export const varintBytes = (value: number): number => {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
};

/** Integers from −2^52 to 2^52 − 1, so that the result fits a varint. */
export const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
export const unzigzag = (value: number): number => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);

/** A number out of its range would silently be cut to other bits, which is a bug of the caller. */
const requireInteger = (value: number, min: number, max: number): void => {
  if (!Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`not within ${min}…${max}: ${value}`);
};

/** @throws RangeError in every method whose number does not fit. */
export class ByteWriter {
  #bytes: Uint8Array;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    requireInteger(value, 0, 0xff);
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  u16(value: number): this {
    requireInteger(value, 0, 0xffff);
    return this.#twoBytes(value);
  }

  i16(value: number): this {
    requireInteger(value, -0x8000, 0x7fff);
    return this.#twoBytes(value);
  }

  varint(value: number): this {
    requireInteger(value, 0, Number.MAX_SAFE_INTEGER);
    this.#reserve(maxVarintBytes);
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
    return this;
  }

  bytes(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** A view of what was written, valid until the next write. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** A copy of what was written. */
  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Forgets what was written and keeps the buffer. */
  reset(): this {
    this.#length = 0;
    return this;
  }

  #twoBytes(value: number): this {
    this.#reserve(2);
    this.#bytes[this.#length++] = value & 0xff;
    this.#bytes[this.#length++] = (value >> 8) & 0xff;
    return this;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + count));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #failed = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** True once anything could not be read; it stays true. */
  get failed(): boolean {
    return this.#failed;
  }

  /** 0 once failed, so that a loop over the rest of a message ends: a failed reader no longer moves on. */
  get remaining(): number {
    return this.#failed ? 0 : this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#take(1) ? (this.#bytes[this.#at - 1] ?? 0) : 0;
  }

  u16(): number {
    return this.#take(2) ? (this.#bytes[this.#at - 2] ?? 0) | ((this.#bytes[this.#at - 1] ?? 0) << 8) : 0;
  }

  i16(): number {
    // Shifted up and down again, the sixteenth bit becomes the sign.
    return (this.u16() << 16) >> 16;
  }

  /** Fails on more than 2^53 − 1 and on a number that is not written in the fewest bytes. */
  varint(): number {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < maxVarintBytes && this.remaining > 0; i++) {
      const byte = this.#bytes[this.#at++] ?? 0;
      value += (byte % 128) * factor;
      if (byte < 128) {
        if ((byte === 0 && i > 0) || value > Number.MAX_SAFE_INTEGER) break;
        return value;
      }
      factor *= 128;
    }
    this.#failed = true;
    return 0;
  }

  zigzag(): number {
    return unzigzag(this.varint());
  }

  /** A view into the message, not a copy; empty when there are fewer bytes. */
  bytes(count: number): Uint8Array {
    return this.#take(count) ? this.#bytes.subarray(this.#at - count, this.#at) : new Uint8Array();
  }

  /** Decoders call this when they find a value out of its range. */
  fail(): void {
    this.#failed = true;
  }

  #take(count: number): boolean {
    // A negative count would move the position backwards.
    if (this.#failed || !Number.isInteger(count) || count < 0 || count > this.remaining) {
      this.#failed = true;
      return false;
    }
    this.#at += count;
    return true;
  }
}

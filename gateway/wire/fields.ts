// Fields that several frames share: bounded numbers, texts, lists and byte strings of fixed size, docs/protocol.md
// "Conventions" and §2. Writing beyond a limit throws, it is a bug of ours; reading beyond one fails the reader, it is
// the other end's.
import type { ByteReader, ByteWriter } from "../../firmware-bridge/frames/bytes.ts";
import { decodeUtf8, encodeUtf8 } from "../basics/utf8.ts";

/** @throws RangeError when there are more than `max` of them. */
export const requireAtMost = (count: number, max: number, what: string): void => {
  if (count > max) throw new RangeError(`${what}: ${count}, and ${max} is the limit`);
};

export const writeBounded = (writer: ByteWriter, value: number, max: number): void => {
  requireAtMost(value, max, "number");
  writer.varint(value);
};

export const readBounded = (reader: ByteReader, max: number): number => {
  const value = reader.varint();
  if (value > max) reader.fail();
  return value;
};

/** Versions, epochs and probe indexes count from 1. */
export const writePositive = (writer: ByteWriter, value: number): void => {
  if (value < 1) throw new RangeError(`counted from 1: ${value}`);
  writer.varint(value);
};

export const readPositive = (reader: ByteReader): number => {
  const value = reader.varint();
  if (value === 0) reader.fail();
  return value;
};

export const writeText = (writer: ByteWriter, text: string, maxBytes: number): void => {
  const bytes = encodeUtf8(text);
  requireAtMost(bytes.length, maxBytes, "bytes of text");
  writer.varint(bytes.length).bytes(bytes);
};

export const readText = (reader: ByteReader, maxBytes: number): string => {
  const text = decodeUtf8(reader.bytes(readBounded(reader, maxBytes)));
  if (text === undefined) reader.fail();
  return text ?? "";
};

export const writeFixed = (writer: ByteWriter, bytes: Uint8Array, size: number): void => {
  if (bytes.length !== size) throw new RangeError(`${bytes.length} bytes where ${size} belong`);
  writer.bytes(bytes);
};

/** As many items as the count before them says. */
export const writeList = <T>(
  writer: ByteWriter,
  items: readonly T[],
  maxCount: number,
  writeItem: (writer: ByteWriter, item: T) => void,
): void => {
  writeBounded(writer, items.length, maxCount);
  for (const item of items) writeItem(writer, item);
};

/** Fewer items than their count says when the reader fails on the way. */
export const readList = <T>(reader: ByteReader, maxCount: number, readItem: (reader: ByteReader) => T): T[] => {
  const items: T[] = [];
  for (let left = readBounded(reader, maxCount); left > 0 && !reader.failed; left--) items.push(readItem(reader));
  return items;
};

// How many records stand in the body of one aggregate frame, docs/protocol.md §2.3. The layout is here three times:
// written, read, and as a number of bytes, so that a queue knows when its packet is full before it encodes. Property
// tests hold the three together.
import { type ByteReader, type ByteWriter, varintBytes, zigzag } from "../../firmware-bridge/frames/bytes.ts";
import { readBounded, readPositive, requireAtMost, writeBounded, writePositive } from "./fields.ts";
import { type Aggregate, maxLifetimeMs, maxPayloadBytes, maxRecords, maxSequence } from "./frame-types.ts";
import type { GatewayRecord } from "./record.ts";

/**
 * All of a message with one aggregate but its records, at the longest: version, type, length, roster version, base
 * time.
 */
export const aggregateOverheadBytes = 1 + 1 + 2 + 5 + 8;

export const recordBytes = ({ probe, sequence, timeUs, lifetimeMs, payload }: GatewayRecord, baseUs: number): number =>
  varintBytes(probe) +
  1 +
  varintBytes(sequence) +
  varintBytes(zigzag(timeUs - baseUs)) +
  varintBytes(lifetimeMs) +
  varintBytes(payload.length) +
  payload.length;

/** The base time is the first record's: the others were made within a window of it, so their differences are short. */
export const writeAggregate = (writer: ByteWriter, { rosterVersion, records }: Aggregate): void => {
  const [first] = records;
  if (first === undefined) throw new RangeError("an aggregate without a record");
  requireAtMost(records.length, maxRecords, "records");
  writePositive(writer, rosterVersion);
  writer.varint(first.timeUs);
  for (const record of records) writeRecord(writer, record, first.timeUs);
};

const writeRecord = (writer: ByteWriter, record: GatewayRecord, baseUs: number): void => {
  writer.varint(record.probe).u8(record.kind);
  writeBounded(writer, record.sequence, maxSequence);
  writer.varint(zigzag(record.timeUs - baseUs));
  writeBounded(writer, record.lifetimeMs, maxLifetimeMs);
  writeBounded(writer, record.payload.length, maxPayloadBytes);
  writer.bytes(record.payload);
};

/** Payloads are views into the message. Meaningless when the reader has failed. */
export const readAggregate = (reader: ByteReader): Aggregate => {
  const rosterVersion = readPositive(reader);
  const baseUs = reader.varint();
  const records: GatewayRecord[] = [];
  do {
    records.push(readRecord(reader, baseUs));
    if (records.length > maxRecords) reader.fail();
  } while (reader.remaining > 0 && !reader.failed);
  return { rosterVersion, records };
};

const readRecord = (reader: ByteReader, baseUs: number): GatewayRecord => {
  const probe = reader.varint();
  const kind = reader.u8();
  const sequence = readBounded(reader, maxSequence);
  const timeUs = baseUs + reader.zigzag();
  if (timeUs < 0 || timeUs > Number.MAX_SAFE_INTEGER) reader.fail();
  const lifetimeMs = readBounded(reader, maxLifetimeMs);
  const payload = reader.bytes(readBounded(reader, maxPayloadBytes));
  return { probe, kind, sequence, timeUs, lifetimeMs, payload };
};

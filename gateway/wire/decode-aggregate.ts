// The body of an aggregate frame becomes records, docs/protocol.md §2.3. Payloads are views into the message.
import type { ByteReader } from "../../firmware-bridge/frames/bytes.ts";
import { readBounded, readPositive } from "./fields.ts";
import { type Aggregate, maxLifetimeMs, maxPayloadBytes, maxRecords, maxSequence } from "./frame-types.ts";
import type { GatewayRecord } from "./record.ts";

/** Meaningless when the reader has failed. */
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

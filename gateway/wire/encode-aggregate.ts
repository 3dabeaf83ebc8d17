// Many records become the body of one aggregate frame, docs/protocol.md §2.3. The layout is written twice here, as bytes and as
// their number, so that a queue knows when its packet is full before it encodes; a property test holds the two together.
import { type ByteWriter, varintBytes, zigzag } from "../../firmware-bridge/frames/bytes.ts";
import { requireAtMost, writeBounded, writePositive } from "./fields.ts";
import { type Aggregate, maxLifetimeMs, maxPayloadBytes, maxRecords, maxSequence } from "./frame-types.ts";
import type { GatewayRecord } from "./record.ts";

/** What a message with one aggregate holds beside its records, at the longest: version, type, length, roster version, base time. */
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

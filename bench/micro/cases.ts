// The gateway's code alone, as it runs in a room of ten phones with ten probes each, without channels and timers.

import { capabilities, probeClasses } from "../../firmware-bridge/devices/device-info.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { RecordAllowance } from "../../gateway/admission/record-allowance.ts";
import { Demux } from "../../gateway/records/demux.ts";
import { Ledger } from "../../gateway/records/ledger.ts";
import { Mux } from "../../gateway/records/mux.ts";
import { decodeMessage } from "../../gateway/wire/decode-message.ts";
import { encodeMessage } from "../../gateway/wire/encode-message.ts";
import { defaultWindowMs, type GatewayRecord } from "../../gateway/wire/record.ts";

export interface MicroBench {
  readonly name: string;
  /** The records in one call of `run`. */
  readonly records: number;
  run(): void;
}

const probes = 10;
/** Every probe at 4 Hz in a window of 180 ms leaves about seven; a full packet holds twenty-odd. */
const recordsPerAggregate = 20;
const payloadBytes = 40;
const peers = 9;

const payload = new Uint8Array(payloadBytes).fill(0x61);

/** Used again and again, so that the time to make it is not measured. */
type ReusedRecord = { -readonly [Key in keyof GatewayRecord]: GatewayRecord[Key] };

const recordOf = (sequence: number): ReusedRecord => ({
  probe: 1 + (sequence % probes),
  kind: kinds.opaque,
  sequence,
  timeUs: 3_600_000_000 + sequence * 25_000,
  lifetimeMs: 0,
  payload,
});

const someRecords = (): readonly ReusedRecord[] => Array.from({ length: recordsPerAggregate }, (_, i) => recordOf(i));

const numberAnew = (records: readonly ReusedRecord[]): void => {
  for (const record of records) {
    record.sequence += recordsPerAggregate;
    record.timeUs += 250_000;
  }
};

const roster = {
  version: 1,
  name: "Anna",
  isHidden: false,
  probes: Array.from({ length: probes }, (_, i) => ({
    index: i + 1,
    name: `probe ${i + 1}`,
    probeClass: probeClasses.armProbe,
    capabilities: capabilities.motionOut,
    isConnected: true,
  })),
};

const encodeCase = (): MicroBench => {
  const records = someRecords();
  return {
    name: "encode an aggregate",
    records: recordsPerAggregate,
    run: () => void encodeMessage([{ type: "aggregate", rosterVersion: 1, records }]),
  };
};

const decodeCase = (): MicroBench => {
  const message = encodeMessage([{ type: "aggregate", rosterVersion: 1, records: someRecords() }]);
  return { name: "decode an aggregate", records: recordsPerAggregate, run: () => void decodeMessage(message) };
};

/** From the announcement of each record until nine channels have their one message. */
const muxCase = (): MicroBench => {
  let flush: () => void = () => undefined;
  const mux = new Mux({
    now: () => 0,
    schedule: (_delayMs, task) => {
      flush = task;
      return () => undefined;
    },
    windowMs: defaultWindowMs,
  });
  for (let i = 0; i < peers; i++) {
    mux.addPeer(`peer ${i}`, { send: () => true, bufferedBytes: () => 0 }, new Ledger());
    mux.setInterest(`peer ${i}`, [{ probe: 0, minIntervalMs: 0 }]);
  }
  const records = someRecords();
  return {
    name: `mux to ${peers} peers`,
    records: recordsPerAggregate,
    run: () => {
      numberAnew(records);
      for (const record of records) mux.announce(record);
      flush();
    },
  };
};

/** From a decoded aggregate to the delivery of each record. */
const demuxCase = (): MicroBench => {
  let nowMs = 0;
  let delivered = 0;
  const demux = new Demux({
    now: () => nowMs,
    ledger: new Ledger(),
    allowance: new RecordAllowance(() => nowMs),
    gate: () => "in-time",
    deliver: () => {
      delivered++;
    },
    onFlood: () => undefined,
  });
  demux.onRoster(roster);
  const records = someRecords();
  return {
    name: "demux",
    records: recordsPerAggregate,
    run: () => {
      nowMs += 1000; // Otherwise the limit of records a second would be measured.
      const before = delivered;
      numberAnew(records);
      demux.onAggregate({ rosterVersion: 1, records });
      if (delivered !== before + recordsPerAggregate) throw new Error("not all was delivered");
    },
  };
};

export const microBenches = (): readonly MicroBench[] => [encodeCase(), decodeCase(), muxCase(), demuxCase()];

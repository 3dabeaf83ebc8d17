// Records as tests need them: everything that a test does not speak of has a plain value.
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { encodeCommandTarget } from "../../gateway/wire/command-payload.ts";
import { type GatewayRecord, lifetimeMsOf } from "../../gateway/wire/record.ts";

export const makeRecord = (fields: Partial<GatewayRecord> = {}): GatewayRecord => {
  const kind = fields.kind ?? kinds.motion;
  return {
    probe: 1,
    kind,
    sequence: 0,
    timeUs: 0,
    lifetimeMs: lifetimeMsOf(kind),
    payload: new Uint8Array(8),
    ...fields,
  };
};

export const makeGesture = (fields: Partial<GatewayRecord> = {}): GatewayRecord =>
  makeRecord({ kind: kinds.gesture, payload: Uint8Array.of(1, 200), ...fields });

export const makeCommand = (fields: Partial<GatewayRecord> = {}): GatewayRecord =>
  makeRecord({
    kind: kinds.vibrate,
    probe: 0,
    payload: encodeCommandTarget(0, Uint8Array.of(100, 15)),
    ...fields,
  });

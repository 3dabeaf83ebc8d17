// The rooms of the house and what each may import: the table that `npm run check` proves. docs/architecture.md draws
// it. A room may always import from itself. The files at the root of a folder are a room of their own, named like the
// folder.

const firmwareBridge = {
  "firmware-bridge/frames": [],
  "firmware-bridge/devices": ["firmware-bridge/frames"],
  "firmware-bridge/gestures": ["firmware-bridge/frames"],
  "firmware-bridge/simulated": ["firmware-bridge/frames", "firmware-bridge/devices", "firmware-bridge/gestures"],
} as const;

/** What a gateway's rooms need of firmware-bridge/: how bytes are read, and what devices and gestures are. */
const device = ["firmware-bridge/frames", "firmware-bridge/devices", "firmware-bridge/gestures"] as const;

const upToRecords = [
  "gateway/basics",
  "gateway/wire",
  "gateway/admission",
  "gateway/probes",
  "gateway/records",
] as const;

const gateway = {
  "gateway/basics": [],
  "gateway/wire": ["firmware-bridge/frames", "gateway/basics"],
  "gateway/admission": ["firmware-bridge/frames", "gateway/basics", "gateway/wire"],
  "gateway/probes": [...device, "gateway/basics", "gateway/wire"],
  "gateway/records": ["firmware-bridge/frames", "gateway/basics", "gateway/wire", "gateway/admission"],
  "gateway/peers": ["firmware-bridge/frames", "gateway/basics", "gateway/wire", "gateway/admission", "gateway/records"],
  "gateway/power": ["firmware-bridge/frames", "gateway/basics", "gateway/wire", "gateway/probes"],
  "gateway/key-change": ["firmware-bridge/frames", ...upToRecords, "gateway/peers"],
  gateway: [...device, ...upToRecords, "gateway/peers", "gateway/key-change"],
  "gateway/statistics": [...device, ...upToRecords, "gateway/peers", "gateway/power", "gateway"],
  "gateway/recording": [...upToRecords, "gateway/peers", "gateway/power", "gateway/statistics"],
} as const;

const pureRooms = [
  ...device,
  "firmware-bridge/simulated",
  ...(Object.keys(gateway) as (keyof typeof gateway)[]),
] as const;

/** `ui` and `panel` own their seams, app-model.ts and panel-model.ts: others import those, never the reverse. */
const web = {
  "web/platform": ["firmware-bridge/devices", "gateway/basics", "gateway/wire"],
  "web/ui": [...pureRooms],
  "web/panel": [...pureRooms, "web/platform", "web/ui"],
  "web/store": [...pureRooms, "web/platform", "web/ui", "web/panel"],
  "web/ble": [...device, "gateway/basics", "gateway/wire", "web/platform"],
  "web/phone": [...device, "gateway/basics", "gateway/wire", "gateway/probes", "web/platform"],
  "web/mesh": [...pureRooms, "web/platform"],
  "web/room": [...pureRooms, "web/ui"],
  "web/probes": [...pureRooms, "web/platform", "web/ui", "web/ble", "web/phone", "web/room"],
  "web/key-change": [...pureRooms, "web/ui", "web/room"],
  "web/power": [...pureRooms, "web/platform", "web/ui", "web/panel", "web/store"],
  "web/figures": [...pureRooms, "web/platform", "web/ui", "web/panel", "web/store"],
} as const;

const webRooms = Object.keys(web) as (keyof typeof web)[];

const signalingServer = { "signaling-server": ["gateway/basics", "gateway/wire"] } as const;

/** Native phones and pages of the bench run the product's own code. */
const product = [...pureRooms, "web/platform", "web/ble", "web/mesh"] as const;

const bench = {
  "bench/load": [...pureRooms],
  "bench/modes": [...pureRooms, "bench/load"],
  "bench/meters": [...pureRooms, "bench/load", "bench/modes"],
  "bench/members": [...product, "bench/load", "bench/modes", "bench/meters"],
  "bench/roles": [...product, "bench/load", "bench/modes", "bench/meters", "bench/members"],
  "bench/page": ["bench/roles"],
  "bench/options": [...pureRooms, "bench/load", "bench/modes", "bench/meters", "bench/members", "bench/roles"],
} as const;

const underStage = Object.keys(bench) as (keyof typeof bench)[];

const benchTop = {
  "bench/stage": [...product, "signaling-server", ...underStage],
  "bench/report": [...pureRooms, ...underStage],
  "bench/micro": [...product, "bench/report"],
  bench: [...product, ...underStage, "bench/stage", "bench/report"],
} as const;

const everything = [
  ...pureRooms,
  "web",
  ...webRooms,
  "signaling-server",
  ...underStage,
  ...(Object.keys(benchTop) as (keyof typeof benchTop)[]),
] as const;

/** Each room with the rooms that it may import. Whatever the product is, the tests may look at it. */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  ...firmwareBridge,
  ...gateway,
  ...web,
  web: [...pureRooms, ...webRooms],
  ...signalingServer,
  ...bench,
  ...benchTop,
  tests: [...everything],
};

// A page with nothing on it but a pair button and the product's Bluetooth modules: ble-link.test.ts drives it, and the
// contract of `DeviceLink` runs in it on the real thing. The probe on the other side is an EmulatedArmProbe, reached
// through `emulatedProbe`.
import type {
  DeviceCommand,
  DeviceEvent,
  DeviceLinkListener,
  LinkState,
  WriteOutcome,
} from "../../../firmware-bridge/devices/device-link.ts";
import { earlDriver } from "../../../firmware-bridge/devices/earl-driver.ts";
import type { Now, Schedule } from "../../../gateway/basics/runtime.ts";
import { GattLink } from "../../../web/ble/gatt-link.ts";
import {
  type BluetoothPlatform,
  bluetoothProblem,
  chooseDevice,
  type PairingOutcome,
} from "../../../web/ble/pairing.ts";
import { ownDeviceHold } from "../../../web/platform/device-hold.ts";
import { type DeviceLinkHarness, deviceLinkContract } from "../../contracts/device-link-contract.ts";

/** What the test's process does for the page, by name; bytes travel as arrays of numbers. */
export interface ProbeRemote {
  notify(chunk: readonly number[]): Promise<void>;
  send(kind: number, payload: readonly number[]): Promise<void>;
  received(): Promise<readonly { readonly kind: number; readonly payload: readonly number[] }[]>;
  drop(): Promise<void>;
  comeBack(): Promise<void>;
  setSilent(isSilent: boolean): Promise<void>;
}

export interface LinkLog {
  readonly states: LinkState[];
  readonly events: { readonly kind: number; readonly payload: readonly number[] }[];
  readonly discards: { readonly cause: string; readonly count: number }[];
}

export interface BlePage {
  problem(): Promise<string | undefined>;
  /** What came of the last tap on the button. */
  pairing(): Promise<PairingOutcome["kind"] | string>;
  /** Opens a link to the paired device at the speed of the wall clock. */
  open(): Promise<LinkState>;
  log(): LinkLog;
  write(kind: number, payload: readonly number[], lifetimeMs: number): Promise<WriteOutcome>;
  close(): Promise<void>;
  /** Throws what the clause throws. */
  runClause(name: string): Promise<void>;
}

declare global {
  var blePage: BlePage;
  /** Exposed by the test. */
  var emulatedProbe: <K extends keyof ProbeRemote>(
    name: K,
    ...args: Parameters<ProbeRemote[K]>
  ) => ReturnType<ProbeRemote[K]>;
}

/** The contract waits for time-outs of several seconds; the link under test lives on a clock that is faster by this. */
const contractSpeed = 5;

const timeAt = (speed: number): { readonly now: Now; readonly schedule: Schedule } => ({
  now: () => performance.now() * speed,
  schedule: (delayMs, task) => {
    const timer = setTimeout(task, delayMs / speed);
    return () => clearTimeout(timer);
  },
});

const platform: BluetoothPlatform = { bluetooth: navigator.bluetooth, isSecureContext };
let lastPairing: Promise<PairingOutcome> | undefined;
let link: GattLink | undefined;
let log: LinkLog = { states: [], events: [], discards: [] };

const pairedDevice = async (): Promise<BluetoothDevice> => {
  const outcome = await lastPairing;
  if (outcome?.kind !== "chosen") throw new Error("no device is paired");
  return outcome.device;
};

const linkAt = async (speed: number): Promise<GattLink> =>
  new GattLink({
    device: await pairedDevice(),
    driver: earlDriver,
    hold: ownDeviceHold,
    random: () => 0.5,
    ...timeAt(speed),
  });

const recordingListener = (into: LinkLog): DeviceLinkListener => ({
  onState: (state) => into.states.push(state),
  onEvent: ({ kind, payload }: DeviceEvent) => into.events.push({ kind, payload: [...payload] }),
  onDiscard: (cause, count) => into.discards.push({ cause, count }),
});

const contractHarness = async (): Promise<DeviceLinkHarness> => {
  const { now, schedule } = timeAt(contractSpeed);
  return {
    link: await linkAt(contractSpeed),
    now,
    wait: (ms) => new Promise((resolve) => void schedule(ms, resolve)),
    notify: (kind, payload) => emulatedProbe("send", kind, [...payload]),
    notifyBytes: (chunk) => emulatedProbe("notify", [...chunk]),
    received: async () =>
      (await emulatedProbe("received")).map(({ kind, payload }) => ({ kind, payload: Uint8Array.from(payload) })),
    drop: () => emulatedProbe("drop"),
    comeBack: () => emulatedProbe("comeBack"),
    setSilent: (isSilent) => emulatedProbe("setSilent", isSilent),
  };
};

globalThis.blePage = {
  problem: () => bluetoothProblem(platform, timeAt(1).schedule),
  async pairing() {
    const outcome = await lastPairing;
    return outcome?.kind === "failed" ? outcome.failure : (outcome?.kind ?? "not asked");
  },
  async open() {
    log = { states: [], events: [], discards: [] };
    link = await linkAt(1);
    return link.open(recordingListener(log));
  },
  log: () => log,
  async write(kind, payload, lifetimeMs) {
    if (link === undefined) throw new Error("no link is open");
    const command: DeviceCommand = {
      kind,
      payload: Uint8Array.from(payload),
      expiresAtMs: performance.now() + lifetimeMs,
    };
    return link.write(command);
  },
  async close() {
    await link?.close();
  },
  async runClause(name) {
    const harness = await contractHarness();
    try {
      await deviceLinkContract.find((clause) => clause.name === name)?.run(harness);
    } finally {
      await harness.link.close();
    }
  },
};

const button = document.createElement("button");
button.textContent = "pair";
button.addEventListener("click", () => {
  lastPairing = chooseDevice(platform, earlDriver, { free: 1 });
});
document.body.append(button);

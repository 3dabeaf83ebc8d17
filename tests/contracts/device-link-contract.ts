// What every `DeviceLink` (firmware-bridge/devices/device-link.ts) must do, simulated or over the air. Plain functions
// that throw on violation: any test runner, Node or a page, runs `deviceLinkContract` with a fresh harness for each
// clause; all waiting goes through the harness.

import type {
  DeviceCommand,
  DeviceEvent,
  DeviceLink,
  LinkState,
  WriteOutcome,
} from "../../firmware-bridge/devices/device-link.ts";
import { equalBytes } from "../../firmware-bridge/frames/bytes.ts";
import { maxMessagePayload } from "../../firmware-bridge/frames/frame.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";

/**
 * A link that has not been opened, and the device behind it: one that can vibrate and change its rate, and has no LED.
 */
export interface DeviceLinkHarness {
  readonly link: DeviceLink;
  /** The clock of the link's times. */
  now(): number;
  /** Lets that much time pass on whatever clock the link lives by. */
  wait(ms: number): Promise<void>;
  /** The device sends one message, each frame in a notification of its own. */
  notify(kind: number, payload: Uint8Array): Promise<void>;
  /** The device sends one notification of these bytes. */
  notifyBytes(chunk: Uint8Array): Promise<void>;
  /** All messages that have been written to the device, oldest first. */
  received(): Promise<readonly { readonly kind: number; readonly payload: Uint8Array }[]>;
  /** The device goes out of range; an open link breaks. */
  drop(): Promise<void>;
  comeBack(): Promise<void>;
  /** A silent device stays in range and answers nothing. */
  setSilent(isSilent: boolean): Promise<void>;
}

export interface DeviceLinkClause {
  /** Begins with "should". */
  readonly name: string;
  run(harness: DeviceLinkHarness): Promise<void>;
}

/** Longer than a link's own time limits and its first attempts to reconnect. */
const patienceMs = 30_000;
const pollMs = 20;
/** Long enough for what must not happen to happen. */
const quietMs = 500;
/** A command that is in no hurry. */
const farMs = 2 * patienceMs;

const expect = (isTrue: boolean, what: string): void => {
  if (!isTrue) throw new Error(`device link contract: ${what}`);
};

const until = async (harness: DeviceLinkHarness, what: string, holds: () => boolean): Promise<void> => {
  for (let waitedMs = 0; !holds(); waitedMs += pollMs) {
    expect(waitedMs < patienceMs, `${what} within ${patienceMs} ms`);
    await harness.wait(pollMs);
  }
};

/** What the promise settles with, waiting on the harness's clock. */
const settled = async <T>(harness: DeviceLinkHarness, what: string, promise: Promise<T>): Promise<T> => {
  let isSettled = false;
  const settle = (): void => {
    isSettled = true;
  };
  promise.then(settle, settle);
  await until(harness, what, () => isSettled);
  return promise;
};

/** Everything that a link reports to its listener. */
class Ear {
  readonly states: LinkState[] = [];
  readonly events: DeviceEvent[] = [];
  readonly discards: { readonly cause: string; readonly count: number }[] = [];

  onState(state: LinkState): void {
    this.states.push(state);
  }

  onEvent(event: DeviceEvent): void {
    this.events.push(event);
  }

  onDiscard(cause: string, count: number): void {
    this.discards.push({ cause, count });
  }

  /** A device may report its battery and its movement unasked, so each clause looks only at what it had sent. */
  payloads(kind: number): readonly Uint8Array[] {
    return this.events.filter((event) => event.kind === kind).map(({ payload }) => payload);
  }
}

const opened = async (harness: DeviceLinkHarness): Promise<Ear> => {
  const ear = new Ear();
  const state = await settled(harness, "open", harness.link.open(ear));
  expect(state.kind === "connected", `open ended as ${state.kind}`);
  return ear;
};

const command = (harness: DeviceLinkHarness, kind: number, payload: readonly number[]): DeviceCommand => ({
  kind,
  payload: Uint8Array.from(payload),
  expiresAtMs: harness.now() + farMs,
});

const vibrate = (harness: DeviceLinkHarness, strength: number): DeviceCommand =>
  command(harness, kinds.vibrate, [strength, 5]);

const write = (harness: DeviceLinkHarness, wanted: DeviceCommand): Promise<WriteOutcome> =>
  settled(harness, "the outcome of a write", harness.link.write(wanted));

const receivedPayloads = async (harness: DeviceLinkHarness, kind: number): Promise<readonly Uint8Array[]> =>
  (await harness.received()).filter((message) => message.kind === kind).map(({ payload }) => payload);

const expectBytes = (actual: readonly Uint8Array[], expected: readonly Uint8Array[], what: string): void =>
  expect(
    actual.length === expected.length && expected.every((bytes, i) => equalBytes(bytes, actual[i] ?? new Uint8Array())),
    `${what}: [${actual.join("; ")}] instead of [${expected.join("; ")}]`,
  );

export const deviceLinkContract: readonly DeviceLinkClause[] = [
  {
    name: "should know nothing of the device before it is connected, and its class and capabilities from then on",
    async run(harness) {
      const { link } = harness;
      expect(link.deviceId.length > 0 && link.name.length > 0, "an id and a name");
      expect(link.state.kind === "connecting", "connecting at first");
      expect(link.info.probeClass === 0 && link.info.capabilities === 0, "unknown info at first");
      const infos: number[] = [];
      const ear = new Ear();
      const opening = link.open({
        onState: (state) => {
          ear.onState(state);
          if (state.kind === "connected") infos.push(link.info.capabilities);
        },
        onEvent: (event) => ear.onEvent(event),
        onDiscard: (cause, count) => ear.onDiscard(cause, count),
      });
      await settled(harness, "open", opening);
      expect(link.state.kind === "connected", "connected");
      expect(ear.states.at(-1)?.kind === "connected", "the listener hears of it");
      expect((infos[0] ?? 0) !== 0, "capabilities known when the listener hears of it");
    },
  },
  {
    name: "should go on trying when the device is not there yet",
    async run(harness) {
      await harness.drop();
      const opening = harness.link.open(new Ear());
      await harness.wait(quietMs);
      expect(harness.link.state.kind !== "connected", "not connected to nothing");
      await harness.comeBack();
      const state = await settled(harness, "open", opening);
      expect(state.kind === "connected", "connected when the device has come");
    },
  },
  {
    name: "should hand on the device's messages whole, in order, with the time at which they came",
    async run(harness) {
      const ear = await opened(harness);
      const sent = [Uint8Array.of(1, 1), Uint8Array.of(1, 0), Uint8Array.of(2, 1)];
      const fromMs = harness.now();
      for (const payload of sent) await harness.notify(kinds.button, payload);
      await until(harness, "all messages", () => ear.payloads(kinds.button).length >= sent.length);
      expectBytes(ear.payloads(kinds.button), sent, "messages");
      for (const { receivedAtMs } of ear.events.filter(({ kind }) => kind === kinds.button)) {
        expect(receivedAtMs >= fromMs && receivedAtMs <= harness.now(), "a time between sending and now");
      }
    },
  },
  {
    name: "should put a message of many fragments together",
    async run(harness) {
      const ear = await opened(harness);
      const payload = Uint8Array.from({ length: maxMessagePayload }, (_, i) => i);
      await harness.notify(kinds.opaque, payload);
      await until(harness, "the message", () => ear.payloads(kinds.opaque).length > 0);
      expectBytes(ear.payloads(kinds.opaque), [payload], "message");
    },
  },
  {
    name: "should tell what it throws away, and understand what comes after garbage",
    async run(harness) {
      const ear = await opened(harness);
      await harness.notifyBytes(Uint8Array.of(0x00, 0x13, 0x37));
      await harness.notify(kinds.button, Uint8Array.of(1, 1));
      await until(harness, "the message", () => ear.payloads(kinds.button).length > 0);
      const skipped = ear.discards.filter(({ cause }) => cause === "skippedBytes");
      expect(skipped.reduce((sum, { count }) => sum + count, 0) === 3, "three skipped bytes");
    },
  },
  {
    name: "should write a command once, and say so when the device has it",
    async run(harness) {
      await opened(harness);
      const outcome = await write(harness, vibrate(harness, 50));
      expect(outcome.kind === "written" && outcome.atMs <= harness.now(), `${outcome.kind} instead of written`);
      expectBytes(await receivedPayloads(harness, kinds.vibrate), [Uint8Array.of(50, 5)], "commands");
    },
  },
  {
    name: "should write a command longer than a frame whole",
    async run(harness) {
      await opened(harness);
      const payload = Array.from({ length: maxMessagePayload }, (_, i) => 255 - i);
      const outcome = await write(harness, command(harness, kinds.opaque, payload));
      expect(outcome.kind === "written", `${outcome.kind} instead of written`);
      expectBytes(await receivedPayloads(harness, kinds.opaque), [Uint8Array.from(payload)], "commands");
    },
  },
  {
    name: "should not begin a command after it has expired",
    async run(harness) {
      await opened(harness);
      const outcome = await write(harness, { ...vibrate(harness, 50), expiresAtMs: harness.now() - 1 });
      expect(outcome.kind === "expired", `${outcome.kind} instead of expired`);
      await harness.wait(quietMs);
      expectBytes(await receivedPayloads(harness, kinds.vibrate), [], "commands");
    },
  },
  {
    name: "should replace a command that waits by a newer one of its kind, and by no other",
    async run(harness) {
      await opened(harness);
      const writes = [
        vibrate(harness, 1),
        vibrate(harness, 2),
        command(harness, kinds.rate, [10]),
        vibrate(harness, 3),
      ].map((wanted) => harness.link.write(wanted));
      const outcomes = await settled(harness, "four outcomes", Promise.all(writes));
      const [first, ...rest] = outcomes.map(({ kind }) => kind);
      // The first is begun at once unless the link itself is asking the device something.
      expect(first === "written" || first === "superseded", `${first} instead of written`);
      expect(rest.join(" ") === "superseded written written", rest.join(" "));
      const begun = first === "written" ? [Uint8Array.of(1, 5)] : [];
      expectBytes(await receivedPayloads(harness, kinds.vibrate), [...begun, Uint8Array.of(3, 5)], "vibrations");
      expectBytes(await receivedPayloads(harness, kinds.rate), [Uint8Array.of(10)], "rates");
    },
  },
  {
    name: "should refuse a command that the device cannot carry out",
    async run(harness) {
      await opened(harness);
      const outcome = await write(harness, command(harness, kinds.led, [255, 0, 0, 0, 0]));
      expect(outcome.kind === "failed" && outcome.failure === "not-supported-by-probe", outcome.kind);
      expectBytes(await receivedPayloads(harness, kinds.led), [], "commands");
    },
  },
  {
    name: "should seek a device that was lost, and be as before when it is back",
    async run(harness) {
      const { deviceId } = harness.link;
      const ear = await opened(harness);
      await harness.notify(kinds.button, Uint8Array.of(1, 1));
      await harness.drop();
      await until(harness, "reconnecting", () => harness.link.state.kind === "reconnecting");
      await harness.comeBack();
      await until(harness, "connected again", () => harness.link.state.kind === "connected");
      expect(harness.link.deviceId === deviceId, "the same device");
      await harness.notify(kinds.button, Uint8Array.of(2, 1));
      await until(harness, "a message after the drop", () => ear.payloads(kinds.button).length >= 2);
      expectBytes(ear.payloads(kinds.button), [Uint8Array.of(1, 1), Uint8Array.of(2, 1)], "messages");
      // The device may begin its numbers again: nothing of the old connection counts in the new one.
      expect(!ear.discards.some(({ cause }) => cause === "lostFrames"), "no frames counted as lost");
      const outcome = await write(harness, vibrate(harness, 50));
      expect(outcome.kind === "written", `${outcome.kind} instead of written`);
    },
  },
  {
    name: "should not say that a command was written while the device is away",
    async run(harness) {
      await opened(harness);
      await harness.drop();
      await until(harness, "reconnecting", () => harness.link.state.kind === "reconnecting");
      const outcome = await write(harness, { ...vibrate(harness, 50), expiresAtMs: harness.now() + quietMs });
      expect(outcome.kind === "failed" || outcome.kind === "expired", `${outcome.kind} to a device that is away`);
    },
  },
  {
    name: "should give up a write that a silent device does not confirm, and write again when it answers",
    async run(harness) {
      await opened(harness);
      await harness.setSilent(true);
      const outcome = await write(harness, vibrate(harness, 50));
      expect(outcome.kind === "failed" && outcome.failure === "link-timeout", outcome.kind);
      await harness.setSilent(false);
      await until(harness, "connected", () => harness.link.state.kind === "connected");
      const again = await write(harness, vibrate(harness, 60));
      expect(again.kind === "written", `${again.kind} instead of written`);
    },
  },
  {
    name: "should end for good when it is closed: no write is left open, and nothing more is heard",
    async run(harness) {
      const ear = await opened(harness);
      await harness.setSilent(true);
      const pending = [vibrate(harness, 1), vibrate(harness, 2)].map((wanted) => harness.link.write(wanted));
      await settled(harness, "close", harness.link.close());
      for (const outcome of await settled(harness, "the pending writes", Promise.all(pending))) {
        expect(outcome.kind === "failed" || outcome.kind === "superseded", `${outcome.kind} after close`);
      }
      await harness.setSilent(false);
      await settled(harness, "a second close", harness.link.close());
      const late = await write(harness, vibrate(harness, 3));
      expect(late.kind === "failed", `${late.kind} after close`);
      await harness.notify(kinds.button, Uint8Array.of(1, 1));
      await harness.wait(quietMs);
      expectBytes(ear.payloads(kinds.button), [], "messages after close");
      const kindsOfStates = ear.states.map(({ kind }) => kind);
      expect(kindsOfStates.indexOf("closed") === kindsOfStates.length - 1, "closed once, and last");
      expect(harness.link.state.kind === "closed", "closed");
    },
  },
  {
    name: "should be closed by whoever waits no longer for a device that never came",
    async run(harness) {
      await harness.drop();
      const opening = harness.link.open(new Ear());
      await harness.wait(quietMs);
      await settled(harness, "close", harness.link.close());
      const state = await settled(harness, "open", opening);
      expect(state.kind === "closed", `${state.kind} instead of closed`);
      await harness.comeBack();
      await harness.wait(patienceMs / 2);
      expect(harness.link.state.kind === "closed", "still closed when the device comes");
    },
  },
];

// How long this page works for its gateway: everything that calls the gateway (timers, channels, links) is wrapped and
// timed.
// Neighbours: main.ts wraps them, load-meter.ts computes the share. Work that the browser does for us (networking,
// Bluetooth, drawing) is not counted.
import type { DeviceLink } from "../../firmware-bridge/devices/device-link.ts";
import type { Now, Schedule } from "../../gateway/basics/runtime.ts";
import type { Channel } from "../../gateway/wire/channel.ts";

export class BusyTime {
  readonly #now: Now;
  #totalMs = 0;
  #isRunning = false;

  constructor(now: Now) {
    this.#now = now;
  }

  /** Since the page was opened. */
  get totalMs(): number {
    return this.#totalMs;
  }

  /** Runs `task` and counts its time; a task within a task is counted once. */
  run<T>(task: () => T): T {
    if (this.#isRunning) return task();
    const begunMs = this.#now();
    this.#isRunning = true;
    try {
      return task();
    } finally {
      this.#isRunning = false;
      this.#totalMs += this.#now() - begunMs;
    }
  }
}

export const timedSchedule =
  (schedule: Schedule, busy: BusyTime): Schedule =>
  (delayMs, task) =>
    schedule(delayMs, () => busy.run(task));

/** The same channel, whose events are timed. */
export const timedChannel = (channel: Channel, busy: BusyTime): Channel => ({
  localSessionId: channel.localSessionId,
  remoteSessionId: channel.remoteSessionId,
  dialedBy: channel.dialedBy,
  signaledBy: channel.signaledBy,
  fingerprints: () => channel.fingerprints(),
  listen: (listener) =>
    channel.listen({
      onMessage: (message) => busy.run(() => listener.onMessage(message)),
      onDrain: () => busy.run(() => listener.onDrain()),
      onClose: (reason) => busy.run(() => listener.onClose(reason)),
    }),
  send: (message) => channel.send(message),
  bufferedBytes: () => channel.bufferedBytes(),
  close: (reason) => channel.close(reason),
});

/** The same link, whose events are timed. */
export const timedLink = (link: DeviceLink, busy: BusyTime): DeviceLink => ({
  deviceId: link.deviceId,
  name: link.name,
  get info() {
    return link.info;
  },
  get state() {
    return link.state;
  },
  open: (listener) =>
    link.open({
      onState: (state) => busy.run(() => listener.onState(state)),
      onEvent: (event) => busy.run(() => listener.onEvent(event)),
      onDiscard: (cause, count) => busy.run(() => listener.onDiscard(cause, count)),
    }),
  write: (command) => link.write(command),
  expireWaiting: () => link.expireWaiting(),
  close: () => link.close(),
});

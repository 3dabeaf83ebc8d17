// A room of native phones under load, on real DataChannels and real time, with the same books as a room in memory
// (faulty-room.ts). The phones find each other by whatever server they are given; with a `UdpRelay` between them the
// network is as bad as a test wants it.
import { startNativePhone } from "../../bench/stage/native-phone.ts";
import { capabilities, probeClasses } from "../../firmware-bridge/devices/device-info.ts";
import { kinds } from "../../firmware-bridge/frames/kinds.ts";
import { encodeGesture } from "../../firmware-bridge/frames/payloads.ts";
import { gestureCode } from "../../firmware-bridge/gestures/gestures.ts";
import type { GatewayEvent } from "../../gateway/gateway-events.ts";
import type { Peer } from "../../gateway/peers/peer.ts";
import { buzzRateRange, defaultWearerLimits } from "../../gateway/probes/wearer-limits.ts";
import { deriveRoom, makeRoomKey, type Room } from "../../gateway/wire/room-key.ts";
import type { RoomSession } from "../../web/mesh/room-session.ts";
import { now, schedule } from "../../web/platform/timers.ts";
import { webCrypto } from "../../web/platform/web-crypto.ts";
import { DialMeter } from "./dial-meter.ts";
import { Dice } from "./dice.ts";
import { EffectBook } from "./effect-book.ts";
import type { FaultedRoom } from "./fault-verdict.ts";
import { patienceMs } from "./patience.ts";
import { addSums, noSums, type Sums } from "./record-sums.ts";
import { RecordingLink } from "./recording-link.ts";
import { unaccounted } from "./unaccounted.ts";

const lookMs = 50;
/** Each says what it has counted; both must have heard it. */
const pingEveryMs = 500;

export interface NativeFaultRoomOptions {
  readonly origin: string;
  readonly phones: number;
  readonly seed: number;
}

export class NativeFaultRoom implements FaultedRoom {
  readonly phones: NativeFaultPhone[] = [];
  readonly effects = new EffectBook();
  /** For the code that relays the offers. */
  readonly dials = new DialMeter();
  greatestBufferBytes = 0;
  /**
   * Between the decision that a gesture is in time and the moment at which this is noted a busy machine may do
   * something else.
   */
  readonly graceMs = 50;
  /** SCTP hands on no packet twice. */
  readonly copies = 0;
  readonly origin: string;
  readonly #room: Room;
  readonly #dice: Dice;
  #isUnderLoad = false;

  private constructor({ origin, seed }: NativeFaultRoomOptions, room: Room) {
    this.origin = origin;
    this.#room = room;
    this.#dice = new Dice(seed);
  }

  static async whole(options: NativeFaultRoomOptions): Promise<NativeFaultRoom> {
    const room = new NativeFaultRoom(options, await deriveRoom(webCrypto, makeRoomKey(webCrypto.randomBytes)));
    for (let i = 0; i < options.phones; i++) await room.join();
    if ((await room.untilWhole(patienceMs)) === undefined) throw new Error("the room did not form");
    return room;
  }

  get size(): number {
    return this.phones.length;
  }

  get writes(): number {
    return this.phones.reduce((total, { link }) => total + link.written.length, 0);
  }

  phone(nth: number): NativeFaultPhone {
    const phone = this.phones[nth];
    if (phone === undefined) throw new Error(`there is no phone ${nth}`);
    return phone;
  }

  async join(): Promise<NativeFaultPhone> {
    const phone = await NativeFaultPhone.start(this.origin, this.#room, `Phone ${this.size + 1}`, this.effects);
    this.phones.push(phone);
    return phone;
  }

  load({ gestureEveryMs, sampleEveryMs }: { readonly gestureEveryMs: number; readonly sampleEveryMs: number }): void {
    this.#isUnderLoad = true;
    for (const phone of this.phones) {
      this.#repeat(gestureEveryMs, () => phone.wave());
      this.#repeat(sampleEveryMs, () => phone.move());
    }
  }

  /** Real time, as long as a fault lasts. */
  async pass(ms: number): Promise<void> {
    await this.#until(() => false, ms);
  }

  /** How long it took; undefined: longer than that. */
  async untilWhole(limitMs: number): Promise<number | undefined> {
    const sinceMs = now();
    return (await this.#until(() => this.isWhole(), limitMs)) ? now() - sinceMs : undefined;
  }

  isWhole(): boolean {
    return this.phones.every((phone) =>
      this.phones.every((other) => phone === other || phone.peer(other)?.state.kind === "connected"),
    );
  }

  async settle(): Promise<void> {
    this.#isUnderLoad = false;
    let pingedAtMs = Number.NEGATIVE_INFINITY;
    await this.#until(() => {
      if (now() - pingedAtMs > pingEveryMs) {
        for (const { session } of this.phones) for (const peer of session.gateway.peers) peer.ping();
        pingedAtMs = now();
      }
      return this.openRecords() === 0;
    }, patienceMs);
  }

  /**
   * Everybody waves, and everybody else is told once. A busy machine may pause for longer than a wave lives, so
   * whoever's wave was counted as too late for somebody waves again. One whose fate nobody has counted, or that was
   * told twice, fails.
   */
  async everybodyFeelsEverybody(): Promise<boolean> {
    const ways = this.phones.flatMap((from) =>
      this.phones.filter((to) => to !== from).map((to) => ({ from, to, before: fateOfWaves(from, to) })),
    );
    const waves = new Map<NativeFaultPhone, number>();
    const wave = (phone: NativeFaultPhone): void => {
      waves.set(phone, (waves.get(phone) ?? 0) + 1);
      phone.wave();
    };
    for (const phone of this.phones) wave(phone);
    return this.#until(() => {
      let isAnyOpen = false;
      const missed = new Set<NativeFaultPhone>();
      for (const { from, to, before } of ways) {
        const { told, late } = fateOfWaves(from, to);
        const counted = told + late - before.told - before.late;
        if (counted !== waves.get(from)) isAnyOpen = true;
        else if (told === before.told) missed.add(from);
      }
      for (const phone of missed) wave(phone);
      return !isAnyOpen && missed.size === 0;
    }, patienceMs);
  }

  sums(): Sums {
    return this.#pairs().reduce((sums, { sender, receiver }) => addSums(sums, sender, receiver), noSums);
  }

  openRecords(): number {
    return this.#pairs().reduce(
      (total, { sender, receiver }) => total + Math.abs(unaccounted(sender, receiver)) + sender.queued + receiver.held,
      0,
    );
  }

  /** No page of such a room ends before the test does. */
  untold(): number {
    return 0;
  }

  async close(): Promise<void> {
    this.#isUnderLoad = false;
    await Promise.all(this.phones.map(({ session }) => session.close()));
  }

  #pairs() {
    return this.phones.flatMap((phone) =>
      this.phones.flatMap((other) => {
        const sender = phone.peer(other)?.ledger.snapshot();
        const receiver = other.peer(phone)?.ledger.snapshot();
        return sender === undefined || receiver === undefined ? [] : [{ sender, receiver }];
      }),
    );
  }

  #repeat(everyMs: number, task: () => void): void {
    schedule(this.#dice.between(0.5, 1.5) * everyMs, () => {
      if (!this.#isUnderLoad) return;
      task();
      this.#repeat(everyMs, task);
    });
  }

  /** Whether it became true within the limit. */
  async #until(holds: () => boolean, limitMs: number): Promise<boolean> {
    const endMs = now() + limitMs;
    while (!holds()) {
      if (now() >= endMs) return false;
      await new Promise<void>((resolve) => schedule(lookMs, resolve));
      for (const { session } of this.phones) {
        for (const { channel } of session.gateway.peers) {
          this.greatestBufferBytes = Math.max(this.greatestBufferBytes, channel?.bufferedBytes() ?? 0);
        }
      }
    }
    return true;
  }
}

/**
 * Since they met. While nothing else is said: the fate of waves. Too late is what the receiver got too late, or the
 * sender did not even send.
 */
const fateOfWaves = (
  from: NativeFaultPhone,
  to: NativeFaultPhone,
): { readonly told: number; readonly late: number } => {
  const sender = from.peer(to)?.ledger.snapshot();
  const receiver = to.peer(from)?.ledger.snapshot();
  return {
    told: to.told.get(from.sessionId) ?? 0,
    late: (receiver?.late ?? 0) + (sender?.droppedBeforeSend.expired ?? 0),
  };
};

export class NativeFaultPhone {
  readonly session: RoomSession;
  readonly link: RecordingLink;
  /**
   * Vibrations that others' waves have asked of its band, whether its wearer's rate let them pass or not: by the
   * session that waved.
   */
  readonly told: ReadonlyMap<string, number>;
  readonly #effects: EffectBook;
  /** The sequence of its next. */
  #records = 0;

  private constructor(
    session: RoomSession,
    link: RecordingLink,
    told: ReadonlyMap<string, number>,
    effects: EffectBook,
  ) {
    this.session = session;
    this.link = link;
    this.told = told;
    this.#effects = effects;
  }

  static async start(origin: string, room: Room, name: string, effects: EffectBook): Promise<NativeFaultPhone> {
    const told = new Map<string, number>();
    const onEvent = (event: GatewayEvent): void => {
      if (event.kind === "peer-joined") {
        for (const { index } of event.peer.probes) session.gateway.watch(event.peer.gatewayId, index, 0);
      } else if (event.kind === "peer-record" && event.record.kind === kinds.motion) {
        effects.sample(session, event.peer, event.record);
      } else if (event.kind === "response" && (event.response === "written" || event.response === "rate-limited")) {
        const peer = session.gateway.peers.find(({ gatewayId }) => gatewayId === event.gatewayId);
        const by = peer?.sessionId ?? "";
        told.set(by, (told.get(by) ?? 0) + 1);
        if (event.response === "rate-limited") return;
        effects.wrote({
          at: session.sessionId,
          by,
          sequence: event.cause.sequence,
          atMs: now(),
          clockBoundMs: peer?.clockBoundMs ?? 0,
        });
      }
    };
    const session: RoomSession = await startNativePhone({ origin, room, name, onEvent });
    session.gateway.setLimits({ ...defaultWearerLimits, buzzesPerTenSeconds: buzzRateRange.most });
    const link = new RecordingLink(name, {
      probeClass: probeClasses.armProbe,
      capabilities: capabilities.motionOut | capabilities.gestureOut | capabilities.vibrateIn,
    });
    await session.gateway.addProbe(link, `${name}'s band`)?.open();
    return new NativeFaultPhone(session, link, told, effects);
  }

  get sessionId(): string {
    return this.session.sessionId;
  }

  peer(other: NativeFaultPhone): Peer | undefined {
    return this.session.gateway.peers.find(({ sessionId }) => sessionId === other.sessionId);
  }

  wave(): void {
    this.#effects.made(this.sessionId, this.#records, now());
    this.#say(kinds.gesture, encodeGesture({ gesture: gestureCode("wave"), intensity: 200 }));
  }

  move(): void {
    this.#say(kinds.motion, new Uint8Array(8));
  }

  #say(kind: number, payload: Uint8Array): void {
    this.#records++;
    this.link.emit({ kind, payload, receivedAtMs: now() });
  }
}

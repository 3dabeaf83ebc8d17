import { beforeEach, describe, expect, it } from "vitest";
import { sleeplessClock } from "../../../gateway/basics/sleepless-clock.ts";
import type { ClockedDelaySummary, PeerFigures } from "../../../gateway/statistics/statistics-types.ts";
import { FakeTime } from "../../support/fake-time.ts";
import { connect } from "../../support/memory-room.ts";
import { type MeasuredMember, newMeasuredMember } from "../../support/statistics-room.ts";

const wayMs = 10;

/** A gateway whose clocks are composed as a page's are. */
class Phone {
  /** Its wall clock minus the test's. */
  wallLeadMs = 1.75e12;
  readonly #time: FakeTime;
  readonly #originMs: number;

  constructor(time: FakeTime, originMs: number) {
    this.#time = time;
    this.#originMs = originMs;
  }

  enter(name: string): Promise<MeasuredMember> {
    const monotonicNow = (): number => this.#time.now() + this.#originMs;
    const wallNow = (): number => this.#time.now() + this.wallLeadMs;
    return newMeasuredMember(this.#time, name, { now: sleeplessClock(monotonicNow, wallNow), monotonicNow, wallNow });
  }
}

describe("A gateway whose wall clock is set", () => {
  let time: FakeTime;
  let phone: Phone;
  let anna: MeasuredMember;
  let ben: MeasuredMember;

  beforeEach(async () => {
    time = new FakeTime(50_000);
    phone = new Phone(time, 3_600_000);
    anna = await new Phone(time, 0).enter("Anna");
    ben = await phone.enter("Ben");
    await connect(time, anna, ben, () => wayMs);
    await time.advance(21_500);
  });

  const peerIn = (member: MeasuredMember): PeerFigures => {
    const [peer] = member.snapshot().peers;
    if (peer === undefined) throw new Error("no peer");
    return peer;
  };
  const expectTrue = (told: ClockedDelaySummary | undefined): void => {
    expect(told).toBeDefined();
    const { p50Ms = 0, p95Ms = 0, p99Ms = 0, maxMs = 0, boundMs = 0 } = told ?? {};
    for (const toldMs of [p50Ms, p95Ms, p99Ms, maxMs]) expect(Math.abs(toldMs - wayMs)).toBeLessThanOrEqual(boundMs);
    expect(boundMs).toBeLessThan(3 * wayMs);
  };

  it.each([260, 300, 800, 2_000, 4_900])(
    "should give true delays and drop no gesture when it is set %i ms forward",
    async (stepMs) => {
      phone.wallLeadMs += stepMs;
      for (let i = 0; i < 60; i++) {
        anna.gesture("wave");
        await time.advance(500);
      }
      const { oneWay, ledger } = peerIn(ben);
      expectTrue(oneWay.urgent.sinceStart);
      expectTrue(oneWay.ping.sinceStart);
      expect(oneWay.ping.jitterMs).toBeLessThan(1);
      expect(ledger).toMatchObject({ late: 0, delivered: 60 });
      expectTrue(peerIn(anna).oneWay.ping.sinceStart);
    },
  );

  it("should learn nothing from an answer to a ping that left before", async () => {
    for (const peer of ben.gateway.peers) peer.ping();
    phone.wallLeadMs += 2_000;
    await time.advance(100);
    anna.gesture("wave");
    await time.advance(500);
    expectTrue(peerIn(ben).oneWay.urgent.sinceStart);
    expect(peerIn(ben).roundTrip.sinceStart?.maxMs).toBeLessThan(3 * wayMs);
    expect(ben.events.filter(({ kind }) => kind === "woke")).toHaveLength(1);
  });

  it("should report it to the room at once, so that the others' figures are true as well", async () => {
    phone.wallLeadMs += 2_000;
    await time.advance(1_000); // A beat.
    for (let i = 0; i < 10; i++) {
      ben.gesture("wave");
      await time.advance(700);
    }
    const { oneWay, clockSteps, unmeasured, ledger } = peerIn(anna);
    expect(clockSteps).toBe(1);
    expectTrue(oneWay.urgent.sinceStart);
    expect(unmeasured.fromTheFuture).toBe(0);
    expect(ledger).toMatchObject({ late: 0, delivered: 10 });
  });

  it("should go on as before when it is set back", async () => {
    phone.wallLeadMs -= 3_600_000;
    for (let i = 0; i < 10; i++) {
      anna.gesture("wave");
      await time.advance(700);
    }
    expectTrue(peerIn(ben).oneWay.urgent.sinceStart);
    expect(peerIn(ben).ledger).toMatchObject({ late: 0, delivered: 10 });
  });
});

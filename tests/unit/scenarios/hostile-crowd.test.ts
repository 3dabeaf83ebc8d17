// Many identities of one attacker, each of which keeps to its own limits: what all of them cost together goes by their number, and not by how much
// each of them says.
import { beforeEach, describe, expect, it } from "vitest";
import { effectsOfAll } from "../../../gateway/admission/record-allowance.ts";
import { maxMembers } from "../../../gateway/wire/frame-types.ts";
import { FakeTime } from "../../support/fake-time.ts";
import { type HostileIdentity, hostileCrowd, madeUpSession } from "../../support/hostile-crowd.ts";
import { connect, type Member, newMember } from "../../support/memory-room.ts";
import { makeGesture } from "../../support/records.ts";

const size = 24;

let time: FakeTime;
/** How often a list of members was handed on, to whoever dials. */
let listsTaken: string[];
let anna: Member;
let crowd: readonly HostileIdentity[];

beforeEach(async () => {
  time = new FakeTime(50_000);
  listsTaken = [];
  anna = await newMember(time, "Anna", { onMembers: (_, sessionIds) => listsTaken.push(sessionIds[0] ?? "") });
  crowd = await hostileCrowd(time, anna, size);
  listsTaken.length = 0;
});

/** Each of them says so much in a second, evenly. */
const talk = async (seconds: number, perSecond: number, say: (who: HostileIdentity, nth: number) => void) => {
  for (let nth = 0; nth < seconds * perSecond; nth++) {
    for (const who of crowd) say(who, nth);
    await time.advance(1000 / perSecond);
  }
};

describe("many identities of one attacker", () => {
  it("should have one list of members taken for each of them in a second, and the newest in the end", async () => {
    await talk(5, 18, (who, nth) => {
      const sessionIds = Array.from({ length: maxMembers }, (_, k) => madeUpSession(anna, nth, k));
      who.send({ type: "members", version: nth + 1, sessionIds });
    });
    await time.advance(2_000);
    expect(listsTaken.length).toBeLessThanOrEqual(size * 7);
    expect(listsTaken.slice(-size)).toEqual(crowd.map(() => madeUpSession(anna, 5 * 18 - 1, 0)));
    expect(crowd.filter(({ isClosed }) => isClosed)).toEqual([]);
  });

  it("should not have more gestures taken than a page bears, and no gesture of an honest member lost", async () => {
    const ben = await newMember(time, "Ben");
    await connect(time, ben, anna);
    const probe = { index: 1, probeClass: 1, capabilities: 0xff, isConnected: true, name: "band" };
    for (const who of crowd)
      who.send({ type: "roster", version: 1, name: "Mallory", isHidden: false, probes: [probe] });
    await time.advance(1_000);
    anna.events.length = 0;
    const seconds = 5;
    await talk(seconds, 189, (who, nth) => {
      const record = makeGesture({ sequence: nth, timeUs: Math.round(time.now() * 1000) });
      who.send({ type: "aggregate", rosterVersion: 1, records: [record] });
      if (who === crowd[0] && nth % 63 === 0) ben.gesture("wave");
    });
    await time.advance(100);
    const taken = anna.events.flatMap((event) => (event.kind === "peer-gesture" ? [event.peer.name] : []));
    expect(taken.filter((name) => name === "Ben")).toHaveLength(3 * seconds);
    expect(taken.length / seconds).toBeLessThan(1.2 * effectsOfAll.perSecond);
    const account = anna.gateway.peers.find(({ name }) => name.startsWith("Mallory"))?.ledger.snapshot();
    expect(account?.dropped.rate).toBeGreaterThan(0);
    expect(account?.held).toBe(0);
  });
});

// What many identities of one attacker cost a member's gateway and its book of members, each within its own limits: the
// processor time of this process while they talk on fake time, without a network and without a page. Run by `npm run
// measure:crowd`.
import { Membership } from "../../gateway/peers/membership.ts";
import { encodeMessage } from "../../gateway/wire/encode-message.ts";
import { dialIdBytes, type GatewayFrame, maxMembers, maxNeighbourSdpBytes } from "../../gateway/wire/frame-types.ts";
import { FakeTime } from "../support/fake-time.ts";
import { type HostileIdentity, hostileCrowd, madeUpSession } from "../support/hostile-crowd.ts";
import { emptyLedger } from "../support/hostile-member.ts";
import { type Member, newMember } from "../support/memory-room.ts";
import { makeGesture } from "../support/records.ts";

const crowds = [16, 32, 63];
const seconds = 5;
const beatMs = 500;

const probe = { index: 1, probeClass: 1, capabilities: 0xff, isConnected: true, name: "band" };

/** Just below what one peer may do: 20 members frames, 200 gestures a second. */
const membersPerSecond = 18;
const gesturesPerSecond = 189;
const offersPerSecond = 8;

/** The message that one of them sends as its nth; made before the time is taken. */
type Script = (member: Member, identity: number, nth: number, atMs: number) => Uint8Array;

const namesNobody: Script = (member, identity, nth) =>
  encodeMessage([
    {
      type: "members",
      version: nth + 1,
      sessionIds: Array.from({ length: maxMembers }, (_, k) => madeUpSession(member, identity, nth * maxMembers + k)),
    },
  ]);

const gestures: Script = (_member, _identity, nth, atMs) =>
  encodeMessage([
    {
      type: "aggregate",
      rosterVersion: 1,
      records: [makeGesture({ probe: 1, sequence: nth & 0xffff, timeUs: Math.round(atMs * 1000) })],
    },
  ]);

const numbered =
  (frame: (version: number) => GatewayFrame): Script =>
  (_member, _identity, nth) =>
    encodeMessage([frame(nth + 2)]);

const rosters = numbered((version) => ({
  type: "roster",
  version,
  name: `Mallory ${version}`,
  isHidden: false,
  probes: Array.from({ length: 16 }, (_, n) => ({ ...probe, index: n + 1 })),
}));

const interests = numbered((version) => ({
  type: "interest",
  version,
  entries: version % 2 === 0 ? [] : [{ probe: 1, minIntervalMs: version % 60_000 }],
}));

const pings = numbered((id) => ({ type: "ping", id, t1Us: id, ledger: emptyLedger }));

/** To the identity after it, through the member. */
const offers: Script = (member, identity, nth) =>
  encodeMessage([
    {
      type: "neighbourOffer",
      from: madeUpSession(member, 0xbad, identity),
      to: madeUpSession(member, 0xbad, identity + 1),
      dialId: new Uint8Array(dialIdBytes).fill(nth),
      sdp: "v".repeat(maxNeighbourSdpBytes),
    },
  ]);

const introduce = (crowd: readonly HostileIdentity[]): void => {
  for (const identity of crowd) {
    identity.send({ type: "roster", version: 1, name: "Mallory", isHidden: false, probes: [probe] });
  }
};

/** Percent of a core. */
const cost = async (size: number, perSecond: number, script: Script): Promise<string> => {
  const time = new FakeTime(50_000);
  const book = { current: new Membership({ ownSessionId: "", random: Math.random }) };
  const member = await newMember(time, "Vera", {
    onMembers: (sessionId, named) => {
      book.current.peerNamed(sessionId, named, time.now());
      book.current.next(time.now());
    },
  });
  book.current = new Membership({ ownSessionId: member.sessionId, random: Math.random });
  book.current.serverListed([member.sessionId], time.now());
  const crowd = await hostileCrowd(time, member, size);
  for (const { sessionId } of crowd) book.current.connected(sessionId, time.now());
  introduce(crowd);
  await time.advance(2_000);
  const turns = perSecond * seconds;
  const startMs = time.now();
  const scripts = crowd.map((_, identity) =>
    Array.from({ length: turns }, (_turn, nth) => script(member, identity, nth, startMs + (nth * 1000) / perSecond)),
  );
  const before = process.cpuUsage();
  for (let nth = 0; nth < turns; nth++) {
    for (const [identity, messages] of scripts.entries()) {
      const message = messages[nth];
      if (message !== undefined) crowd[identity]?.sendBytes(message);
    }
    await time.advance(1000 / perSecond);
    if (Math.floor((nth * 1000) / perSecond / beatMs) !== Math.floor(((nth - 1) * 1000) / perSecond / beatMs)) {
      book.current.next(time.now());
    }
  }
  const { user, system } = process.cpuUsage(before);
  const closed = crowd.filter(({ isClosed }) => isClosed).length;
  const felt = member.events.filter(({ kind }) => kind === "peer-gesture").length;
  await member.gateway.close();
  return `${Math.round((user + system) / 1e4 / seconds)} % (${closed} disconnected, ${felt / seconds} gestures/s taken)`;
};

const attacks: readonly (readonly [string, number, Script])[] = [
  ["members frames", membersPerSecond, namesNobody],
  ["gestures", gesturesPerSecond, gestures],
  ["rosters", membersPerSecond, rosters],
  ["interests", membersPerSecond, interests],
  ["pings", gesturesPerSecond, pings],
  ["offers to others", offersPerSecond, offers],
];

for (const size of crowds) {
  for (const [name, perSecond, script] of attacks) {
    console.log(`${size} identities, ${perSecond} ${name}/s: ${await cost(size, perSecond, script)}`);
  }
}

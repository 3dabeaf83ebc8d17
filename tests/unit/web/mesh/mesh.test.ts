import { describe, expect, it } from "vitest";
import type { Channel } from "../../../../gateway/wire/channel.ts";
import type { NeighbourFrame } from "../../../../gateway/wire/frame-types.ts";
import { Mesh } from "../../../../web/mesh/mesh.ts";
import type {
  DialFailure,
  NeighbourOpener,
  OnChannel,
  ServerOpener,
  ServerOpenerListener,
  ServerState,
} from "../../../../web/mesh/opener.ts";
import { FakeTime } from "../../../support/fake-time.ts";
import { memoryChannelPair } from "../../../support/memory-channel.ts";

const room = "ab".repeat(16);
const session = (digit: string) => `${room}-${digit.repeat(16)}`;
const me = session("5");
const [one, two, three] = [session("1"), session("2"), session("9")];

/** Dials end when the test says how. */
class FakeServerOpener implements ServerOpener {
  serverState: ServerState = { kind: "connecting" };
  readonly drops = new Map<string, number>();
  readonly listener: ServerOpenerListener;
  readonly dials: { sessionId: string; end: (outcome: Channel | DialFailure) => void }[] = [];
  doubts = 0;
  isRetired = false;
  isClosed = false;

  constructor(listener: ServerOpenerListener) {
    this.listener = listener;
  }

  dial(sessionId: string): Promise<Channel | DialFailure> {
    return new Promise((end) => this.dials.push({ sessionId, end }));
  }

  enter(state: ServerState): void {
    this.serverState = state;
    this.listener.onServerState(state);
  }

  doubtServer(): void {
    this.doubts++;
  }

  retire(): void {
    this.isRetired = true;
  }

  close(): void {
    this.isClosed = true;
  }
}

class FakeNeighbourOpener implements NeighbourOpener {
  readonly drops = new Map([["neighbour offer of nobody", 2]]);
  readonly onChannel: OnChannel;
  readonly dials: { sessionId: string; neighbourSessionId: string; end: (outcome: Channel | DialFailure) => void }[] =
    [];
  readonly received: { neighbourSessionId: string; frame: NeighbourFrame }[] = [];
  isRetired = false;
  isClosed = false;

  constructor(onChannel: OnChannel) {
    this.onChannel = onChannel;
  }

  dial(sessionId: string, neighbourSessionId: string): Promise<Channel | DialFailure> {
    return new Promise((end) => this.dials.push({ sessionId, neighbourSessionId, end }));
  }

  receive(neighbourSessionId: string, frame: NeighbourFrame): void {
    this.received.push({ neighbourSessionId, frame });
  }

  retire(): void {
    this.isRetired = true;
  }

  close(): void {
    this.isClosed = true;
  }
}

const openMesh = () => {
  const time = new FakeTime();
  const openers: FakeServerOpener[] = [];
  const neighbours: FakeNeighbourOpener[] = [];
  const world = {
    listed: [one, two, me] as readonly string[] | undefined,
    lists: 0,
    admits: true,
    held: new Set<string>(),
    admitted: [] as string[],
    changes: 0,
  };
  const mesh = new Mesh({
    sessionId: me,
    openServer: (listener) => {
      const opener = new FakeServerOpener(listener);
      openers.push(opener);
      return opener;
    },
    openNeighbour: (onChannel) => {
      const opener = new FakeNeighbourOpener(onChannel);
      neighbours.push(opener);
      return opener;
    },
    fetchMembers: async () => {
      world.lists++;
      return world.listed;
    },
    admit: async (channel) => {
      world.admitted.push(channel.remoteSessionId);
      if (world.admits) world.held.add(channel.remoteSessionId);
      return world.admits;
    },
    heldSessionIds: () => [...world.held],
    now: time.now,
    schedule: time.schedule,
    random: () => 1,
    onForged: () => undefined,
    onChange: () => world.changes++,
  });
  const [opener] = openers;
  const [neighbour] = neighbours;
  if (opener === undefined || neighbour === undefined) throw new Error("the mesh opened nothing");
  const dialled = () => opener.dials.map(({ sessionId }) => sessionId);
  const end = async (sessionId: string, outcome: Channel | DialFailure) => {
    opener.dials.findLast((dial) => dial.sessionId === sessionId)?.end(outcome);
    await time.advance(0);
  };
  const channelTo = (remote: string): Channel => {
    const end = (sessionId: string) => ({ sessionId, fingerprint: new Uint8Array(32) });
    return memoryChannelPair({ schedule: time.schedule, dialer: end(me), callee: end(remote) }).dialer;
  };
  return { mesh, opener, neighbour, time, world, dialled, end, channelTo };
};

const connected = async () => {
  const all = openMesh();
  all.opener.enter({ kind: "connected" });
  await all.time.advance(0);
  return all;
};

describe("mesh", () => {
  it("should dial nobody before the server is there, and then the members that came before", async () => {
    const { opener, time, world, dialled, mesh } = openMesh();
    await time.advance(5_000);
    expect([world.lists, dialled()]).toEqual([0, []]);
    opener.enter({ kind: "connected" });
    await time.advance(0);
    expect(world.lists).toBe(1);
    expect(dialled()).toEqual([one, two]);
    expect([...mesh.pendingDials]).toEqual([one, two]);
    expect(mesh.serverState).toEqual({ kind: "connected" });
  });

  it("should ask again soon when the server does not answer with its members", async () => {
    const { opener, time, world, dialled } = openMesh();
    world.listed = undefined;
    opener.enter({ kind: "connected" });
    await time.advance(0);
    world.listed = [one, me];
    await time.advance(1_999);
    expect(dialled()).toEqual([]);
    await time.advance(501);
    expect(dialled()).toEqual([one]);
  });

  it("should pass what it dialled to admission, and stop dialling a peer that is let in", async () => {
    const { time, world, end, channelTo, dialled, mesh } = await connected();
    await end(one, channelTo(one));
    expect(world.admitted).toEqual([one]);
    expect([...mesh.pendingDials]).toEqual([two]);
    await time.advance(60_000);
    expect(dialled().filter((sessionId) => sessionId === one)).toEqual([one]);
  });

  it("should pass incoming channels to admission, and not dial a peer that came that way", async () => {
    const { opener, time, world, channelTo, dialled } = await connected();
    world.listed = [one, two, me, three];
    opener.listener.onChannel(channelTo(three));
    await time.advance(60_000);
    expect(world.admitted).toEqual([three]);
    expect(dialled()).not.toContain(three);
  });

  it.each([
    ["the dial failed", false],
    ["admission refused", true],
  ])("should try again, later and later, when %s", async (_, isOpened) => {
    const { time, world, end, channelTo, dialled } = await connected();
    world.admits = false;
    const triesAfter: number[] = [];
    for (let i = 0; i < 4; i++) {
      const tries = dialled().length;
      await end(one, isOpened ? channelTo(one) : { failed: "timed-out" });
      const fromMs = time.now();
      while (dialled().length === tries) await time.advance(100);
      triesAfter.push(time.now() - fromMs);
    }
    expect(triesAfter.every((ms, i) => i === 0 || ms > (triesAfter[i - 1] ?? 0))).toBe(true);
    expect(triesAfter[0]).toBeLessThanOrEqual(1_500);
  });

  it("should keep a pair that came about by the other's dial though its own failed", async () => {
    const { opener, time, end, channelTo, dialled } = await connected();
    opener.listener.onChannel(channelTo(one));
    await time.advance(0);
    await end(one, { failed: "timed-out" });
    await time.advance(60_000);
    expect(dialled()).toEqual([one, two]);
  });

  it("should dial again a peer that the gateway has lost, and ask the server whether it is still there", async () => {
    const { time, world, end, channelTo, dialled } = await connected();
    await end(one, channelTo(one));
    await time.advance(20_000);
    const { lists } = world;
    world.held.delete(one);
    await time.advance(500);
    expect(world.lists).toBe(lists + 1);
    await time.advance(10_000);
    expect(dialled()).toEqual([one, two, one]);
  });

  it("should not dial a peer that said goodbye", async () => {
    const { mesh, time, world, end, channelTo, dialled } = await connected();
    await end(one, channelTo(one));
    mesh.peerLeft(one);
    world.held.delete(one);
    await time.advance(120_000);
    expect(dialled()).toEqual([one, two]);
  });

  it("should dial a member that a peer names, when nobody else does", async () => {
    const { mesh, time, end, channelTo, dialled } = await connected();
    await end(one, channelTo(one));
    mesh.peerNamed(one, [three, me]);
    await time.advance(20_000);
    expect(dialled()).toContain(three);
  });

  it("should wait while the server is away, and ask for the members when it is back", async () => {
    const { opener, time, world, end, dialled, mesh } = await connected();
    opener.enter({ kind: "away", retryAtMs: 0 });
    await end(one, { failed: "server-away" });
    await end(two, { failed: "server-away" });
    await time.advance(60_000);
    expect(dialled()).toEqual([one, two]);
    expect(mesh.serverState.kind).toBe("away");
    const { lists } = world;
    opener.enter({ kind: "connected" });
    await time.advance(20_000);
    expect(world.lists).toBeGreaterThan(lists);
    expect(dialled().length).toBeGreaterThan(2);
  });

  it("should doubt the server that lists this page no more, and where the network has changed", async () => {
    const { mesh, opener, time, world } = openMesh();
    opener.enter({ kind: "connected" });
    await time.advance(0);
    expect(opener.doubts).toBe(0);
    mesh.networkChanged();
    expect(opener.doubts).toBe(1);
    world.listed = [one];
    opener.enter({ kind: "connected" });
    await time.advance(0);
    expect(opener.doubts).toBe(2);
    mesh.close();
    mesh.networkChanged();
    expect(opener.doubts).toBe(2);
  });

  it("should dial through a neighbour while the server is away, and admit what comes of it", async () => {
    const { mesh, opener, neighbour, time, world, end, channelTo, dialled } = await connected();
    await end(one, channelTo(one));
    await end(two, channelTo(two));
    mesh.peerNamed(one, [two]);
    opener.enter({ kind: "away", retryAtMs: 0 });
    world.held.delete(two);
    await time.advance(20_000);
    expect(neighbour.dials.map(({ sessionId, neighbourSessionId }) => [sessionId, neighbourSessionId])).toEqual([
      [two, one],
    ]);
    expect([...mesh.pendingDials]).toEqual([two]);
    neighbour.dials[0]?.end(channelTo(two));
    await time.advance(60_000);
    expect(world.held).toContain(two);
    expect([neighbour.dials.length, dialled()]).toEqual([1, [one, two]]);
  });

  it("should hand neighbour frames to that opener, and what it opens to admission", async () => {
    const { mesh, neighbour, time, world, channelTo } = await connected();
    const frame: NeighbourFrame = {
      type: "neighbourOffer",
      from: three,
      to: me,
      dialId: new Uint8Array(16),
      sdp: "v=0",
    };
    mesh.neighbourFrame(one, frame);
    expect(neighbour.received).toEqual([{ neighbourSessionId: one, frame }]);
    neighbour.onChannel(channelTo(three));
    await time.advance(0);
    expect(world.admitted).toEqual([three]);
    expect(mesh.drops.get("neighbour offer of nobody")).toBe(2);
  });

  it("should report every change", async () => {
    const { world, end } = await connected();
    expect(world.changes).toBeGreaterThan(0);
    const { changes } = world;
    await end(one, { failed: "timed-out" });
    expect(world.changes).toBeGreaterThan(changes);
  });

  it("should retire from the server and dial nobody more, and leave the channels open", async () => {
    const { mesh, opener, neighbour, time, end, dialled } = await connected();
    mesh.retire();
    await end(one, { failed: "closed" });
    await time.advance(60_000);
    expect([opener, neighbour].map(({ isRetired, isClosed }) => [isRetired, isClosed])).toEqual(
      Array(2).fill([true, false]),
    );
    expect(dialled()).toEqual([one, two]);
    expect(time.pendingTasks).toBe(0);
  });

  it("should close its openers and stop", async () => {
    const { mesh, opener, neighbour, time, end, dialled } = await connected();
    mesh.close();
    await end(one, { failed: "closed" });
    await time.advance(60_000);
    expect([opener.isClosed, neighbour.isClosed]).toEqual([true, true]);
    expect(dialled()).toEqual([one, two]);
    expect(time.pendingTasks).toBe(0);
  });
});

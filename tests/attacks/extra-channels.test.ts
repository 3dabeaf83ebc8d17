// Every bound of a channel is on one data channel; the browser lets the other end open more on the same connection, and
// PeerJS listens to each. A member, and a stranger who never says who he is, open twenty and fill them: the page ends
// the whole connection, and hears nothing of what is in them.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, type TestContext } from "vitest";
import { startNativePhone } from "../../bench/stage/native-phone.ts";
import { endWebRtc } from "../../bench/stage/native-webrtc.ts";
import type { Room } from "../../gateway/wire/room-key.ts";
import { now, schedule } from "../../web/platform/timers.ts";
import { tell } from "../support/case-table.ts";
import {
  type ExtraChannels,
  type NativeConnections,
  openExtraChannels,
  watchNativeConnections,
} from "../support/extra-channels.ts";
import { untilFelt } from "../support/felt-within.ts";
import { HostileMember } from "../support/hostile-member.ts";
import { figuresOfPages } from "../support/renderer-process.ts";
import type { RoomPage } from "../support/room-page.ts";
import { sized } from "../support/run-length.ts";
import { inviteSomebody, openSite, type Site } from "../support/site.ts";

declare global {
  interface Window {
    /** What arrived on data channels that the product does not know of. */
    extra?: { channels: number; bytes: number };
  }
}

const patience = { interval: 100 };
/**
 * The word that a connection is closed may be lost in the flood; without it the other end finds out when 30 s of
 * consent have run out (RFC 7675).
 */
const untilConsentEnds = { interval: 100 };
const channelsOfEach = 20;
/** How long a member that was disconnected comes back for more. */
const attackMs = sized({ short: 3_000, long: 60_000 });

let site: Site;
let page: RoomPage;
let room: Room;
let invite: string;
let connections: NativeConnections;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  site = await openSite();
});
afterAll(async () => {
  await site?.close();
  endWebRtc();
});

beforeEach(async () => {
  ({ page, room, invite } = await inviteSomebody(site, "Vera"));
  await countExtras(page);
  connections = watchNativeConnections();
});
afterEach(async () => {
  connections.release();
  for (const close of closing.splice(0).reverse()) await close();
  await page.close();
});

const countExtras = ({ page: tab }: RoomPage): Promise<unknown> =>
  tab.addInitScript(() => {
    const extra = { channels: 0, bytes: 0 };
    window.extra = extra;
    const Native = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Native {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        this.addEventListener("datachannel", ({ channel }) => {
          if (!channel.label.startsWith("extra")) return;
          extra.channels++;
          channel.addEventListener("message", ({ data }) => {
            extra.bytes += data.byteLength ?? data.size;
          });
        });
      }
    };
  });

const joinPage = async (): Promise<void> => {
  await page.join(invite);
  await page.addSimulatedArm();
  await expect.poll(async () => (await page.report()).serverState.kind, patience).toBe("connected");
};

const dropsOfExtras = async (): Promise<number> => (await page.report()).drops["more than one channel"] ?? 0;

/** Every connection on which he is let speak gets more channels, as long as the attack lasts. */
const attack = async (): Promise<{ readonly tried: number }> => {
  const opened = new Map<RTCPeerConnection, ExtraChannels>();
  const untilMs = now() + attackMs;
  const openOnNewOnes = (): void => {
    for (const connection of connections.made) {
      if (connection.connectionState === "connected" && !opened.has(connection))
        opened.set(connection, openExtraChannels(connection, channelsOfEach));
    }
  };
  while (now() < untilMs || opened.size === 0) {
    openOnNewOnes();
    for (const extra of opened.values()) extra.flood();
    await new Promise<void>((passed) => schedule(5, () => passed()));
  }
  await expect.poll(dropsOfExtras, patience).toBeGreaterThanOrEqual(1);
  await expect.poll(() => [...opened.values()].some((extra) => extra.isAnyOpen()), untilConsentEnds).toBe(false);
  return { tried: [...opened.values()].reduce((sum, { channels }) => sum + channels.length, 0) };
};

/** Nothing came in by them, and a member that keeps to the rules is served as before. */
const expectNothingCameIn = async ({ task }: Pick<TestContext, "task">, tried: number): Promise<void> => {
  const extra = await page.page.evaluate(() => window.extra);
  tell(task, {
    tried: `${tried} channels`,
    "got in": `${extra?.bytes} bytes`,
    ...(await figuresOfPages(site.browser)),
  });
  expect(extra?.bytes).toBe(0);
  connections.release();
  const honest = await startNativePhone({ origin: site.server.origin, room, name: "Hal" });
  closing.push(() => honest.close());
  await expect.poll(async () => (await page.report()).peers.some(({ name }) => name === "Hal"), patience).toBe(true);
  await untilFelt(
    () => honest.gateway.buzz("all", "short"),
    () => page.taken(),
  );
  expect(page.problems).toEqual([]);
};

const enter = async (isMember: boolean): Promise<HostileMember> => {
  const mallory = await HostileMember.join({
    origin: site.server.origin,
    room,
    ...(!isMember && {
      onChannel: (channel) =>
        channel.listen({ onMessage: () => undefined, onDrain: () => undefined, onClose: () => undefined }),
    }),
  });
  closing.push(() => mallory.close());
  return mallory;
};

describe("more data channels than one on a connection", () => {
  for (const { who, isMember } of [
    { who: "a member", isMember: true },
    { who: "a stranger, during the handshake", isMember: false },
  ]) {
    it(`of ${who} that dialled the page`, async (context) => {
      await joinPage();
      const mallory = await enter(isMember);
      const { tried } = await attack();
      mallory.close();
      await expectNothingCameIn(context, tried);
    });

    it(`of ${who} that the page dialled`, async (context) => {
      const mallory = await enter(isMember);
      await joinPage();
      const { tried } = await attack();
      mallory.close();
      await expectNothingCameIn(context, tried);
    });
  }
});

// The holes of PeerServer, each tried twice: on PeerServer alone, where the attack must succeed, or it shows nothing,
// and on our server, where it must not.
import { once } from "node:events";
import type { Duplex } from "node:stream";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type AttackedServer, attackedServer, barePeerServer, enter, upgraded } from "../support/attacked-server.ts";
import { peakRssMb, tell } from "../support/case-table.ts";
import { offerOf } from "../support/session-descriptions.ts";
import type { SignalingClient } from "../support/signaling-client.ts";

let ours: AttackedServer;
let bare: AttackedServer;

beforeEach(async () => {
  [ours, bare] = await Promise.all([attackedServer(), barePeerServer()]);
});
afterEach(async () => {
  await Promise.all([ours?.stop(), bare?.stop()]);
});

const room = "0123456789abcdef".repeat(2);
let sessions = 0;
const newSession = (): string => `${room}-${(++sessions).toString(16).padStart(16, "0")}`;
const evilOrigin = "https://evil.example";

const offer = (dst: string, connectionId: string) => ({ ...offerOf(connectionId), dst });

const mustEnter = async (server: AttackedServer, id: string, token: string): Promise<SignalingClient> => {
  const client = await enter(server, { id, token });
  if (client === undefined) throw new Error(`${server.name} did not let ${id} in`);
  return client;
};

/** What comes next to Bob: an offer, by its connection id. Whatever comes before it is none. */
const nextOffer = async (bob: SignalingClient): Promise<string> => {
  for (;;) {
    const message = (await bob.next()) as { type: string; payload?: { connectionId?: string } };
    if (message.type === "OFFER") return message.payload?.connectionId ?? "";
  }
};

/** Whether the attacker's offer reaches Bob; an honest one, sent after it, ends the wait. */
const doesReach = async (server: AttackedServer, attack: (bobId: string) => Promise<void>): Promise<boolean> => {
  const bobId = newSession();
  const bob = await mustEnter(server, bobId, "token-of-bob");
  const alice = await mustEnter(server, newSession(), "token-of-alice");
  await attack(bobId);
  alice.send(offer(bobId, "dc_honest"));
  return (await nextOffer(bob)) === "dc_evil";
};

/** The server's answer to `isAlive`, after it has had the occasion to die of what was sent before. */
const survives = async (server: AttackedServer): Promise<boolean> => {
  const client = await enter(server, { id: newSession(), token: "token-of-probe" });
  client?.cut();
  return client !== undefined && server.isAlive();
};

const holes: readonly {
  readonly name: string;
  readonly tried: string;
  /** Whether the attacker got what it wanted. */
  readonly attack: (server: AttackedServer) => Promise<boolean>;
}[] = [
  {
    name: "a frame that is no JSON ends the process",
    tried: "}{",
    attack: async (server) => {
      const client = await mustEnter(server, newSession(), "token-of-evil");
      client.sendRaw("}{");
      return !(await survives(server));
    },
  },
  {
    name: "a broken frame of who comes for a taken id ends the process",
    tried: "reserved bits, unmasked",
    attack: async (server) => {
      const id = newSession();
      await mustEnter(server, id, "token-of-owner");
      const connection = await upgraded(server, { id, token: "token-of-evil" });
      connection.resume().write(Uint8Array.of(0xf1, 0x01, 0x41));
      await once(connection, "close");
      return !(await survives(server));
    },
  },
  {
    name: "a message in thousands of pieces is kept for its end",
    tried: "16,000 fragments of one byte",
    attack: async (server) => {
      const connection = await upgraded(server, { id: newSession(), token: "token-of-evil" });
      const fragment = (opcode: number) => [opcode, 0x81, 0, 0, 0, 0, 0x41];
      connection.write(
        Uint8Array.from([...fragment(0x01), ...Array.from({ length: 15_999 }, () => fragment(0x00)).flat()]),
      );
      connection.write(Uint8Array.of(0x89, 0x80, 0, 0, 0, 0)); // A ping: its answer says that all before it was read.
      return isPonged(connection);
    },
  },
  {
    name: "a ghost speaks on as a session that another has by now",
    tried: "LEAVE, then OFFER",
    attack: (server) =>
      doesReach(server, async (bobId) => {
        const victimId = newSession();
        const ghost = await mustEnter(server, victimId, "token-of-ghost");
        ghost.send({ type: "LEAVE" });
        // Nobody is at this id, so the answer of EXPIRE would come late; whether LEAVE was heard shows in who gets in.
        const victim = await enter(server, { id: victimId, token: "token-of-victim" });
        if (victim !== undefined) ghost.send(offer(bobId, "dc_evil"));
      }),
  },
  {
    name: "two sockets speak as one session",
    tried: "same id, same token",
    attack: (server) =>
      doesReach(server, async (bobId) => {
        const id = newSession();
        const old = await mustEnter(server, id, "token-of-both");
        await enterAgain(server, id);
        if (old.isOpen) old.send(offer(bobId, "dc_evil"));
      }),
  },
  {
    name: "what is sent to nobody is kept without end",
    tried: "40 messages for an absent session",
    attack: async (server) => {
      const [absent, witnessId] = [newSession(), newSession()];
      const witness = await mustEnter(server, witnessId, "token-of-witness");
      const sender = await mustEnter(server, newSession(), "token-of-sender");
      const sdp = { type: "offer", sdp: "x".repeat(12_000) };
      const message = offer(absent, "dc_kept");
      // As much as our server takes from one socket at once, so that what keeps it from hoarding is not the rate.
      for (let i = 0; i < 40; i++) sender.send({ ...message, payload: { ...message.payload, sdp } });
      sender.send(offer(witnessId, "dc_all_read"));
      await nextOffer(witness);
      const late = await mustEnter(server, absent, "token-of-late");
      witness.send(offer(absent, "dc_end"));
      return (await nextOffer(late)) === "dc_kept";
    },
  },
  {
    name: "everybody's ids are told to anybody",
    tried: "GET …/peers",
    attack: async (server) => {
      const id = newSession();
      await mustEnter(server, id, "token-of-listed");
      const paths = ["peerjs/peers", "peers", "any-key/peers"].flatMap((path) => [`/${path}`, server.peerPath + path]);
      const answers = await Promise.all(
        [...paths, "/rooms", "/rooms/", "/healthz", "/config.json", `/rooms/${"0".repeat(32)}/members`].map(
          async (path) => (await fetch(server.origin + path)).text(),
        ),
      );
      return answers.some((answer) => answer.includes(id) || answer.includes(room));
    },
  },
  {
    name: "pages of other origins may read what the server answers",
    tried: "GET with an Origin",
    attack: async (server) => {
      const paths = ["/peerjs/id", `${server.peerPath}peerjs/id`, "/config.json", `/rooms/${room}/members`];
      const headers = await Promise.all(
        paths.map(async (path) => (await fetch(server.origin + path, { headers: { origin: evilOrigin } })).headers),
      );
      return headers.some((header) => header.has("access-control-allow-origin"));
    },
  },
  {
    name: "pages of other origins may open a signaling socket",
    tried: "WebSocket with an Origin",
    attack: async (server) =>
      (await enter(server, { id: newSession(), token: "token-of-page", origin: evilOrigin })) !== undefined,
  },
  {
    name: "a frame of a megabyte is taken",
    tried: "1 MB of JSON",
    attack: (server) =>
      doesReach(server, async (bobId) => {
        const id = newSession();
        const client = await mustEnter(server, id, "token-of-evil");
        client.sendRaw(`{"type":"HEARTBEAT","more":"${"x".repeat(1_000_000)}"}`);
        client.send(offer(bobId, "dc_evil"));
        client.send(offer(id, "dc_echo"));
        await Promise.race([nextOffer(client), client.closed]); // All of it has been read, or nothing more will be.
      }),
  },
];

/** Whether the server answers a ping, or ends the connection before. */
const isPonged = (connection: Duplex): Promise<boolean> =>
  new Promise((resolve) => {
    connection.on("data", (bytes: Buffer) => {
      if (bytes.includes(Buffer.of(0x8a, 0x00))) resolve(true);
    });
    connection.once("close", () => resolve(false));
  });

/** The first word may be missing: PeerServer says nothing to a second socket of the same token. */
const enterAgain = async (server: AttackedServer, id: string): Promise<void> => {
  await Promise.race([enter(server, { id, token: "token-of-both" }), survives(server)]);
};

for (const { name, tried, attack } of holes) {
  it(name, async ({ task }) => {
    const control = await attack(bare);
    const gotIn = await attack(ours);
    tell(task, {
      tried,
      "without defence": control ? "got in" : "kept out",
      "got in": gotIn ? "yes" : "no",
      "peak MB": ours.isAlive() ? peakRssMb(ours.pid) : "n/a",
    });
    expect(control, "the attack works on PeerServer alone").toBe(true);
    expect(gotIn).toBe(false);
    expect(await survives(ours)).toBe(true);
  });
}

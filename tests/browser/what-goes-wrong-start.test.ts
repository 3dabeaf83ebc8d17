// What a person reads when the page starts in a browser or at a moment that lacks something: WebRTC, or the server's
// word on how to reach others.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { labels } from "../support/page-labels.ts";
import { Stage } from "../support/stage.ts";
import { noticesOn, proveAlive, told } from "../support/told.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.set();
});

afterEach(async () => expect(await stage.clear()).toEqual([]));

afterAll(() => stage?.strike());

describe("a browser without WebRTC", () => {
  test.each([
    ["has none", () => Reflect.deleteProperty(globalThis, "RTCPeerConnection")],
    [
      "has it switched off",
      () => {
        globalThis.RTCPeerConnection = class {
          constructor() {
            throw new DOMException("disabled", "UnknownError");
          }
        } as unknown as typeof RTCPeerConnection;
      },
    ],
  ])("should say at the start that nobody can be reached: it %s", async (_, remove) => {
    const anna = await stage.person("Anna");
    await anna.page.addInitScript(remove);
    await anna.page.goto(stage.server.origin);
    await expect.poll(() => anna.page.locator("#app").innerText()).toContain(told("webrtc-unsupported"));
    expect(await anna.page.getByRole("button").count()).toBe(0);
  });
});

describe("a server that could not answer while the page loaded", () => {
  test("should be asked again when it is reached, and be believed from then on", async () => {
    const anna = await stage.person("Anna");
    const relays = [{ urls: ["stun:127.0.0.1:3478"] }];
    let asked = 0;
    await anna.page.route("**/config.json", async (route) => {
      if (++asked === 1) return route.fulfill({ status: 429, body: "{}" });
      const answer: unknown = await (await route.fetch()).json();
      return route.fulfill({ json: { ...(answer as object), iceServers: relays } });
    });
    await anna.page.addInitScript(() => {
      const seen: unknown[] = [];
      Reflect.set(globalThis, "connectionsMadeWith", seen);
      globalThis.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(configuration?: RTCConfiguration) {
          super(configuration);
          seen.push(configuration?.iceServers?.flatMap(({ urls }) => urls));
        }
      };
    });
    await anna.page.goto(stage.server.origin);
    await expect.poll(() => noticesOn(anna.page)).toEqual([told("server-unreachable")]);
    await anna.page.getByRole("button", { name: labels.createRoom }).click();
    await proveAlive(anna);
    await expect.poll(() => asked).toBe(2);
    await expect.poll(() => noticesOn(anna.page)).toEqual([]);
    const ben = await stage.person("Ben");
    await ben.join(anna.page.url());
    await expect.poll(() => anna.connectedPeers()).toBe(1);
    const madeWith = await anna.page.evaluate(() => Reflect.get(globalThis, "connectionsMadeWith"));
    expect(madeWith).toContainEqual(["stun:127.0.0.1:3478"]);
    await anna.page.unrouteAll({ behavior: "wait" });
  });

  test("should not leave a page without others where it names what no browser can use", async () => {
    const anna = await stage.person("Anna");
    await anna.page.route("**/config.json", async (route) => {
      const answer: unknown = await (await route.fetch()).json();
      const iceServers = [{ urls: ["stun:stun.example:3478?transport=udp"] }, { urls: ["turn:turn.example"] }];
      return route.fulfill({ json: { ...(answer as object), iceServers } });
    });
    await anna.page.goto(stage.server.origin);
    await expect.poll(() => noticesOn(anna.page)).toEqual([told("ice-servers-unusable")]);
    await anna.page.getByRole("button", { name: labels.createRoom }).click();
    await proveAlive(anna);
    const ben = await stage.person("Ben");
    await ben.join(anna.page.url());
    await expect.poll(() => anna.connectedPeers()).toBe(1);
    await anna.page.unrouteAll({ behavior: "wait" });
  });
});

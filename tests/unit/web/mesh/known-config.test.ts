import { beforeEach, describe, expect, it, vi } from "vitest";
import { KnownConfig } from "../../../../web/mesh/known-config.ts";
import type { PageConfig } from "../../../../web/mesh/server-api.ts";

const stun: RTCIceServer = { urls: ["stun:a.example"] };
const strange: RTCIceServer = { urls: ["stun:strange.example"] };

const configWith = (iceServers: readonly RTCIceServer[], hasUnusableIceServers = false): PageConfig => ({
  publicUrl: undefined,
  peerPath: "/signaling/",
  iceServers,
  hasUnusableIceServers,
});

describe("what is known of the server", () => {
  const onUnusable = vi.fn();
  const onKnown = vi.fn();
  const ask = vi.fn<() => Promise<PageConfig | undefined>>();
  let known: KnownConfig;

  beforeEach(() => {
    for (const spy of [onUnusable, onKnown, ask]) spy.mockReset();
    const canUse = (servers: readonly RTCIceServer[]) => !servers.includes(strange);
    known = new KnownConfig({ ask, canUse, onUnusable, onKnown });
  });

  it("should be what the server said at the start, and not be asked for again", async () => {
    known.begin(configWith([stun]));
    await known.serverReached();
    expect(known.iceServers).toEqual([stun]);
    expect(ask).not.toHaveBeenCalled();
    expect(onKnown).not.toHaveBeenCalled();
    expect(onUnusable).not.toHaveBeenCalled();
  });

  it("should be asked for when the server is reached, until it has answered", async () => {
    known.begin(undefined);
    ask.mockResolvedValueOnce(undefined).mockResolvedValueOnce(configWith([stun]));
    await known.serverReached();
    expect(known.iceServers).toEqual([]);
    expect(onKnown).not.toHaveBeenCalled();
    await known.serverReached();
    expect(known.iceServers).toEqual([stun]);
    expect(onKnown).toHaveBeenCalledTimes(1);
    await known.serverReached();
    expect(ask).toHaveBeenCalledTimes(2);
  });

  it("should be asked for once at a time", async () => {
    ask.mockResolvedValue(configWith([]));
    await Promise.all([known.serverReached(), known.serverReached()]);
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it("should go on without the servers that this browser cannot use, and say so", () => {
    known.begin(configWith([strange, stun]));
    expect(known.iceServers).toEqual([stun]);
    expect(onUnusable).toHaveBeenCalledTimes(1);
  });

  it("should say so, too, of servers that were left out before the browser saw them", () => {
    known.begin(configWith([stun], true));
    expect(known.iceServers).toEqual([stun]);
    expect(onUnusable).toHaveBeenCalledTimes(1);
  });
});

import { describe, expect, it } from "vitest";
import {
  maxIceCredentialBytes,
  maxIceUrls,
  maxIceUsernameBytes,
  readIceServers,
} from "../../../../gateway/wire/ice-servers.ts";
import { faultyIceUrls, serverAt, soundIceUrls } from "../../../support/ice-server-urls.ts";

const turn = "turn:a.example";

describe("ICE servers", () => {
  it.each(soundIceUrls)("should be read at %s", (url) => {
    expect(readIceServers(serverAt(url))).toEqual({
      servers: [{ urls: [url], username: "u", credential: "c" }],
      refusals: [],
    });
  });

  it.each(faultyIceUrls)("should be refused at $url, with the fault $fault", ({ url, fault }) => {
    const { servers, refusals } = readIceServers(serverAt(url));
    expect(servers).toEqual([]);
    expect(refusals).toMatchObject([{ fault }]);
    expect(refusals[0]?.url).toEqual(fault === "too-long" ? expect.stringMatching(/^stun:a+…$/) : url);
  });

  it("should have their schemes in lower case", () => {
    expect(readIceServers({ urls: "STUN:A.example" }).servers).toEqual([{ urls: ["stun:A.example"] }]);
  });

  it("should be several, the good ones beside refusals of the others", () => {
    const list = [{ urls: "stun:a.example" }, { urls: "stun:a.example:0" }, null, { urls: [] }, serverAt(turn)];
    expect(readIceServers(list)).toEqual({
      servers: [{ urls: ["stun:a.example"] }, { urls: [turn], username: "u", credential: "c" }],
      refusals: [
        { fault: "port", url: "stun:a.example:0" },
        { fault: "not-a-server", url: undefined },
        { fault: "not-a-server", url: undefined },
      ],
    });
  });

  it.each([
    [{ urls: turn }, "credential-missing"],
    [{ urls: ["stun:a.example", turn] }, "credential-missing"],
    [{ urls: turn, username: "u" }, "credential-missing"],
    [{ urls: turn, credential: "c" }, "credential-missing"],
    [{ urls: turn, username: "", credential: "c" }, "credential-missing"],
    [{ urls: turn, username: "u", credential: "" }, "credential-missing"],
    [{ urls: turn, username: 1, credential: "c" }, "credential-type"],
    [{ urls: "stun:a.example", credential: {} }, "credential-type"],
    [{ urls: turn, username: "ü".repeat(maxIceUsernameBytes / 2 + 1), credential: "c" }, "credential-too-long"],
    [{ urls: turn, username: "u", credential: "c".repeat(maxIceCredentialBytes + 1) }, "credential-too-long"],
    [{ urls: 7 }, "not-a-server"],
    [{}, "not-a-server"],
    ["stun:a.example", "not-a-server"],
  ])("should be refused as %j, with the fault %s", (server, fault) => {
    const { servers, refusals } = readIceServers(server);
    expect(servers).toEqual([]);
    expect(refusals).toMatchObject([{ fault }]);
  });

  it("should need no credential of which half is missing when they are no relays", () => {
    expect(readIceServers({ urls: "stun:a.example", username: "u" }).servers).toEqual([{ urls: ["stun:a.example"] }]);
  });

  it("should be bounded in number, as are the refusals", () => {
    const servers = Array.from({ length: maxIceUrls + 1 }, () => ({ urls: "stun:a.example" }));
    expect(readIceServers(servers).servers).toHaveLength(maxIceUrls);
    expect(readIceServers(servers).refusals).toEqual([{ fault: "too-many", url: undefined }]);
    const urls = servers.map((server) => server.urls);
    expect(readIceServers({ urls })).toEqual({ servers: [], refusals: [{ fault: "too-many", url: undefined }] });
    expect(readIceServers(Array.from({ length: 100_000 }, () => null)).refusals).toHaveLength(maxIceUrls);
  });
});

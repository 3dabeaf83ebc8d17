import type { IncomingMessage } from "node:http";
import type { NetworkInterfaceInfo } from "node:os";
import { describe, expect, it } from "vitest";
import { AddressBuckets } from "../../../signaling-server/address-buckets.ts";
import { addressGroup, clientAddress, isLoopback, lanAddresses } from "../../../signaling-server/addresses.ts";
import { maxTrackedAddresses } from "../../../signaling-server/limits.ts";

describe("the addresses of this machine", () => {
  const ipv4 = (address: string, internal = false): NetworkInterfaceInfo => ({
    address,
    internal,
    family: "IPv4",
    netmask: "255.255.255.0",
    mac: "00:00:00:00:00:00",
    cidr: null,
  });
  const ipv6: NetworkInterfaceInfo = { ...ipv4("fe80::1"), family: "IPv6", scopeid: 2 };

  it("should be those that a phone can try, those of virtual networks last", () => {
    const interfaces = {
      lo: [ipv4("127.0.0.1", true)],
      docker0: [ipv4("172.17.0.1")],
      wlan0: [ipv6, ipv4("192.168.0.10")],
      eth0: [ipv4("10.0.0.2"), ipv4("169.254.3.4")],
    };
    expect(lanAddresses(interfaces)).toEqual(["192.168.0.10", "10.0.0.2", "172.17.0.1"]);
  });

  it("should be none without a network", () => {
    expect(lanAddresses({ lo: [ipv4("127.0.0.1", true)] })).toEqual([]);
  });
});

describe("the address of the other end", () => {
  const requestFrom = (remoteAddress: string, forwardedFor?: string | string[]): IncomingMessage =>
    ({ socket: { remoteAddress }, headers: { "x-forwarded-for": forwardedFor } }) as unknown as IncomingMessage;

  it("should be that of the connection, whatever its headers say", () => {
    expect(clientAddress(requestFrom("192.0.2.1", "203.0.113.9"), false)).toBe("192.0.2.1");
    expect(clientAddress(requestFrom("192.0.2.1", "203.0.113.9"), true)).toBe("192.0.2.1");
    expect(clientAddress(requestFrom("127.0.0.1", "203.0.113.9"), false)).toBe("127.0.0.1");
  });

  it("should be what a proxy on this machine saw, not what the sender claimed to the proxy", () => {
    expect(clientAddress(requestFrom("127.0.0.1", "198.51.100.1, 203.0.113.9"), true)).toBe("203.0.113.9");
    expect(clientAddress(requestFrom("::1", "2001:db8::1"), true)).toBe("2001:db8::1");
    expect(clientAddress(requestFrom("127.0.0.1", "unknown"), true)).toBe("127.0.0.1");
    expect(clientAddress(requestFrom("127.0.0.1"), true)).toBe("127.0.0.1");
  });

  it("should be recognised as this machine's own", () => {
    for (const own of ["127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1"]) expect(isLoopback(own), own).toBe(true);
    for (const other of ["192.168.0.1", "::2", "::11", "128.0.0.1"]) expect(isLoopback(other), other).toBe(false);
  });

  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:2::9", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["", ""],
  ])("should count %j as %j", (address, group) => {
    expect(addressGroup(address)).toBe(group);
  });
});

describe("the rates of addresses", () => {
  it("should be apart for each, and flow in again", () => {
    let nowMs = 0;
    const buckets = new AddressBuckets({ capacity: 2, refillPerSecond: 1 }, () => nowMs);
    expect([1, 2, 3].map(() => buckets.take("192.0.2.1"))).toEqual([true, true, false]);
    expect(buckets.take("192.0.2.2")).toBe(true);
    nowMs = 1000;
    expect([1, 2].map(() => buckets.take("192.0.2.1"))).toEqual([true, false]);
  });

  it("should be one for a whole IPv6 network, whose owner has as many addresses as they like", () => {
    const buckets = new AddressBuckets({ capacity: 1, refillPerSecond: 0 }, () => 0);
    expect([buckets.take("2001:db8::1"), buckets.take("2001:db8::2")]).toEqual([true, false]);
  });

  it("should be forgotten for the address that was silent longest, when there are too many", () => {
    const buckets = new AddressBuckets({ capacity: 1, refillPerSecond: 0 }, () => 0);
    const address = (index: number): string => `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
    for (let index = 0; index < maxTrackedAddresses; index++) buckets.take(address(index));
    expect(buckets.take(address(0))).toBe(false);
    buckets.take(address(maxTrackedAddresses)); // Pushes address 1 out, which is now the one silent longest.
    expect(buckets.take(address(0))).toBe(false);
    expect(buckets.take(address(1))).toBe(true);
  });
});

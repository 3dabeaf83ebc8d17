// URLs of STUN and TURN servers, right and wrong, for the reader of the gateway and for the browsers that it must agree
// with.
import type { IceServerFault } from "../../gateway/wire/ice-servers.ts";

export const soundIceUrls: readonly string[] = [
  "stun:a.example",
  "stun:a.example:3478",
  "stun:a.example.",
  "stun:localhost",
  "stun:_stun._udp.a_b.example",
  "stun:xn--bcher-kva.example",
  "stun:192.0.2.1:53",
  "stun:[2001:db8::1]",
  "stun:[::ffff:192.0.2.1]:65535",
  "turn:a.example",
  "turn:a.example:443?transport=udp",
  "turn:[2001:db8::1]:3478?transport=tcp",
  "turns:a.example?transport=tcp",
  "turns:a.example:5349",
];

export interface FaultyUrl {
  readonly url: string;
  readonly fault: IceServerFault;
  /** The browsers that are known to throw on it; the others would take it, against RFC 7064 and RFC 7065. */
  readonly refusedBy: "both" | "chromium" | "firefox" | "none";
}

const faulty = (fault: IceServerFault, refusedBy: FaultyUrl["refusedBy"], ...urls: string[]): readonly FaultyUrl[] =>
  urls.map((url) => ({ url, fault, refusedBy }));

export const faultyIceUrls: readonly FaultyUrl[] = [
  ...faulty("scheme", "both", "", "stun", "http:a.example", "https://a.example", "a.example:3478", "stunx:a.example"),
  ...faulty("secure-stun", "firefox", "stuns:a.example", "stuns:a.example:5349"),
  ...faulty(
    "host",
    "both",
    "stun:",
    "stun://a.example",
    "turn://a.example",
    "stun::3478",
    "stun:2001:db8::1",
    "stun: a.example",
    "stun:a b",
  ),
  ...faulty("host", "both", "stun:a.example/path", "stun:a.example#x", "stun:user@a.example", "turn:u:p@a.example"),
  ...faulty("host", "both", "stun:[]", "stun:[::1", "stun:a.example\\x"),
  ...faulty(
    "host",
    "firefox",
    "stun:[x]",
    "stun:[1::2::3]",
    "stun:[fe80::1%25eth0]",
    "stun:999.1.1.1",
    "stun:1.2.3.4.5",
  ),
  ...faulty("host", "firefox", "stun:*.example", "stun:a%20b"),
  ...faulty(
    "host",
    "none",
    "stun:.",
    "stun:a..example",
    "stun:1.2.3",
    "turn:a.example;transport=udp",
    "stun:bücher.example",
  ),
  ...faulty("host", "none", "stun:-a.example", `stun:${"a".repeat(64)}.example`),
  ...faulty("port", "both", "stun:a.example:0", "turn:a.example:0", "stun:a.example:65536", "stun:a.example:99999"),
  ...faulty("port", "both", "stun:a.example:+34", "stun:a.example:3478x", "stun:a.example:1:2"),
  ...faulty("port", "chromium", "stun:a.example:"),
  ...faulty("blocked-port", "firefox", "stun:a.example:1", "turn:a.example:22", "turns:a.example:6667?transport=tcp"),
  ...faulty("query", "both", "stun:a.example?transport=udp", "stun:a.example:3478?transport=udp", "stun:a.example?x=y"),
  ...faulty("query", "both", "turn:a.example?foo=bar", "turn:a.example?transport=", "turn:a.example?transport=tls"),
  ...faulty("query", "both", "turn:a.example?TRANSPORT=tcp", "turn:a.example?transport=udp&foo=bar"),
  ...faulty("query", "firefox", "turn:a.example?transport=TCP", "turn:a.example?transport=udp?x"),
  ...faulty("query", "chromium", "stun:a.example?", "turn:a.example?"),
  ...faulty("too-long", "none", `stun:${"a".repeat(60)}.${"example.".repeat(30)}`),
];

/** A TURN server without these is refused for that alone. */
export const serverAt = (url: string): { urls: string; username: string; credential: string } => ({
  urls: url,
  username: "u",
  credential: "c",
});

// Reads STUN and TURN servers (RFC 7064, RFC 7065), for the server that is told of them and for the page that gets them
// from the server. Neither trusts the text. The invariant: RTCPeerConnection accepts all that passes here, in Chromium
// and in Firefox. It throws on a list with one bad URL, and a page without any RTCPeerConnection would meet nobody.
import { encodeUtf8 } from "../basics/utf8.ts";

/** In the form that RTCPeerConnection takes. */
export interface IceServer {
  readonly urls: readonly string[];
  readonly username?: string;
  readonly credential?: string;
}

export type IceServerFault =
  | "not-a-server"
  | "too-many"
  | "too-long"
  | "scheme"
  | "secure-stun"
  | "host"
  | "port"
  | "blocked-port"
  | "query"
  | "credential-type"
  | "credential-missing"
  | "credential-too-long";

export interface IceServerRefusal {
  readonly fault: IceServerFault;
  /** The URL with the fault; undefined where the fault is not in a URL. */
  readonly url: string | undefined;
}

export interface IceServers {
  readonly servers: readonly IceServer[];
  readonly refusals: readonly IceServerRefusal[];
}

/**
 * URLs of all servers together. Each makes a browser gather one more candidate; five are called too many by Firefox.
 */
export const maxIceUrls = 16;
/** A host name has at most 253 characters (RFC 1035); scheme, port and transport have some 25. */
export const maxIceUrlLength = 300;
/** Bytes of UTF-8. Chromium and Firefox throw on more (RFC 8489, 14.3). */
export const maxIceUsernameBytes = 509;
/**
 * Bytes of UTF-8. Browsers know no limit; passwords of TURN servers have 20 to 100, and the page reads answers of 32
 * KiB.
 */
export const maxIceCredentialBytes = 512;

const maxPort = 65_535;
/** Of a host name and of what stands between two of its dots (RFC 1035, 2.3.4). */
const maxHostLength = 253;
const maxLabelLength = 63;

/**
 * Firefox refuses these ports, Chromium does not. Measured in Firefox 153: the ports that the Fetch Standard blocks
 * (§2.9), but for 53, which TURN servers use to pass firewalls.
 */
const blockedPorts: ReadonlySet<number> = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110, 111,
  113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540,
  548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000,
  6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080,
]);

/** @param value one server or a list of them, from JSON. A server with any fault is left out whole. */
export const readIceServers = (value: unknown): IceServers => {
  const servers: IceServer[] = [];
  const refusals: IceServerRefusal[] = [];
  let urls = 0;
  for (const item of Array.isArray(value) ? value : [value]) {
    const read = urls < maxIceUrls ? readIceServer(item, maxIceUrls - urls) : refusal("too-many");
    if ("fault" in read) refusals.push(read);
    else servers.push(read);
    if ("urls" in read) urls += read.urls.length;
    if (refusals.length >= maxIceUrls) break; // A list without end would otherwise be answered by one.
  }
  return { servers, refusals };
};

const refusal = (fault: IceServerFault, url?: string): IceServerRefusal => ({ fault, url });

const readIceServer = (value: unknown, maxUrls: number): IceServer | IceServerRefusal => {
  if (typeof value !== "object" || value === null) return refusal("not-a-server");
  const { urls: given, username, credential } = value as Readonly<Record<string, unknown>>;
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  if (list.length === 0) return refusal("not-a-server");
  if (list.length > maxUrls) return refusal("too-many");
  const urls: string[] = [];
  for (const url of list) {
    if (typeof url !== "string") return refusal("not-a-server");
    const read = readIceUrl(url);
    if (typeof read !== "string") return read;
    urls.push(read);
  }
  const isRelay = urls.some((url) => url.startsWith("turn"));
  for (const text of [username, credential])
    if (text !== undefined && typeof text !== "string") return refusal("credential-type");
  if (typeof username !== "string" || typeof credential !== "string" || username === "" || credential === "")
    return isRelay
      ? refusal(
          "credential-missing",
          urls.find((url) => url.startsWith("turn")),
        )
      : { urls };
  const isTooLong =
    encodeUtf8(username).length > maxIceUsernameBytes || encodeUtf8(credential).length > maxIceCredentialBytes;
  return isTooLong ? refusal("credential-too-long") : { urls, username, credential };
};

/** The URL, its scheme in lower case. */
const readIceUrl = (url: string): string | IceServerRefusal => {
  if (url.length > maxIceUrlLength) return refusal("too-long", `${url.slice(0, 40)}…`);
  const [, givenScheme = "", rest = ""] = /^([a-z]+):(.*)$/is.exec(url) ?? [];
  const scheme = givenScheme.toLowerCase();
  if (scheme === "stuns") return refusal("secure-stun", url);
  if (scheme !== "stun" && scheme !== "turn" && scheme !== "turns") return refusal("scheme", url);
  const [, authority = "", query] = /^([^?]*)(\?.*)?$/s.exec(rest) ?? [];
  const [, host = "", port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(authority) ?? [];
  if (authority.includes("@") || !isHost(host)) return refusal("host", url);
  if (port !== undefined) {
    if (!/^\d{1,5}$/.test(port) || Number(port) === 0 || Number(port) > maxPort) return refusal("port", url);
    if (blockedPorts.has(Number(port))) return refusal("blocked-port", url);
  }
  if (query !== undefined && (scheme === "stun" || !/^\?transport=(udp|tcp)$/.test(query)))
    return refusal("query", url);
  return `${scheme}:${rest}`;
};

const isHost = (host: string): boolean => {
  if (host.startsWith("[")) return host.endsWith("]") && isIpv6(host.slice(1, -1));
  const labels = host.replace(/\.$/, "").split(".");
  // A host that ends in a number is an address, also for browsers (URL Standard, "ends in a number checker").
  if (/^(\d+|0x[0-9a-f]*)$/i.test(labels.at(-1) ?? "")) return isIpv4(labels);
  const isLabel = (label: string): boolean =>
    label.length <= maxLabelLength && /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/i.test(label);
  return host.length <= maxHostLength && labels.every(isLabel);
};

const isIpv4 = (parts: readonly string[]): boolean =>
  parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);

/** RFC 4291, §2.2; without a zone, which browsers refuse in a URL. */
const isIpv6 = (text: string): boolean => {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0) return false;
  const groups = [head, tail ?? ""].flatMap((part) => (part === "" ? [] : part.split(":")));
  const last = groups.at(-1) ?? "";
  const endsInIpv4 = last.includes(".") && !text.endsWith("::");
  const hexadecimal = endsInIpv4 ? groups.slice(0, -1) : groups;
  if (endsInIpv4 && !isIpv4(last.split("."))) return false;
  if (!hexadecimal.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return false;
  const length = hexadecimal.length + (endsInIpv4 ? 2 : 0);
  return tail === undefined ? length === 8 : length <= 7;
};

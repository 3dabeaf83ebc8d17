// The option --ice-servers: URLs with commas between them, or JSON as RTCPeerConnection takes it. The gateway's reader
// decides, so that the server accepts exactly what the page can use. This file has the words for a person.
import {
  type IceServer,
  type IceServerFault,
  maxIceCredentialBytes,
  maxIceUrlLength,
  maxIceUrls,
  maxIceUsernameBytes,
  readIceServers,
} from "../gateway/wire/ice-servers.ts";
import { commaList } from "./comma-list.ts";
import { WrongValue } from "./start-problem.ts";

const forms = "stun:host[:port], turn:host[:port][?transport=udp|tcp] or turns:host[:port][?transport=udp|tcp]";

/** What is expected where there is a fault. */
const expectations: Readonly<Record<IceServerFault, string>> = {
  "not-a-server": `each server needs "urls", each of them ${forms}`,
  "too-many": `at most ${maxIceUrls} URLs in all`,
  "too-long": `a URL has at most ${maxIceUrlLength} characters`,
  scheme: `must be ${forms}`,
  "secure-stun": "browsers do not speak STUN over TLS; write stun: (for relays over TLS there is turns:)",
  host: "the host must be a name, an IPv4 address or an IPv6 address in [], without a user and without a path",
  port: "the port must be a number from 1 to 65535",
  "blocked-port": "Firefox blocks this port; 3478, 5349, 443, 80 and 53 are free",
  query: "a STUN URL has nothing behind its port; behind that of a TURN server only ?transport=udp or ?transport=tcp",
  "credential-type": "username and credential must be texts",
  "credential-missing":
    'a TURN server needs a username and a credential, as JSON: {"urls":"turn:host","username":"…","credential":"…"}',
  "credential-too-long": `a username has at most ${maxIceUsernameBytes} bytes, a credential ${maxIceCredentialBytes}`,
};

/** @throws WrongValue that says what is expected. */
export const iceServersOption = (value: string): readonly IceServer[] => {
  const isJson = /^\s*[[{]/.test(value);
  const { servers, refusals } = readIceServers(isJson ? parseJson(value) : commaList(value).map((urls) => ({ urls })));
  const [first] = refusals;
  if (first === undefined) return servers;
  throw new WrongValue(`${first.url === undefined ? "" : `${first.url}: `}${expectations[first.fault]}`);
};

const parseJson = (value: string): unknown => {
  try {
    return JSON.parse(value);
  } catch (error) {
    // The message quotes a part of the value, which may have several lines.
    const message = error instanceof Error ? error.message : String(error);
    throw new WrongValue(`is not JSON: ${message.replaceAll(/\s+/g, " ")}`);
  }
};

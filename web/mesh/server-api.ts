// What a page asks the server over HTTP: how to reach others, and who is in the room. The server is not trusted: its
// answers are bounded in size and time and checked in shape, and a wrong answer is an outcome, not an exception.

import { maxMembers } from "../../gateway/wire/frame-types.ts";
import { readIceServers } from "../../gateway/wire/ice-servers.ts";
import { isSessionId, roomIdOf } from "../../gateway/wire/session-id.ts";

/** Undefined stands for every failure: all that can be done is to try again. */
export interface ServerApi {
  config(): Promise<PageConfig | undefined>;
  /** Session ids of the room, oldest first. */
  members(roomId: string): Promise<readonly string[] | undefined>;
}

export interface PageConfig {
  /** The origin in invites; undefined where the server knows none that phones can reach. */
  readonly publicUrl: string | undefined;
  /** Where on the server PeerJS finds its socket. */
  readonly peerPath: string;
  /** Without those on which a browser would throw: a mesh without a relay is better than no mesh. */
  readonly iceServers: readonly RTCIceServer[];
  /** The server named more, which no browser can use. */
  readonly hasUnusableIceServers: boolean;
}

/** 128 session ids are 7 kB. */
const maxAnswerBytes = 32_768;
/** A phone's radio may take seconds to wake; the membership asks again anyway. */
const answerTimeoutMs = 8_000;

/** @param origin of the server, such as `location.origin`. */
export const serverApi = (origin: string, fetchFrom: typeof fetch): ServerApi => {
  const get = async <T>(path: string, read: (answer: unknown) => T | undefined): Promise<T | undefined> => {
    try {
      const signal = AbortSignal.timeout(answerTimeoutMs);
      const response = await fetchFrom(new URL(path, origin), { signal, cache: "no-store", credentials: "omit" });
      return response.ok ? read(JSON.parse(await readText(response))) : undefined;
    } catch {
      return undefined; // Not reachable, too slow, too long, or not JSON.
    }
  };
  return {
    config: () => get("/config.json", (answer) => readPageConfig(answer, origin)),
    members: (roomId) => get(`/rooms/${roomId}/members`, (answer) => readMembers(answer, roomId)),
  };
};

/** @throws RangeError when it is longer than any honest answer; the rest is not fetched. */
const readText = async (response: Response): Promise<string> => {
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (let chunk = await reader?.read(); chunk?.value !== undefined; chunk = await reader?.read()) {
    bytes += chunk.value.length;
    if (bytes > maxAnswerBytes) {
      await reader?.cancel();
      throw new RangeError("answer too long");
    }
    text += decoder.decode(chunk.value, { stream: true });
  }
  return text + decoder.decode();
};

const readPageConfig = (value: unknown, origin: string): PageConfig | undefined => {
  const { publicUrl, peerPath, iceServers } = fieldsOf(value);
  if (typeof peerPath !== "string" || !/^\/(?:[\w-]+\/)*$/.test(peerPath) || !Array.isArray(iceServers))
    return undefined;
  const { servers, refusals } = readIceServers(iceServers);
  return {
    peerPath,
    publicUrl: readInviteOrigin(publicUrl, origin),
    iceServers: servers.map(({ urls, ...credentials }) => ({ urls: [...urls], ...credentials })),
    hasUnusableIceServers: refusals.length > 0,
  };
};

/**
 * A person who opens an invite runs the page at its address, and that page gets the room key: over plain HTTP, anybody
 * on the way could replace the page. A name or a password in an address can look like its host, so neither is accepted.
 */
const readInviteOrigin = (value: unknown, ownOrigin: string): string | undefined => {
  const { origin, protocol, username, password } = urlOf(value) ?? {};
  const isPlain = username === "" && password === "";
  return isPlain && (protocol === "https:" || origin === ownOrigin) ? origin : undefined;
};

const urlOf = (value: unknown): URL | undefined => {
  try {
    return typeof value === "string" ? new URL(value) : undefined;
  } catch {
    return undefined;
  }
};

const readMembers = (value: unknown, roomId: string): readonly string[] | undefined => {
  const { members } = fieldsOf(value);
  if (!Array.isArray(members)) return undefined;
  const isMember = (member: unknown): member is string => isSessionId(member) && roomIdOf(member) === roomId;
  return members.slice(0, maxMembers).filter(isMember);
};

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? { ...value } : {};

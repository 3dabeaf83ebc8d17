// What the two ends of a dial may say about themselves, whoever carries it (docs/protocol.md §3.3 and §2.11): one data
// channel's media section, and not more addresses than anybody has. A browser would make a transport for each section,
// and try each address.

/**
 * A browser has a handful of addresses, times protocols and relays; more candidates than this are an attempt to exhaust
 * this page, or to make it knock elsewhere.
 */
export const maxCandidates = 64;

const printable = /^[\x20-\x7e\r\n]+$/;
/** RFC 8841 §4: a data channel's media section, and no other. */
const dataSection = /^m=application \d{1,5} (?:UDP|TCP)\/DTLS\/SCTP webrtc-datachannel\r?$/m;

/** The caller checks its length, and which certificate it names. */
export const isDataDescription = (sdp: string): boolean =>
  printable.test(sdp) &&
  countOf(/(?:^|[\r\n])m=/g, sdp) === 1 &&
  dataSection.test(sdp) &&
  candidatesIn(sdp) <= maxCandidates;

export const candidatesIn = (sdp: string): number => countOf(/candidate:/gi, sdp);

const countOf = (pattern: RegExp, text: string): number => text.match(pattern)?.length ?? 0;

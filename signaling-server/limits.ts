// What one socket, one address and the whole server may use. A page that behaves never meets any of these.

/**
 * A message, a ping and a pong each cost one unit and one more for each KiB. A newcomer to a room of 128 sends 8 offers a second with some ten
 * candidates each: about 120 units a second, for 16 s.
 */
export const messageUnits = { capacity: 600, refillPerSecond: 150 };
export const unitBytes = 1024;
/**
 * Frames beyond that rate, or beyond the rate of its address, that one socket may send in its life. A page sends none, and each
 * costs us a read. Then the socket is ended.
 */
export const maxExcessFrames = 1000;
/**
 * The same units for all sockets of one address together, or 256 of them could take a whole processor (about 20 µs a message). Fifty phones behind
 * one NAT that form a room send some 27,000 messages within seconds.
 */
export const addressUnits = { capacity: 60_000, refillPerSecond: 10_000 };

/** Frames that make up one message; browsers send one, or a few for a long one. */
export const maxMessageFragments = 64;
/** Reads in which one frame comes in: a message of 64 KiB is some fifty packets, where the network cuts them small some two hundred. */
export const maxMessageChunks = 512;

/** What waits for a socket that does not read; beyond this it is ended, for it would grow for ever. */
export const maxUnsentBytes = 1024 * 1024;
/** What waits for all sockets together, or 5000 of them could keep 5 GB waiting: see unsent-budget.ts. */
export const maxTotalUnsentBytes = 32 * 1024 * 1024;

/** A session whose socket is lost keeps its id this long for whoever has its token: a page that lost its network comes back within minutes. */
export const reservationMs = 5 * 60_000;
/** The session that has been away longest is forgotten first. */
export const maxReservations = 10_000;

/** Sessions of one room; a gateway wants at most 128 others (the members frame, docs/protocol.md §2.5). */
export const maxRoomSessions = 128;
/** Who has exchanged nothing for this long after coming is idle: a page that finds others there dials or answers at once. */
export const idleSessionMs = 10_000;
/** A class behind one NAT with room to spare, or a test bench of 150 native phones. */
export const maxAddressSockets = 256;
/** PeerServer's own default. */
export const maxSockets = 5000;

/** TCP connections of either server: signaling sockets, and browsers that load the page. */
export const maxConnections = 2 * maxSockets;
/** Of one address, so that it alone cannot use them up: its 256 sockets, and as many browsers with up to six connections that come and go. */
export const maxAddressConnections = 1024;

/** Sockets opened by one address: a whole room that returns at once after a restart, then redials of 1 to 30 s each. */
export const socketRate = { capacity: 256, refillPerSecond: 10 };
/** Requests of one address: thirty phones behind one NAT that load the page at the same moment. */
export const requestRate = { capacity: 1000, refillPerSecond: 50 };
/** Addresses whose rates are remembered; the one that has been silent longest is forgotten first. */
export const maxTrackedAddresses = 4096;

/** For the other end to close its side of a socket that we have closed; ws's own 30 s let it speak on for as long. */
export const closeTimeoutMs = 5_000;

/** A session is ended after this long without a HEARTBEAT; a hidden page's timers run once a minute. */
export const silentSessionMs = 120_000;
/** How often silent sessions are looked for: short beside what they are allowed. */
export const silenceCheckMs = 5_000;
/** Headers of a request that trickle in, or do not come at all. */
export const headersTimeoutMs = 10_000;
export const requestTimeoutMs = 20_000;
/** How often the two are looked after; Node's own 30 s would make 40 s of the first. */
export const timeoutCheckMs = 1_000;
/**
 * Answers on their way to all clients together: 1024 that nobody read raised the peak of this process by some 240 MB.
 * A class of a hundred phones asks for some 400 at once.
 */
export const maxUnreadAnswers = 512;
/**
 * A connection on which nothing moves is ended after this long, such as one whose answer nobody reads; Node gives it as long
 * again while something waits to be written. Signaling sockets are exempt.
 */
export const unreadAnswerMs = 15_000;
/** Of TLS; a slow phone in a bad network needs a second or two. */
export const tlsHandshakeTimeoutMs = 10_000;

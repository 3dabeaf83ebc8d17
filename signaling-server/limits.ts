// What one socket, one address and the whole server may use. A page that behaves never meets any of these.

/**
 * A message, a ping and a pong each cost one unit and one more for each KiB. A newcomer to a room of 128 sends 8 offers
 * a second with some ten candidates each: about 120 units a second, for 16 s.
 */
export const messageUnits = { capacity: 600, refillPerSecond: 150 };
export const unitBytes = 1024;
/**
 * Frames beyond that rate, or beyond the rate of its address, that one socket may send in its life. A page sends none,
 * and each costs us a read. Then the socket is ended.
 */
export const maxExcessFrames = 1000;
/**
 * The same units for all sockets of one address together. Otherwise 256 of them could use a whole processor (about 20
 * µs a message). Fifty phones behind one NAT that form a room send some 27,000 messages within seconds.
 */
export const addressUnits = { capacity: 60_000, refillPerSecond: 10_000 };

/** Frames that make up one message; browsers send one, or a few for a long one. */
export const maxMessageFragments = 64;
/**
 * Reads in which one frame arrives: a message of 64 KiB is some fifty packets, or two hundred where packets are small.
 */
export const maxMessageChunks = 512;

/** Bytes that wait for one socket that does not read. Beyond this it is ended, because they would grow for ever. */
export const maxUnsentBytes = 1024 * 1024;
/** Bytes that wait for all sockets together. Otherwise 5000 of them could keep 5 GB waiting: see unsent-budget.ts. */
export const maxTotalUnsentBytes = 32 * 1024 * 1024;

/** A lost session's id is kept this long for the page that has its token: it comes back within minutes. */
export const reservationMs = 5 * 60_000;
/** The session that has been away longest is forgotten first. */
export const maxReservations = 10_000;

/** Sessions of one room; a gateway wants at most 128 others (the members frame, docs/protocol.md §2.5). */
export const maxRoomSessions = 128;
/** A session that answers nobody and gets no answer for this long is idle: a page that finds others dials at once. */
export const idleSessionMs = 10_000;
/** A class behind one NAT with room to spare, or a test bench of 150 native phones. */
export const maxAddressSockets = 256;
/** PeerServer's own default. */
export const maxSockets = 5000;

/** TCP connections of either server: signaling sockets, and browsers that load the page. */
export const maxConnections = 2 * maxSockets;
/**
 * Connections of one address, so that it cannot use them all up: its 256 sockets, and as many browsers with up to six
 * connections that come and go.
 */
export const maxAddressConnections = 1024;

/** Sockets opened by one address: a whole room that returns at once after a restart, then redials of 1 to 30 s each. */
export const socketRate = { capacity: 256, refillPerSecond: 10 };
/** Requests of one address: thirty phones behind one NAT that load the page at the same moment. */
export const requestRate = { capacity: 1000, refillPerSecond: 50 };
/** Addresses whose rates are remembered; the one that has been silent longest is forgotten first. */
export const maxTrackedAddresses = 4096;

/**
 * Time for a client to close its side of a socket that we closed. With ws's own 30 s it could go on sending for as
 * long.
 */
export const closeTimeoutMs = 5_000;

/** A session is ended after this long without a HEARTBEAT; a hidden page's timers run once a minute. */
export const silentSessionMs = 120_000;
/** How often we look for silent sessions: often, compared with the time that they are allowed. */
export const silenceCheckMs = 5_000;
/** Time for the headers of a request, which may come slowly or never. */
export const headersTimeoutMs = 10_000;
export const requestTimeoutMs = 20_000;
/** How often Node checks these two. With its own 30 s, the first would take up to 40 s. */
export const timeoutCheckMs = 1_000;
/**
 * Answers on their way to all clients together: 1024 that nobody read raised the peak of this process by some 240 MB.
 * A class of a hundred phones asks for some 400 at once.
 */
export const maxUnreadAnswers = 512;
/**
 * A connection on which nothing moves is ended after this long, such as one whose answer nobody reads; Node gives it as
 * long again while something waits to be written. Signaling sockets are exempt.
 */
export const unreadAnswerMs = 15_000;
/** Time for a TLS handshake; a slow phone in a bad network needs a second or two. */
export const tlsHandshakeTimeoutMs = 10_000;

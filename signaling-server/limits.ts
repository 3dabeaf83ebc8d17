// What one socket, one address and the whole server may use. A page that behaves never meets any of these.

/**
 * A message costs one unit and one more for each KiB. A newcomer to a room of 128 sends 8 offers a second with some ten
 * candidates each: about 120 units a second, for 16 s.
 */
export const messageUnits = { capacity: 600, refillPerSecond: 150 };
export const unitBytes = 1024;

/** What waits for a socket that does not read; beyond this it is ended, for it would grow for ever. */
export const maxUnsentBytes = 1024 * 1024;

/** Sessions of one room; a gateway wants at most 128 others (the members frame, docs/protocol.md §2.5). */
export const maxRoomSessions = 128;
/** A class behind one NAT with room to spare, or a test bench of 150 native phones. */
export const maxAddressSockets = 256;
/** PeerServer's own default. */
export const maxSockets = 5000;

/** TCP connections of either server: signaling sockets, and browsers that load the page. */
export const maxConnections = 2 * maxSockets;

/** Sockets opened by one address: a whole room that returns at once after a restart, then redials of 1 to 30 s each. */
export const socketRate = { capacity: 256, refillPerSecond: 10 };
/** Requests of one address: thirty phones behind one NAT that load the page at the same moment. */
export const requestRate = { capacity: 1000, refillPerSecond: 50 };
/** Addresses whose rates are remembered; the one that has been silent longest is forgotten first. */
export const maxTrackedAddresses = 4096;

/** PeerServer drops a session after this long without a HEARTBEAT; a hidden page's timers run once a minute. */
export const silentSessionMs = 120_000;
/** Headers of a request that trickle in. */
export const headersTimeoutMs = 10_000;
export const requestTimeoutMs = 20_000;

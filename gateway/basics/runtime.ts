// The narrow functions that the pure code is handed instead of the platform: time, timers, chance and cryptography.

/** Milliseconds on a monotonic clock with sub-millisecond fraction; its origin is fixed for the life of the page. */
export type Now = () => number;

/** The three clocks of a page. `now` is the clock of everything; the other two tell a page that it has slept. */
export interface Clocks {
  /** Goes on while the device sleeps, and jumps where the wall clock is set forward: sleepless-clock.ts. */
  readonly now: Now;
  /** What `now` follows but for its jumps. It stands still while many phones sleep, and cannot be set. */
  readonly monotonicNow: Now;
  /** Milliseconds of the wall clock: it goes on during sleep and over a reload, and can be set. */
  readonly wallNow: Now;
}

/** Runs `task` once, not before `delayMs` have passed; the returned function cancels it. */
export type Schedule = (delayMs: number, task: () => void) => Cancel;
export type Cancel = () => void;

/** Cryptographically strong random bytes. */
export type RandomBytes = (count: number) => Uint8Array;

/** Uniform in [0, 1); for jitter only, never for secrets. */
export type RandomUnit = () => number;

/** WebCrypto behind byte arrays; `web/platform/web-crypto.ts` implements it for pages and Node. */
export interface Crypto {
  randomBytes: RandomBytes;
  sha256(data: Uint8Array): Promise<Uint8Array>;
  hmacSha256(key: Uint8Array, data: Uint8Array): Promise<Uint8Array>;
  /** HKDF-SHA-256 (RFC 5869) with an empty salt. */
  hkdfSha256(inputKey: Uint8Array, info: Uint8Array, lengthBytes: number): Promise<Uint8Array>;
  /**
   * ECDSA P-256 with SHA-256; `publicKey` is the uncompressed point (65 bytes), `signature` r ‖ s (64 bytes). False for
   * any malformed input.
   */
  verifyP256(publicKey: Uint8Array, signature: Uint8Array, data: Uint8Array): Promise<boolean>;
}

/** The private half stays where it was made: only signing is handed out. */
export interface IdentityKey {
  /** What others know this gateway by, docs/protocol.md §2.1. */
  readonly gatewayId: string;
  readonly publicKey: Uint8Array;
  sign(data: Uint8Array): Promise<Uint8Array>;
}

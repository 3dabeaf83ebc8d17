// A process in which members live, seen from the run: a worker or a page. Both run a crew, and take the same commands.

import type { SliceProgress, SliceResult, SliceSpec } from "../members/slice.ts";
import type { ClockOffset } from "../meters/machine-clock.ts";
import type { JoinSpec, RoomPlan } from "../roles/crew.ts";

export interface Host {
  readonly kind: "page" | "worker";
  readonly clock: ClockOffset;
  join(spec: JoinSpec): Promise<readonly string[]>;
  connected(): Promise<readonly number[]>;
  standBy(plan: RoomPlan): Promise<void>;
  /** Resolves when it listens: it would lose a message of the slice that came earlier. */
  prepare(spec: SliceSpec): Promise<void>;
  /**
   * @param startAtMs on the machine's clock. Resolves when the slice is over and its grace is, too, or was cut short.
   */
  play(startAtMs: number): Promise<SliceResult>;
  /** The progress of the slice that is being played. */
  progress(): Promise<SliceProgress>;
  /** The slice need not wait for what is still under way. */
  cutGrace(): Promise<void>;
  close(): Promise<void>;
}

/** A command to a worker over its pipe; the reply comes back under the same number. */
export type Command =
  | { readonly name: "join"; readonly spec: JoinSpec }
  | { readonly name: "connected" | "progress" | "cut-grace" }
  | { readonly name: "stand-by"; readonly plan: RoomPlan }
  | { readonly name: "prepare"; readonly spec: SliceSpec }
  | { readonly name: "play"; readonly startAtMs: number }
  | { readonly name: "close" };

export interface Request {
  readonly id: number;
  readonly command: Command;
}

export type Reply =
  | { readonly ready: ClockOffset }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };

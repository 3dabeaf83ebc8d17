// A process in which members live, seen from the run: a worker or a page. Both do what a crew does, by the same
// commands.

import type { SliceProgress, SliceResult, SliceSpec } from "../members/slice.ts";
import type { ClockOffset } from "../meters/machine-clock.ts";
import type { JoinSpec, RoomPlan } from "../roles/crew.ts";

export interface Host {
  readonly kind: "page" | "worker";
  readonly clock: ClockOffset;
  join(spec: JoinSpec): Promise<readonly string[]>;
  connected(): Promise<readonly number[]>;
  standBy(plan: RoomPlan): Promise<void>;
  /** Resolves when it listens: a message of the slice that came before would be lost to it. */
  prepare(spec: SliceSpec): Promise<void>;
  /**
   * @param startAtMs on the machine's clock. Resolves when the slice is over and its grace is, too, or was cut short.
   */
  play(startAtMs: number): Promise<SliceResult>;
  /** That of the slice that is being played. */
  progress(): Promise<SliceProgress>;
  /** What is still to come need not be waited for. */
  cutGrace(): Promise<void>;
  close(): Promise<void>;
}

/** What goes to a worker over its pipe, and comes back under the same number. */
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

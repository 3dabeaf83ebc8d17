// What a member does in a run. A role is opened once and takes part in every slice.
import type { Mark } from "../load/payload.ts";
import type { Message } from "../load/workload.ts";
import type { SliceLog } from "../members/slice.ts";

export interface Role {
  /** After its member has joined. */
  open(): Promise<void>;
  /** The number of peers whose probes it knows and has asked for, if it needs that. */
  acquainted?(): number;
  /** What it sends in the slice, from its own load; empty for a role that only receives. */
  messages(log: SliceLog): readonly Message[];
  /** A slice begins; the returned function ends it. */
  begin(log: SliceLog): () => void;
  /** One of its messages is due. */
  say(message: Message, mark: Mark): void;
}

// Gateways of memory-room.ts that are measured, each by its own statistics.
import type { GatewayObserver } from "../../gateway/gateway-observer.ts";
import { Statistics } from "../../gateway/statistics/statistics.ts";
import type { StatisticsSnapshot } from "../../gateway/statistics/statistics-types.ts";
import type { FakeTime } from "./fake-time.ts";
import { type Member, type MemberOptions, newMember } from "./memory-room.ts";

export interface MeasuredMember extends Member {
  readonly statistics: Statistics;
  snapshot(): StatisticsSnapshot;
}

export const newMeasuredMember = async (
  time: FakeTime,
  name: string,
  options: MemberOptions = {},
): Promise<MeasuredMember> => {
  const { clockOffsetMs = 0 } = options;
  const statistics = new Statistics(options.now ?? (() => time.now() + clockOffsetMs));
  const observer: GatewayObserver = statistics;
  const member = await newMember(time, name, { ...options, observer });
  return { ...member, statistics, snapshot: () => statistics.snapshot(member.gateway) };
};

/** Every number in `value` that is not finite, by its path: a figure must be a number or absent. */
export const brokenNumbersIn = (value: unknown, path = ""): readonly string[] => {
  if (typeof value === "number") return Number.isFinite(value) ? [] : [`${path} is ${value}`];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => brokenNumbersIn(inner, `${path}.${key}`));
};

// What the operating system counts: processor time and memory of processes, packets and bytes on the loopback
// interface. Linux only; elsewhere the figures are absent.
import { existsSync, readdirSync, readFileSync } from "node:fs";

/** `getconf CLK_TCK` on every Linux that Node runs on. */
const ticksPerSecond = 100;

export interface WireCounters {
  /** UDP datagrams sent by anybody on this machine, over IPv4 and IPv6 (/proc/net/snmp, /proc/net/snmp6). */
  readonly packets: number;
  /**
   * IP bytes through `lo`, each packet once (transmit column of /proc/net/dev): all traffic between processes of one
   * machine takes that way.
   */
  readonly bytes: number;
}

export const hasOsCounters = existsSync("/proc/self/stat") && existsSync("/proc/net/snmp");

export const wireCounters = (): WireCounters | undefined => {
  if (!hasOsCounters) return undefined;
  const [names = "", values = ""] = readFileSync("/proc/net/snmp", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("Udp:"));
  const column = names.split(" ").indexOf("OutDatagrams");
  const overIpv6 = /^Udp6OutDatagrams\s+(\d+)/m.exec(readOrEmpty("/proc/net/snmp6"))?.[1] ?? 0;
  const loopback = /^\s*lo:\s*(.*)$/m.exec(readFileSync("/proc/net/dev", "utf8"))?.[1] ?? "";
  return {
    packets: Number(values.split(" ")[column] ?? 0) + Number(overIpv6),
    bytes: Number(loopback.split(/\s+/)[8] ?? 0),
  };
};

/** User and system time of all threads of these processes, in ms; a process that has ended does not count any more. */
export const cpuMs = (pids: readonly number[]): number | undefined => {
  if (!hasOsCounters) return undefined;
  let ticks = 0;
  for (const pid of pids) {
    const fields = statOf(pid);
    ticks += Number(fields?.[11] ?? 0) + Number(fields?.[12] ?? 0);
  }
  return (ticks * 1000) / ticksPerSecond;
};

/** The process and all its descendants. */
export const processTree = (root: number): readonly number[] => {
  if (!hasOsCounters) return [root];
  const parents = new Map<number, number>();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const parent = statOf(Number(entry))?.[1];
    if (parent !== undefined) parents.set(Number(entry), Number(parent));
  }
  const tree = new Set([root]);
  for (let before = 0; before < tree.size; ) {
    before = tree.size;
    for (const [pid, parent] of parents) if (tree.has(parent)) tree.add(pid);
  }
  return [...tree];
};

/** Resident memory now, of all of them together, in MB. Memory that they share counts for each. */
export const residentMb = (pids: readonly number[]): number | undefined => memoryMb(pids, "VmRSS");

/** The sum of the greatest resident memory that each of them has had. */
export const peakResidentMb = (pids: readonly number[]): number | undefined => memoryMb(pids, "VmHWM");

const memoryMb = (pids: readonly number[], field: string): number | undefined => {
  if (!hasOsCounters) return undefined;
  let kb = 0;
  for (const pid of pids)
    kb += Number(new RegExp(`^${field}:\\s+(\\d+)`, "m").exec(readOrEmpty(`/proc/${pid}/status`))?.[1] ?? 0);
  return Math.round(kb / 1024);
};

/** The fields after the name; the name may contain blanks. */
const statOf = (pid: number): readonly string[] | undefined => {
  const stat = readOrEmpty(`/proc/${pid}/stat`);
  return stat === "" ? undefined : stat.slice(stat.lastIndexOf(")") + 2).split(" ");
};

/** A process may end at any moment. */
const readOrEmpty = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
};

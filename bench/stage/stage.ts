// Starts and ends all that a run needs: the server, the browser, the processes, and the members in them. It is ready
// when every member is connected to every other.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { build } from "vite";
import { toBase64url } from "../../gateway/basics/base64url.ts";
import { makeRoomKey } from "../../gateway/wire/room-key.ts";
import { webCrypto } from "../../web/platform/web-crypto.ts";
import { processTree } from "../meters/os-counters.ts";
import type { BenchArguments } from "../options/arguments.ts";
import { scenarios } from "../options/scenarios.ts";
import type { MemberSpec, RoleSpec } from "../roles/crew.ts";
import { launchChromium } from "./chromium.ts";
import { findChromium, missingChromium } from "./find-chromium.ts";
import type { Host } from "./host.ts";
import { PageHost } from "./page-host.ts";
import { ServerChild } from "./server-child.ts";
import { WorkerHost } from "./worker-host.ts";

/** Fifty phones on two cores have taken half of it. */
const wholeTimeoutMs = 180_000;
const pollMs = 100;
/** In this time the last requests for samples arrive, and the work that setting up left behind is done. */
const settleMs = 1_000;

/** The stage could not be set up; one line says what was missing. */
export class StageFailure extends Error {}

export interface StageOptions {
  readonly args: BenchArguments;
  readonly phones: number;
  readonly onProgress: (what: string) => void;
}

export class Stage {
  readonly hosts: Host[] = [];
  /** Members that take part in the load: in a mesh, one message should reach one less. */
  members = 0;
  /** From the first member's start until every member is connected to every other. */
  setupMs = 0;
  readonly #options: StageOptions;
  readonly #roomKey = toBase64url(makeRoomKey(webCrypto.randomBytes));
  readonly #undo: (() => Promise<unknown>)[] = [];
  readonly #workers: WorkerHost[] = [];
  #browser: Browser | undefined;
  #browserPid: number | undefined;
  #origin = "";
  #isGivenUp = false;

  constructor(options: StageOptions) {
    this.#options = options;
  }

  /** The processes under test: the page, if there is one. */
  get hostsUnderTest(): readonly Host[] {
    const pages = this.hosts.filter(({ kind }) => kind === "page");
    if (pages.length > 0) return pages;
    return this.#isStar ? this.hosts.slice(0, 1) : this.hosts;
  }

  /** Their processes now: a browser has several, and they come and go. */
  pidsUnderTest(): readonly number[] {
    if (this.#browserPid !== undefined) return processTree(this.#browserPid);
    return this.#isStar ? this.workerPids.slice(0, 1) : this.workerPids;
  }

  /** All members together. */
  pids(): readonly number[] {
    return [...(this.#browserPid === undefined ? [] : processTree(this.#browserPid)), ...this.workerPids];
  }

  get browserVersion(): string | undefined {
    return this.#browser?.version();
  }

  get workerPids(): readonly number[] {
    return this.#workers.map(({ pid }) => pid);
  }

  get #isStar(): boolean {
    return scenarios[this.#options.args.scenario].cast.kind === "star";
  }

  async open(): Promise<void> {
    const { args, onProgress } = this.#options;
    const folder = await mkdtemp(join(tmpdir(), "earl-bench-"));
    this.#undo.push(() => rm(folder, { recursive: true, force: true }));
    onProgress("building the page");
    const pageFolder = await buildPage(join(folder, "page"));
    onProgress("starting the server");
    const server = await ServerChild.start(pageFolder, join(folder, "data"));
    this.#undo.push(() => server.close());
    this.#origin = server.origin;
    if (args.browsers !== "none") await this.#openBrowser();
    if (this.#isStar) await this.#castStar();
    else await this.#castMesh();
    await new Promise((resolve) => setTimeout(resolve, settleMs));
  }

  /** Adds phones to a mesh, in a process of their own; resolves when they have begun to join. */
  async addNewcomers(count: number): Promise<WorkerHost> {
    const worker = await WorkerHost.start();
    const specs = Array.from({ length: count }, (_, i) => this.#phone(1000 + i, false));
    await worker.join({ origin: this.#origin, roomKey: this.#roomKey, members: specs });
    return worker;
  }

  /** Ends everything, without waiting for what is still starting. */
  giveUp(): void {
    this.#isGivenUp = true;
  }

  async close(): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.close().catch(() => undefined)));
    for (const undo of this.#undo.splice(0).reverse()) await undo().catch(() => undefined);
  }

  async #openBrowser(): Promise<void> {
    if (findChromium() === undefined) throw new StageFailure(missingChromium);
    const browser = await launchChromium([], false);
    this.#undo.push(() => browser.close());
    this.#browser = browser;
    const session = await browser.newBrowserCDPSession();
    const { processInfo } = await session.send("SystemInfo.getProcessInfo");
    await session.detach();
    this.#browserPid = processInfo.find(({ type }) => type === "browser")?.id;
  }

  #goOn(): void {
    if (this.#isGivenUp) throw new StageFailure("stopped");
  }

  async #addWorker(): Promise<WorkerHost> {
    this.#goOn();
    const worker = await WorkerHost.start();
    this.#workers.push(worker);
    this.hosts.push(worker);
    return worker;
  }

  async #addPage(): Promise<PageHost> {
    this.#goOn();
    if (this.#browser === undefined) throw new Error("no browser is open");
    const page = await PageHost.open(this.#browser, this.#origin);
    this.hosts.push(page);
    return page;
  }

  async #castMesh(): Promise<void> {
    const { args, phones, onProgress } = this.#options;
    const pages = args.browsers === "all" ? phones : args.browsers === "one" ? 1 : 0;
    const natives = phones - pages;
    onProgress(`starting ${phones} phones, ${pages} of them in Chromium`);
    for (let i = 0; i < pages; i++) await this.#addPage();
    for (let i = 0; i < Math.min(args.workers, natives); i++) await this.#addWorker();
    const members = Array.from({ length: phones }, (_, i) => this.#phone(i, i < pages));
    const shares = this.hosts.map((host, i) =>
      host.kind === "page"
        ? members.slice(i, i + 1)
        : members.slice(pages).filter((_, j) => j % this.#workers.length === i - pages),
    );
    const startedMs = performance.now();
    const sessions = await Promise.all(this.hosts.map((host, i) => this.#join(host, shares[i] ?? [])));
    this.members = phones;
    await this.#untilWhole((connected) => connected === phones - 1);
    this.setupMs = performance.now() - startedMs;
    await this.#standBy(sessions, undefined, undefined);
  }

  async #castStar(): Promise<void> {
    const { args, phones, onProgress } = this.#options;
    const { cast } = scenarios[args.scenario];
    if (cast.kind !== "star") return;
    onProgress(`starting a gateway and ${phones} phones around it`);
    const hubHost = args.browsers === "none" ? await this.#addWorker() : await this.#addPage();
    const workers: WorkerHost[] = [];
    for (let i = 0; i < Math.min(args.workers, phones); i++) workers.push(await this.#addWorker());
    const [hub] = await this.#join(hubHost, [
      { ...this.#member(0, cast.hub(phones)), topology: { kind: "hub" }, hasFigures: this.#hasFigures(hubHost) },
    ]);
    if (hub === undefined) throw new Error("the gateway under test has no session");
    const spokes = Array.from({ length: phones }, (_, i) => this.#member(i, cast.spoke));
    if (cast.hasReceiver) spokes.push(this.#member(phones, [{ kind: "receiver" }]));
    const shares = workers.map((_, i) => spokes.filter((_, j) => j % workers.length === i));
    const startedMs = performance.now();
    const sessions = await Promise.all(
      workers.map((worker, i) =>
        this.#join(
          worker,
          (shares[i] ?? []).map((spoke): MemberSpec => ({ ...spoke, topology: { kind: "spoke", hub } })),
        ),
      ),
    );
    this.members = spokes.length + 1;
    await this.#untilWhole((connected, i) => connected === (i === 0 ? spokes.length : 1));
    this.setupMs = performance.now() - startedMs;
    const receiverShare = shares.findIndex((share) =>
      share.some(({ roles }) => roles.some(({ kind }) => kind === "receiver")),
    );
    await this.#standBy([[hub], ...sessions], hub, sessions[receiverShare]?.at(-1));
  }

  #join(host: Host, members: readonly MemberSpec[]): Promise<readonly string[]> {
    return host.join({ origin: this.#origin, roomKey: this.#roomKey, members });
  }

  #member(index: number, roles: readonly RoleSpec[]): MemberSpec {
    const { service } = this.#options.args;
    return { index, name: `phone ${index + 1}`, topology: { kind: "mesh" }, roles, service, hasFigures: false };
  }

  #phone(index: number, isPage: boolean): MemberSpec {
    const { probes, hasFigures } = this.#options.args;
    const member = this.#member(index, [{ kind: "phone", probes, watches: true }]);
    return { ...member, hasFigures: isPage && hasFigures };
  }

  #hasFigures(host: Host): boolean {
    return host.kind === "page" && this.#options.args.hasFigures;
  }

  async #untilWhole(isWhole: (connected: number, place: number) => boolean): Promise<void> {
    const untilMs = performance.now() + wholeTimeoutMs;
    for (;;) {
      this.#goOn();
      const counts = (await Promise.all(this.hosts.map((host) => host.connected()))).flat();
      const missing = counts.filter((connected, i) => !isWhole(connected, i)).length;
      if (missing === 0) return;
      if (performance.now() > untilMs)
        throw new StageFailure(
          `after ${wholeTimeoutMs / 1000} s ${missing} of ${counts.length} members were not connected to everybody`,
        );
      this.#options.onProgress(`connecting: ${counts.length - missing} of ${counts.length} are connected to everybody`);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  async #standBy(
    sessions: readonly (readonly string[])[],
    hub: string | undefined,
    receiver: string | undefined,
  ): Promise<void> {
    const offsetsMs: Record<string, number> = {};
    for (const [i, host] of this.hosts.entries()) {
      for (const sessionId of sessions[i] ?? []) offsetsMs[sessionId] = host.clock.offsetMs;
    }
    await Promise.all(this.hosts.map((host) => host.standBy({ offsetsMs, hub, receiver })));
  }
}

const buildPage = async (folder: string): Promise<string> => {
  await build({
    configFile: false,
    logLevel: "error",
    root: fileURLToPath(new URL("../page", import.meta.url)),
    build: {
      outDir: folder,
      emptyOutDir: true,
      minify: true,
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
    },
  });
  return folder;
};

// Hears all that a page says to servers, as it leaves the browser: requests with their headers, and the signaling
// socket both ways. And sees whom its peer connections are told to ask for their addresses.
import type { CDPSession, Page } from "playwright-core";

/** One RTCPeerConnection of the page. */
export interface SeenConnection {
  readonly iceServers: readonly RTCIceServer[];
  /** Only a connection that gathers candidates asks its ICE servers anything. */
  readonly hasGathered: boolean;
}

declare global {
  interface Window {
    seenConnections?: SeenConnection[];
  }
}

export class Eavesdropper {
  readonly #page: Page;
  readonly #urls: string[] = [];
  readonly #scripts = new Set<string>();
  readonly #words: string[] = [];

  private constructor(page: Page, network: CDPSession) {
    this.#page = page;
    network.on("Network.requestWillBeSent", ({ request, type }) => {
      // A fragment is told beside the URL, and stays in the browser.
      this.#urls.push(request.url);
      if (type === "Script") this.#scripts.add(request.url);
      this.#hear(request.method, request.url, request.headers, request.postData);
    });
    network.on("Network.requestWillBeSentExtraInfo", ({ headers }) => this.#hear(headers));
    network.on("Network.webSocketCreated", ({ url }) => {
      this.#urls.push(url);
      this.#hear(url);
    });
    network.on("Network.webSocketWillSendHandshakeRequest", ({ request }) => this.#hear(request.headers));
    network.on("Network.webSocketFrameSent", ({ response }) => this.#hear(response.payloadData));
    network.on("Network.webSocketFrameReceived", ({ response }) => this.#hear(response.payloadData));
  }

  /** To be called before the page is opened. */
  static async listen(page: Page): Promise<Eavesdropper> {
    const network = await page.context().newCDPSession(page);
    await network.send("Network.enable");
    await page.addInitScript(watchConnections);
    return new Eavesdropper(page, network);
  }

  /**
   * Of everything that was requested from somewhere, each once. Chromium's own picture of a clock in a field for a time
   * of day is a data URL.
   */
  get origins(): readonly string[] {
    const asked = this.#urls.map((url) => new URL(url)).filter(({ protocol }) => protocol !== "data:");
    return [...new Set(asked.map(({ origin }) => origin))];
  }

  /** URLs of the scripts that were loaded, each once. */
  get scripts(): readonly string[] {
    return [...this.#scripts];
  }

  /** All that was said. */
  get words(): string {
    return this.#words.join("\n");
  }

  /** Since the page was loaded. */
  connections(): Promise<readonly SeenConnection[]> {
    return this.#page.evaluate(() => window.seenConnections ?? []);
  }

  #hear(...said: readonly unknown[]): void {
    this.#words.push(JSON.stringify(said));
  }
}

/** Runs in the page, before anything of it. */
const watchConnections = (): void => {
  const seen: SeenConnection[] = [];
  window.seenConnections = seen;
  window.RTCPeerConnection = new Proxy(window.RTCPeerConnection, {
    construct: (target, args: [RTCConfiguration?]) => {
      const connection = new target(...args);
      const index = seen.push({ iceServers: args[0]?.iceServers ?? [], hasGathered: false }) - 1;
      connection.addEventListener("icegatheringstatechange", () => {
        seen[index] = { iceServers: connection.getConfiguration().iceServers ?? [], hasGathered: true };
      });
      return connection;
    },
  });
};

// A Bluetooth adapter for one headless Chromium, over the DevTools protocol, so that tests drive the real
// `navigator.bluetooth`. Neighbours: emulated-arm-probe.ts is a peripheral within its reach; bluetooth-page-hooks.ts is
// what runs inside the pages. Two sessions are needed: BluetoothEmulation lives on the browser, DeviceAccess (the
// chooser) on each page.
import type { Browser, CDPSession, Page } from "playwright-core";

/** One GATT operation of a page that waits for the peripheral's answer. */
export type GattRequest =
  | { readonly on: "connection" | "discovery" }
  | {
      readonly on: "characteristic";
      readonly characteristicId: string;
      readonly type: "read" | "write" | "subscribe-to-notifications" | "unsubscribe-from-notifications";
      readonly data: Uint8Array;
    };

export interface EmulatedPeripheral {
  readonly address: string;
  readonly name: string;
  readonly advertisedServices: readonly string[];
  onRequest(request: GattRequest): Promise<void>;
}

export interface CharacteristicLayout {
  readonly uuid: string;
  readonly properties: {
    readonly read?: boolean;
    readonly write?: boolean;
    readonly writeWithoutResponse?: boolean;
    readonly notify?: boolean;
  };
}

/** Client Characteristic Configuration: without it startNotifications() is refused as "not supported". */
const clientConfigurationUuid = "00002902-0000-1000-8000-00805f9b34fb";

/** Chromium ends the emulation with the last page that has touched the adapter, so that one stays behind the others. */
const keepAdapter = async (browser: Browser): Promise<void> => {
  const page = await browser.newPage();
  await page.route("**", (route) => route.fulfill({ contentType: "text/html", body: "" }));
  await page.goto("https://adapter.test/"); // Bluetooth is for secure pages only; the request does not leave the browser.
  await page.evaluate(() => navigator.bluetooth.getAvailability());
};

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

export class EmulatedBluetooth {
  readonly #session: CDPSession;
  readonly #peripherals = new Map<string, EmulatedPeripheral>();
  /** Which peripheral a characteristic belongs to, as long as its link lasts. */
  readonly #owners = new Map<string, EmulatedPeripheral>();
  readonly #choosers = new Map<Page, { address: string | undefined }>();

  private constructor(session: CDPSession) {
    this.#session = session;
    session.on("BluetoothEmulation.gattOperationReceived", ({ address, type }) =>
      this.#hand(this.#peripherals.get(address), { on: type }),
    );
    session.on("BluetoothEmulation.characteristicOperationReceived", ({ characteristicId, type, data = "" }) =>
      this.#hand(this.#owners.get(characteristicId), {
        on: "characteristic",
        characteristicId,
        type,
        data: Uint8Array.from(Buffer.from(data, "base64")),
      }),
    );
    // Only the subscription writes a descriptor, and it is always granted.
    session.on("BluetoothEmulation.descriptorOperationReceived", ({ descriptorId, type }) =>
      this.#send(() =>
        session.send("BluetoothEmulation.simulateDescriptorOperationResponse", { descriptorId, type, code: 0 }),
      ),
    );
  }

  /** Gives the browser an adapter that is switched on, as long as it runs; one for each browser. */
  static async attach(browser: Browser): Promise<EmulatedBluetooth> {
    const session = await browser.newBrowserCDPSession();
    await session.send("BluetoothEmulation.enable", { state: "powered-on", leSupported: true });
    await keepAdapter(browser);
    return new EmulatedBluetooth(session);
  }

  /** `absent` is a computer without Bluetooth. */
  async setAdapter(state: "absent" | "powered-off" | "powered-on"): Promise<void> {
    await this.#session.send("BluetoothEmulation.setSimulatedCentralState", { state });
  }

  async add(peripheral: EmulatedPeripheral): Promise<void> {
    this.#peripherals.set(peripheral.address, peripheral);
    await this.#session.send("BluetoothEmulation.simulatePreconnectedPeripheral", {
      address: peripheral.address,
      name: peripheral.name,
      manufacturerData: [],
      knownServiceUuids: [...peripheral.advertisedServices],
    });
  }

  /**
   * What a person does with every chooser that this page opens from now on: picks the device of this address, or
   * cancels.
   */
  async answerChooser(page: Page, address: string | undefined): Promise<void> {
    const known = this.#choosers.get(page);
    if (known !== undefined) {
      known.address = address;
      return;
    }
    const chooser = { address };
    this.#choosers.set(page, chooser);
    const session = await page.context().newCDPSession(page);
    await session.send("DeviceAccess.enable");
    let answered: string | undefined; // A prompt is reported again each time its list grows.
    session.on("DeviceAccess.deviceRequestPrompted", ({ id, devices }) => {
      if (answered === id) return;
      const { address: deviceId } = chooser;
      if (deviceId === undefined) {
        answered = id;
        this.#send(() => session.send("DeviceAccess.cancelPrompt", { id }));
      } else if (devices.some((device) => device.id === deviceId)) {
        answered = id; // Names are empty here; the id is the address.
        this.#send(() => session.send("DeviceAccess.selectPrompt", { id, deviceId }));
      }
    });
  }

  /** A service exists as long as the link: to be added within each discovery. Its characteristics' ids, by UUID. */
  async addService(
    peripheral: EmulatedPeripheral,
    serviceUuid: string,
    layout: readonly CharacteristicLayout[],
  ): Promise<ReadonlyMap<string, string>> {
    const { address } = peripheral;
    const { serviceId } = await this.#session.send("BluetoothEmulation.addService", { address, serviceUuid });
    const ids = new Map<string, string>();
    for (const { uuid, properties } of layout) {
      const { characteristicId } = await this.#session.send("BluetoothEmulation.addCharacteristic", {
        serviceId,
        characteristicUuid: uuid,
        properties,
      });
      if (properties.notify) {
        const descriptorUuid = clientConfigurationUuid;
        await this.#session.send("BluetoothEmulation.addDescriptor", { characteristicId, descriptorUuid });
      }
      this.#owners.set(characteristicId, peripheral);
      ids.set(uuid, characteristicId);
    }
    return ids;
  }

  /**
   * @param code 0 for success; otherwise an HCI error for connection and discovery, an ATT error for characteristics
   * @param data what a read reads
   */
  async answer(address: string, request: GattRequest, code: number, data?: Uint8Array): Promise<void> {
    if (request.on !== "characteristic") {
      await this.#session.send("BluetoothEmulation.simulateGATTOperationResponse", { address, type: request.on, code });
      return;
    }
    const { characteristicId, type } = request;
    await this.#session.send("BluetoothEmulation.simulateCharacteristicOperationResponse", {
      characteristicId,
      type,
      code,
      ...(data === undefined ? {} : { data: base64(data) }),
    });
  }

  /**
   * Every request must have been answered before: Chromium 156 never recovers from a disconnection with one under way.
   */
  async disconnect(address: string): Promise<void> {
    await this.#session.send("BluetoothEmulation.simulateGATTDisconnection", { address });
  }

  #hand(peripheral: EmulatedPeripheral | undefined, request: GattRequest): void {
    if (peripheral !== undefined) this.#send(() => peripheral.onRequest(request));
  }

  /** Answers race with the end of a test: what fails because page or browser are gone is of no interest. */
  #send(act: () => Promise<unknown>): void {
    act().catch((error: unknown) => {
      if (!/closed|detached/i.test(String(error))) console.error("emulated Bluetooth:", error);
    });
  }
}

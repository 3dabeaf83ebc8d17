// What runs inside a page before its own scripts, for what the DevTools protocol has no command for: an unsolicited
// notification, a device that Chromium calls busy, and a link that breaks while an operation runs. A notification is a
// `readValue()` on the very characteristic object on which the product called startNotifications(): Chromium fires the
// same event on the same object, with the bytes that the emulated peripheral answers.

export interface BluetoothPageHooks {
  /** Reads the subscribed characteristic; false when the page is not connected or has not subscribed. */
  readSubscribed(deviceName: string, characteristicUuid: string): Promise<boolean>;
  /** The next writes fail as Chromium's do while another operation runs. */
  busyWrites: number;
  /** Resolves when no operation runs on the device; until `letBegin`, new ones fail as on a broken link. */
  letFinish(deviceName: string): Promise<void>;
  letBegin(deviceName: string): void;
}

declare global {
  /** @types/web-bluetooth knows both as interfaces only. */
  var BluetoothRemoteGATTCharacteristic: { readonly prototype: BluetoothRemoteGATTCharacteristic } | undefined;
  var BluetoothRemoteGATTServer: { readonly prototype: BluetoothRemoteGATTServer } | undefined;
  var earlBluetoothHooks: BluetoothPageHooks | undefined;
}

/** Handed to `page.addInitScript`, hence all in one function. Installing it again does nothing. */
export const installBluetoothPageHooks = (): void => {
  const characteristics = globalThis.BluetoothRemoteGATTCharacteristic?.prototype;
  const servers = globalThis.BluetoothRemoteGATTServer?.prototype;
  if (globalThis.earlBluetoothHooks !== undefined || characteristics === undefined || servers === undefined) return;
  const subscribed = new Map<string, BluetoothRemoteGATTCharacteristic>();
  const running = new Map<Promise<unknown>, string | undefined>(); // Operations, with the name of their device.
  const breaking = new Set<string | undefined>();

  const track = <T>({ name }: BluetoothDevice, operation: () => Promise<T>): Promise<T> => {
    if (breaking.has(name)) return Promise.reject(new DOMException("GATT Server is disconnected.", "NetworkError"));
    const result = operation();
    const forget = () => void running.delete(result);
    running.set(result, name);
    result.then(forget, forget);
    return result;
  };

  const { readValue, startNotifications, writeValueWithResponse, writeValueWithoutResponse } = characteristics;
  const { getPrimaryService } = servers;
  servers.getPrimaryService = function (service) {
    return track(this.device, () => getPrimaryService.call(this, service));
  };
  characteristics.readValue = function () {
    return track(this.service.device, () => readValue.call(this));
  };
  characteristics.startNotifications = async function () {
    const { device } = this.service;
    await track(device, () => startNotifications.call(this));
    const key = `${device.name} ${this.uuid}`;
    subscribed.set(key, this);
    device.addEventListener("gattserverdisconnected", () => subscribed.delete(key), { once: true });
    return this;
  };
  const orBusy = (write: (value: BufferSource) => Promise<void>) =>
    function (this: BluetoothRemoteGATTCharacteristic, value: BufferSource) {
      return track(this.service.device, () => {
        if (hooks.busyWrites === 0) return write.call(this, value);
        hooks.busyWrites--;
        return Promise.reject(new DOMException("GATT operation already in progress.", "NetworkError"));
      });
    };
  characteristics.writeValueWithResponse = orBusy(writeValueWithResponse);
  characteristics.writeValueWithoutResponse = orBusy(writeValueWithoutResponse);

  const hooks: BluetoothPageHooks = {
    busyWrites: 0,
    async readSubscribed(deviceName, characteristicUuid) {
      const characteristic = subscribed.get(`${deviceName} ${characteristicUuid}`);
      if (!characteristic?.service.device.gatt?.connected) return false;
      await characteristic.readValue();
      return true;
    },
    async letFinish(deviceName) {
      breaking.add(deviceName);
      await Promise.allSettled([...running].filter(([, name]) => name === deviceName).map(([result]) => result));
    },
    letBegin: (deviceName) => void breaking.delete(deviceName),
  };
  globalThis.earlBluetoothHooks = hooks;
};

import { beforeEach, describe, expect, it } from "vitest";
import { capabilities, probeClasses } from "../../../../firmware-bridge/devices/device-info.ts";
import { kinds } from "../../../../firmware-bridge/frames/kinds.ts";
import { encodeBattery } from "../../../../firmware-bridge/frames/payloads.ts";
import { BandBatteries } from "../../../../gateway/power/band-batteries.ts";
import type { BandReading } from "../../../../gateway/power/battery-figures.ts";
import { FakeTime } from "../../../support/fake-time.ts";
import { connect } from "../../../support/memory-room.ts";
import { RecordingLink } from "../../../support/recording-link.ts";
import { type MeasuredMember, newMeasuredMember } from "../../../support/statistics-room.ts";

const hourMs = 3_600_000;
const shift = { shiftEndsAtMs: 8 * hourMs };

const readingTime = (atMs: number) => ({ atMs, awakeMs: atMs });

const band = (id: string, percent: number | undefined, isCharging = false): BandReading => ({
  id,
  wearer: undefined,
  name: id,
  isConnected: true,
  battery: percent === undefined ? undefined : { percent, isCharging },
});

describe("batteries of bands", () => {
  it("should foresee each band's end by its own drain, and say why where it cannot", () => {
    const batteries = new BandBatteries();
    const atHour = (hour: number) => [
      band("slow", Math.round(90 - 5 * hour)),
      band("fast", Math.round(90 - 30 * hour)),
      band("silent", undefined),
      band("plugged", 50, true),
    ];
    for (let minute = 0; minute <= 120; minute++) batteries.read(atHour(minute / 60), readingTime(minute * 60_000));
    const told = batteries.forecasts(atHour(2), 2 * hourMs, shift);
    expect(
      told.map(({ id, forecast }) => [id, forecast.kind === "draining" ? forecast.lastsShift : forecast.reason]),
    ).toEqual([
      ["slow", "yes"],
      ["fast", "no"],
      ["silent", "no-reading"],
      ["plugged", "charging"],
    ]);
    const fast = told[1]?.forecast;
    expect(fast?.kind === "draining" && fast.timeLeftMs).toBeCloseTo(hourMs, -5);
  });

  it("should learn from a level that stays only while the band is connected", () => {
    const minuteMs = 60_000;
    const afterAnHour = (isConnected: boolean) => {
      const batteries = new BandBatteries();
      const bandAt = (minute: number) => ({
        ...band("arm", 96 - Math.floor(Math.min(minute, 14) / 3)),
        isConnected: minute <= 14 || isConnected,
      });
      for (let minute = 0; minute <= 60; minute++) batteries.read([bandAt(minute)], readingTime(minute * minuteMs));
      const forecast = batteries.forecasts([bandAt(60)], hourMs, shift)[0]?.forecast;
      return forecast?.kind === "draining" ? forecast.drainPercentPerHour : undefined;
    };
    const [quiet, away] = [afterAnHour(true), afterAnHour(false)];
    expect((quiet?.value ?? 0) + (quiet?.plusMinus ?? 0)).toBeCloseTo(4 / (57 / 60), 6);
    // Steps at 3, 6, 9 and 12 minutes; known of until the 14th.
    expect((away?.value ?? 0) + (away?.plusMinus ?? 0)).toBeCloseTo(4 / (11 / 60), 6);
  });

  it("should not take a clock that is set forward for hours in which a band drained nothing", () => {
    const batteries = new BandBatteries();
    const bandAt = (minute: number) => [band("arm", Math.round(90 - minute / 3))];
    const leadMs = (minute: number): number => (minute < 30 ? 0 : 2 * hourMs);
    for (let minute = 0; minute <= 60; minute++) {
      const awakeMs = minute * 60_000;
      batteries.read(bandAt(minute), { atMs: awakeMs + leadMs(minute), awakeMs });
    }
    const forecast = batteries.forecasts(bandAt(60), 3 * hourMs, { shiftEndsAtMs: 10 * hourMs })[0]?.forecast;
    expect(forecast).toMatchObject({ kind: "draining", lastsShift: "no" });
  });

  it("should forget a band that is there no more, so that a peer that names bands without end costs nothing", () => {
    const batteries = new BandBatteries();
    for (let minute = 0; minute <= 60; minute++)
      batteries.read([band("arm", 90 - minute)], readingTime(minute * 60_000));
    expect(batteries.forecasts([band("arm", 30)], hourMs, shift)[0]?.forecast.kind).toBe("draining");
    batteries.read([], readingTime(hourMs));
    expect(batteries.forecasts([band("arm", 30)], hourMs, shift)[0]?.forecast).toEqual({
      kind: "unknown",
      reason: "no-reading",
    });
  });
});

describe("the levels that bands report", () => {
  let time: FakeTime;
  let anna: MeasuredMember;
  let ben: MeasuredMember;
  let link: RecordingLink;

  beforeEach(async () => {
    time = new FakeTime();
    anna = await newMeasuredMember(time, "Anna");
    ben = await newMeasuredMember(time, "Ben");
    link = new RecordingLink("band", { probeClass: probeClasses.armProbe, capabilities: capabilities.batteryOut });
    await ben.gateway.addProbe(link, "Left arm")?.open();
    await connect(time, anna, ben);
  });

  const tell = async (payload: Uint8Array): Promise<void> => {
    link.emit({ kind: kinds.battery, payload, receivedAtMs: time.now() });
    await time.advance(1_000);
  };

  it("should be known of my bands and of a peer's, and absent for bands without a battery", async () => {
    expect(ben.snapshot().bands).toEqual([
      { id: "band", wearer: undefined, name: "Left arm", isConnected: true, battery: undefined },
    ]);
    await tell(encodeBattery({ percent: 73, isCharging: false }));
    expect(ben.snapshot().bands).toMatchObject([{ battery: { percent: 73, isCharging: false } }]);
    const { gatewayId } = anna.peerOf(ben);
    expect(anna.snapshot().bands).toMatchObject([
      {
        wearer: { gatewayId, name: "Ben" },
        name: "Left arm",
        isConnected: true,
        battery: { percent: 73, isCharging: false },
      },
    ]);
  });

  it("should not believe a level that cannot be, and know when the band is away", async () => {
    await tell(encodeBattery({ percent: 73, isCharging: false }));
    await tell(Uint8Array.of(173, 0));
    expect(anna.snapshot().bands).toMatchObject([{ battery: { percent: 73 } }]);
    await link.close();
    await time.advance(1_000);
    expect(anna.snapshot().bands).toMatchObject([{ isConnected: false }]);
  });
});

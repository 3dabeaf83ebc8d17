// What all peers may cost together: usual loads pass, and what many identities of one attacker bring within each one's
// limits does not.
import { describe, expect, it } from "vitest";
import { unitsOfAll } from "../../../../gateway/admission/allowance.ts";
import { AllowanceBook } from "../../../../gateway/admission/allowance-book.ts";
import { effectsOfAll, recordsOfAll } from "../../../../gateway/admission/record-allowance.ts";
import type { GatewayFrame } from "../../../../gateway/wire/frame-types.ts";
import type { GatewayRecord } from "../../../../gateway/wire/record.ts";
import { makeCommand, makeGesture, makeRecord } from "../../../support/records.ts";

const bye: GatewayFrame = { type: "bye", reason: 1 };

/**
 * Every 50 ms so many messages with such records, by each of so many peers. Returns what was refused, and what was not.
 */
const load = (peers: number, seconds: number, messages: readonly (readonly GatewayRecord[])[]) => {
  const time = { nowMs: 0 };
  const book = new AllowanceBook(() => time.nowMs);
  const all = Array.from({ length: peers }, (_, n) => book.of(`peer ${n}`));
  const refused = { messages: 0, records: 0, effects: 0 };
  const taken = { messages: 0, records: 0, effects: 0 };
  for (; time.nowMs < seconds * 1000; time.nowMs += 50) {
    for (const peer of all) {
      for (const records of messages) {
        const frames: readonly GatewayFrame[] = [{ type: "aggregate", rosterVersion: 1, records }];
        (peer.messages.exceededBy(frames, "me", 0) === undefined ? taken : refused).messages++;
        if (peer.records.take(records) !== "taken") {
          refused.records += records.length;
          continue;
        }
        taken.records += records.length;
        for (const { kind } of records) {
          if (kind !== makeRecord().kind) (peer.records.takeEffect() ? taken : refused).effects++;
        }
      }
    }
  }
  return { refused, taken };
};

const nothing = { messages: 0, records: 0, effects: 0 };

describe("what all peers may cost together", () => {
  it("should let pass a room of fifty whose ten probes each are watched by everybody, four times a second", () => {
    const samples = [makeRecord(), makeRecord()]; // The records of ten probes at 4 Hz in 50 ms.
    expect(load(49, 30, [samples]).refused).toEqual(nothing);
  });

  it("should let pass fifty people who all wave, twice a second with two bands, and drive each other's", () => {
    expect(load(49, 30, [[makeGesture()]]).refused).toEqual(nothing);
  });

  it("should let pass forty peers that each drive ten bands four times a second", () => {
    expect(load(40, 30, [[makeCommand(), makeCommand()]]).refused).toEqual(nothing);
  });

  it("should let pass what 49 peers have sent while this page was stalled for half a minute, and what each may send at once", () => {
    const book = new AllowanceBook(() => 0);
    for (let peer = 0; peer < 49; peer++) {
      const { messages } = book.of(`peer ${peer}`);
      for (let nth = 0; nth < 1000; nth++) expect(messages.exceededBy([bye], "me", 0)).toBeUndefined();
    }
  });

  it("should take no more effects of 63 identities at 180 a second each than of a few, and serve a peer that sends little beside them", () => {
    const { taken, refused } = load(63, 10, [[makeGesture()], ...Array.from({ length: 8 }, () => [makeGesture()])]);
    expect(refused.effects).toBeGreaterThan(0);
    expect(taken.effects / 10).toBeLessThan(1.6 * effectsOfAll.perSecond);
  });

  it("should take no more records of 63 identities within their own limits than of a few", () => {
    const { taken } = load(63, 10, [Array.from({ length: 90 }, () => makeRecord())]);
    const burst = (recordsOfAll.perSecond * recordsOfAll.windowMs) / 1000;
    expect(taken.records).toBeLessThan(1.6 * (10 * recordsOfAll.perSecond + burst));
  });

  it("should end in disconnecting those that keep sending, when 63 stay just below their own limits", () => {
    const { refused, taken } = load(
      63,
      20,
      Array.from({ length: 9 }, () => []),
    );
    expect(refused.messages).toBeGreaterThan(0);
    const burst = (unitsOfAll.perSecond * unitsOfAll.windowMs) / 1000;
    expect(2 * taken.messages).toBeLessThan(1.6 * (20 * unitsOfAll.perSecond + burst));
  });
});

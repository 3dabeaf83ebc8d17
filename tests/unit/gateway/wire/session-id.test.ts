import { describe, expect, it } from "vitest";
import {
  isRoomId,
  isSameRoom,
  isSessionId,
  makeSessionId,
  roomIdOf,
  sessionIdLength,
} from "../../../../gateway/wire/session-id.ts";
import { webCrypto } from "../../../../web/platform/web-crypto.ts";

const roomId = "00112233445566778899aabbccddeeff";

describe("session id", () => {
  it("should be one of its room, and another each time", () => {
    const [one, other] = [makeSessionId(roomId, webCrypto.randomBytes), makeSessionId(roomId, webCrypto.randomBytes)];
    expect(isSessionId(one)).toBe(true);
    expect(one).toHaveLength(sessionIdLength);
    expect(roomIdOf(one)).toBe(roomId);
    expect(isSameRoom(one, other)).toBe(true);
    expect(isSameRoom(one, makeSessionId("f".repeat(32), webCrypto.randomBytes))).toBe(false);
    expect(one).not.toBe(other);
  });

  it("should be the room id and the bytes in lower-case hexadecimal", () => {
    expect(makeSessionId(roomId, (count) => new Uint8Array(count).fill(0xab))).toBe(`${roomId}-abababababababab`);
  });

  it("should be distinguished from everything else", () => {
    const good = `${roomId}-0123456789abcdef`;
    expect(isSessionId(good)).toBe(true);
    for (const bad of [
      good.toUpperCase(),
      ` ${good}`,
      `${good}\n`,
      good.slice(1),
      `${good}0`,
      good.replace("-", "_"),
      "",
      5,
      null,
      undefined,
      [good],
    ]) {
      expect(isSessionId(bad)).toBe(false);
    }
    expect(isRoomId(roomId)).toBe(true);
    for (const bad of [good, roomId.toUpperCase(), `${roomId}\n`, 1]) expect(isRoomId(bad)).toBe(false);
  });
});

import { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import { expect, it } from "vitest";
import { maxUnreadAnswers } from "../../../signaling-server/limits.ts";
import { type Answer, UnreadAnswers } from "../../../signaling-server/unread-answers.ts";

class FakeAnswer extends EventEmitter {
  isDestroyed = false;

  destroy(): this {
    this.isDestroyed = true;
    this.emit("close");
    return this;
  }
}

const from = (address: string): IncomingMessage => ({ url: address }) as IncomingMessage;
const answers = (): UnreadAnswers => new UnreadAnswers(({ url = "" }) => url);
const add = (to: UnreadAnswers, address: string): FakeAnswer => {
  const answer = new FakeAnswer();
  to.add(from(address), answer as unknown as Answer);
  return answer;
};

it("should end the oldest answer of the address that has most, when there are too many", () => {
  const unread = answers();
  const honest = add(unread, "192.0.2.1");
  const held = Array.from({ length: maxUnreadAnswers - 1 }, () => add(unread, "192.0.2.2"));
  expect(held.some(({ isDestroyed }) => isDestroyed)).toBe(false);
  add(unread, "192.0.2.1");
  expect(held.filter(({ isDestroyed }) => isDestroyed)).toEqual([held[0]]);
  expect(honest.isDestroyed).toBe(false);
  expect([unread.count, unread.ended]).toEqual([maxUnreadAnswers, 1]);
});

it("should forget an answer that was read", () => {
  const unread = answers();
  const first = add(unread, "192.0.2.1");
  add(unread, "192.0.2.1");
  first.emit("close");
  first.emit("close");
  expect([unread.count, unread.ended]).toEqual([1, 0]);
});

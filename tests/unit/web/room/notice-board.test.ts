import { beforeEach, describe, expect, it } from "vitest";
import { maxSubjects, maxSubjectsOfPeer, NoticeBoard } from "../../../../web/room/notice-board.ts";
import { type ErrorCode, errorTexts } from "../../../../web/ui/errors.ts";

describe("notice board", () => {
  let board: NoticeBoard;
  const codes = (): readonly ErrorCode[] => board.notices.value.map(({ code }) => code);

  beforeEach(() => {
    board = new NoticeBoard();
  });

  it("should keep what nobody has dismissed, whatever else is raised", () => {
    board.raise("room-key-changed", "Mallory changed the room’s key", "mallory");
    for (const code of Object.keys(errorTexts)) board.raise(code as ErrorCode, undefined, "mallory");
    expect(board.notices.value[0]).toMatchObject({
      code: "room-key-changed",
      subjects: ["Mallory changed the room’s key"],
    });
    expect(codes()).toHaveLength(Object.keys(errorTexts).length);
  });

  it("should say the same once, and group what differs in its subject alone", () => {
    for (let times = 1; times <= 2; times++) for (const name of ["Left", "Right"]) board.raise("link-lost", name);
    expect(board.notices.value).toEqual([{ id: 1, code: "link-lost", subjects: ["Left", "Right"], moreSubjects: 0 }]);
  });

  it("should count what one peer says beyond its share, and leave the others their places", () => {
    for (let nth = 1; nth <= 50; nth++) board.raise("room-key-changed", `Mallory changed it, ${nth}`, "mallory");
    board.raise("room-key-changed", "Anna changed it", "anna");
    const [notice] = board.notices.value;
    expect(notice?.subjects).toHaveLength(maxSubjectsOfPeer + 1);
    expect(notice?.subjects).toContain("Anna changed it");
    expect(notice?.moreSubjects).toBe(50 - maxSubjectsOfPeer);
  });

  it("should name no more than anybody reads, and keep the first", () => {
    for (let nth = 1; nth <= maxSubjects + 3; nth++) board.raise("left-behind", `name ${nth}`, `id ${nth}`);
    expect(board.notices.value[0]?.subjects[0]).toBe("name 1");
    expect(board.notices.value[0]).toMatchObject({ moreSubjects: 3 });
    expect(board.notices.value[0]?.subjects).toHaveLength(maxSubjects);
  });

  it("should begin again when it is raised after it was dismissed, or after its cause was gone", () => {
    board.raise("link-lost", "Left");
    board.dismiss(1);
    expect(codes()).toEqual([]);
    board.raise("link-lost", "Right");
    expect(board.notices.value).toMatchObject([{ id: 2, subjects: ["Right"] }]);
    board.clear("link-lost");
    board.raise("link-lost");
    expect(board.notices.value).toEqual([{ id: 3, code: "link-lost", subjects: [], moreSubjects: 0 }]);
  });
});

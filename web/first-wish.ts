// What a person asks for on the start screen before the rest of the page has been loaded. Neighbours: opening.ts draws
// that screen, main.ts does what was asked for. Invariant: one room at a time, so only the last request counts.
import { type ReadonlySignal, signal } from "@preact/signals";
import type { RoomStore } from "./store/room-store.ts";
import type { RoomView, StartActions, StartModel } from "./ui/app-model.ts";

type WayIn = (actions: StartActions) => void;

export class FirstWish {
  readonly model: StartModel;
  readonly actions: StartActions;
  /** Whether the person waits for a room. */
  readonly isWaiting: ReadonlySignal<boolean>;
  readonly #isWaiting = signal(false);
  #wish: WayIn | undefined;

  constructor(rooms: RoomStore) {
    this.isWaiting = this.#isWaiting;
    const rememberedRooms = signal(rooms.rooms());
    this.model = { room: signal<RoomView | undefined>(undefined), rememberedRooms };
    this.actions = {
      createRoom: () => this.#ask((actions) => actions.createRoom()),
      openInvite: (text) => this.#ask((actions) => actions.openInvite(text)),
      openRemembered: (roomId) => this.#ask((actions) => actions.openRemembered(roomId)),
      forgetRoom: (roomId) => {
        rooms.forget(roomId); // If it cannot be written, the page reports that when it enters a room.
        rememberedRooms.value = rooms.rooms();
      },
    };
  }

  fulfil(actions: StartActions): void {
    const wish = this.#wish;
    this.#wish = undefined;
    this.#isWaiting.value = false;
    wish?.(actions);
  }

  #ask(wish: WayIn): void {
    this.#wish = wish;
    this.#isWaiting.value = true;
  }
}

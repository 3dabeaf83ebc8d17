// Loaded before a server by NODE_OPTIONS: the signal SIGUSR2 sets the wall clock of that process ten minutes forward,
// as a person or the network may do. Timers and performance.now() go on undisturbed, as they do on a real machine.
const RealDate = Date;
let aheadMs = 0;

globalThis.Date = class extends RealDate {
  static now() {
    return RealDate.now() + aheadMs;
  }

  constructor(...args) {
    if (args.length === 0) super(RealDate.now() + aheadMs);
    else super(...args);
  }
};

process.on("SIGUSR2", () => {
  aheadMs += 10 * 60_000;
});

// Says on stderr what the bench is doing: on a terminal in one line that it overwrites, otherwise in a line for each
// change.

const minuteSeconds = 60;

export class Progress {
  readonly #out: NodeJS.WriteStream;
  #last = "";

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  tell(what: string, secondsLeft: number | undefined): void {
    const left = secondsLeft === undefined ? "" : `, ${durationOf(secondsLeft)} left`;
    this.say(`${what}${left}`);
  }

  say(line: string): void {
    if (line === this.#last) return;
    this.#last = line;
    this.#out.write(this.#out.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
  }

  end(): void {
    if (this.#out.isTTY) this.#out.write("\r\u001b[K");
  }
}

export const durationOf = (seconds: number): string => {
  const whole = Math.ceil(seconds);
  const minutes = Math.floor(whole / minuteSeconds);
  return minutes === 0 ? `${whole} s` : `${minutes} min ${whole % minuteSeconds} s`;
};

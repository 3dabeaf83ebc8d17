// Why the server cannot start although the program is correct: a bad option, a port in use, an unreadable certificate.
// main.ts prints the message as one line and ends with code 2. Any other exception is a bug and keeps its stack trace.

export class StartProblem extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "StartProblem";
  }
}

/** The value of one option is wrong; `config.ts` puts the name of the option before the message. */
export class WrongValue extends Error {}

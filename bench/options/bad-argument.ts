// What a person typed and cannot be run: one line says what is wrong.
export class BadArgument extends Error {}

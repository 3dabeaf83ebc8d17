// A person typed an argument that cannot be run: one line says what is wrong.
export class BadArgument extends Error {}

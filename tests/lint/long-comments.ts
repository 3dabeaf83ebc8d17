// Which comments are wider than a line of code may be. The formatter keeps code to that width and leaves comments
// alone. Pure: source texts in, sentences out; check-sources.ts reads the files.
import type { SourceFile } from "./wrong-imports.ts";

/** As biome.json says of code. */
export const maxColumns = 120;

/** A line that is nothing but a comment, or the middle of one. */
const comment = /^\s*(\/\/|\/\*|\*)/;
/** Words that cannot be broken, such as the address of a source. */
const isOneWord = (line: string): boolean => line.trim().split(/\s+/).length <= 2;

/** One sentence for each comment line that is too long. */
export const longComments = (files: readonly SourceFile[]): readonly string[] =>
  files.flatMap(({ path, text }) =>
    text.split("\n").flatMap((line, index) => {
      const isTooLong = line.length > maxColumns && comment.test(line) && !isOneWord(line);
      return isTooLong ? [`${path}:${index + 1}: a comment of ${line.length} columns, ${maxColumns} are allowed`] : [];
    }),
  );

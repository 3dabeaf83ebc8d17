import { describe, expect, it } from "vitest";
import { errorTexts } from "../../../../web/ui/errors.ts";

/** A longer sentence has to be read twice, most of all in a language that is not one's own. */
const maxWords = 18;

/** Words that only the page's engineers understand: a person wears a band, and knows people and one server. */
const ourWords =
  /\b(probes?|peers?|gateways?|signaling|sessions?|admission|handshakes?|ICE|STUN|TURN|samples?|frames?|latency)\b/i;

/** How an option or a button is called is given as it is. */
const withoutNames = (text: string): string => text.replace(/--[a-z-]+|“[^”]+”/g, "");

const sentencesOf = (text: string): readonly string[] => text.split(/(?<=[.;:])\s/);

describe("what a person reads when something goes wrong", () => {
  it.each(Object.entries(errorTexts))("should be short sentences in words that everybody knows: %s", (_, texts) => {
    expect(texts.sentence).toMatch(/^\p{Lu}[^.]*\.$/u);
    for (const text of Object.values(texts)) {
      expect(withoutNames(text)).not.toMatch(ourWords);
      expect(text).toMatch(/^\p{Lu}.*\.$/u);
      for (const sentence of sentencesOf(withoutNames(text)))
        expect(sentence.split(/\s+/).length).toBeLessThanOrEqual(maxWords);
    }
  });
});

// Reads the value of an option that is a list. Empty items are left out, so that a comma at the end does no harm.

export const commaList = (value: string): readonly string[] =>
  value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

export const KEYS_MAX = 200
export const KEY_MAX = 500

/** The keys of a text with one a line: each once, empty lines left out, at most `KEYS_MAX` of at most `KEY_MAX` characters. */
export const keysOf = (text: string): string[] =>
  [...new Set(text.split(/\r?\n/).map((line) => line.slice(0, KEY_MAX)))].filter((key) => key !== '').slice(0, KEYS_MAX)

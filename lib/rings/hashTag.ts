/** What of a key is hashed: the text between the first opening sign and the next closing one after it, unless that is empty. */
export function taggedPart(key: string, opening: string, closing: string): string {
  const from = key.indexOf(opening)
  if (from < 0) return key
  const to = key.indexOf(closing, from + 1)
  return to > from + 1 ? key.slice(from + 1, to) : key
}

/** What stands between the first opening sign and the next closing one after it, even if that is nothing; null where they are not there. */
export function betweenSigns(key: string, opening: string, closing: string): string | null {
  const from = key.indexOf(opening)
  const to = from < 0 ? -1 : key.indexOf(closing, from + 1)
  return to < 0 ? null : key.slice(from + 1, to)
}

/** What of a key most programs hash: the text between the signs, unless that is empty. */
export const taggedPart = (key: string, opening: string, closing: string): string => betweenSigns(key, opening, closing) || key

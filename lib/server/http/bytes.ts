/** U+FFFD, the sign for bytes that are no character. */
const NO_CHARACTER = '%EF%BF%BD'

/**
 * The path with every run of escaped bytes that is no UTF-8 (`%ff`) made the sign for that; other paths come back as they are. Next answers 500
 * to a path that cannot be decoded; such a path becomes one that names nothing.
 */
export function readable(url: string): string {
  if (!url.includes('%')) return url
  const cut = url.indexOf('?')
  const path = cut < 0 ? url : url.slice(0, cut)
  return path.replace(/(%[0-9a-f]{2})+|%/gi, (bytes) => (isText(bytes) ? bytes : NO_CHARACTER)) + (cut < 0 ? '' : url.slice(cut))
}

function isText(bytes: string): boolean {
  try {
    decodeURIComponent(bytes)
    return true
  } catch {
    return false
  }
}

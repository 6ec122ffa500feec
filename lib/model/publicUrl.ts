export const REDACTED = '[redacted]'

const VARIABLE = /\$\{\w+\}/g

/** A URL's parts as written. The user info ends at the last `@` before the path (WHATWG URL): a password may hold one. */
function parts(text: string): { scheme: string; login: string; place: string; query: string } | null {
  const found = /^([a-z][a-z0-9+.-]*:(?:\/\/)?)([^/?#]*)([^?#]*)(.*)$/is.exec(text)
  // A variable may stand where only digits can: in the port.
  if (!found || !URL.canParse(text.replace(VARIABLE, '1'))) return null
  const [, scheme, authority, path, query] = found as unknown as [string, string, string, string, string]
  // To http a backslash is a slash, to other schemes part of the password.
  if (authority.includes('\\')) return null
  const cut = authority.lastIndexOf('@')
  return { scheme, login: authority.slice(0, Math.max(cut, 0)), place: authority.slice(cut + 1) + path, query }
}

/**
 * A URL without what may be secret in it: user info, query, fragment. For errors and logs. What cannot be read as a URL is not shown,
 * because nobody knows where its password ends.
 */
export function publicUrl(text: string): string {
  const read = parts(text)
  return read ? read.scheme + read.place : REDACTED
}

/** As `publicUrl`, and it is to be seen that something was there. For the configuration as people read it. */
export function redactedUrl(text: string): string {
  const read = parts(text)
  if (!read) return /[@?#\\]|:\/\/(?![^:/]+(:\d*)?(\/|$))/.test(text) ? REDACTED : text
  return `${read.scheme}${read.login ? `${REDACTED}@` : ''}${read.place}${read.query ? `?${REDACTED}` : ''}`
}

/** A text of somebody else's making, such as a library's error, with each URL in it made public. A scheme without an end would be looked for from each of its letters. */
export const publicText = (text: string): string => text.replace(/[a-z][a-z0-9+.-]{0,30}:\/\/[^\s'"`<>]+/gi, publicUrl)

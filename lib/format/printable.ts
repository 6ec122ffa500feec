const ESCAPED = /[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]/

/** Any text with its control characters (but line feed and tab) and lone surrogates written `\xNN` / `\uNNNN`. */
export function printable(text: string): string {
  // Every answer of every poll comes past here: those with nothing to escape in one pass.
  const lines = text.includes('\r') ? text.replaceAll('\r\n', '\n') : text
  if (!ESCAPED.test(lines)) return lines
  return lines
    .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, (found) => `\\x${found.charCodeAt(0).toString(16).padStart(2, '0')}`)
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, (found) => `\\u${found.charCodeAt(0).toString(16)}`)
}

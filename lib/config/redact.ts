const SECRET_KEY = /(^|_|-)(secret|password|passwd|token|bearer|authorization|credentials?|apikey|api_key)$/i
export const REDACTED = '[redacted]'

/** A URL without what may be secret in it: user's password, query. Other text comes back as it is. */
export function redactUrl(text: string): string {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return text
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)([^@/?#]*)@/i, `$1${REDACTED}@`).replace(/\?.*$/, `?${REDACTED}`)
}

/** A copy of the tree fit to be shown: no value under a key that names a secret, no password in a URL, no chat hook's address. */
export function redact(tree: unknown, key = '', parent = ''): unknown {
  if (tree === null || tree === undefined) return tree
  if (Array.isArray(tree)) return tree.map((item) => redact(item, key, parent))
  if (typeof tree === 'object') return Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, redact(value, name, key)]))
  if (typeof tree !== 'string' || /^\$\{\w+\}$/.test(tree)) return SECRET_KEY.test(key) && typeof tree === 'number' ? REDACTED : tree
  if (tree.includes('PRIVATE KEY-----')) return REDACTED
  // A chat hook's URL is its own password.
  if (SECRET_KEY.test(key) || (parent === 'slack' && key === 'url')) return REDACTED
  return redactUrl(tree)
}

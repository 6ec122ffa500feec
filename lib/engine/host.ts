const ADDRESS = /^(\[[^\]]+\]|[^\s:/[\]]+)(?::\d+)?(?:\/.*)?$/
const LOOPBACK = new Set(['localhost', '[::1]'])

/** The host of an address as products write it (`HOST:PORT`, `HOST:PORT/PATH`); null of a socket file. A name stays one: it is not looked up. */
export function hostOf(address: string): string | null {
  const host = ADDRESS.exec(address)?.[1]?.toLowerCase()
  if (host === undefined) return null
  return LOOPBACK.has(host) ? '127.0.0.1' : host
}

import { isIPv6 } from 'node:net'

const NAME = /^[A-Za-z0-9_](?:[\w.-]*[\w.])?$/
/** Of DNS. */
const NAME_MAX = 255

/** `HOST:PORT` of a server that another one names; null where it is no address: one such row would otherwise cost the discovery of all. */
export function memberAddress(host: string, port: string | undefined): string | null {
  if (port === undefined || !/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) return null
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  if (isIPv6(bare) && !bare.includes('%')) return `[${bare}]:${port}`
  return host.length <= NAME_MAX && NAME.test(host) ? `${host}:${port}` : null
}

import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import { isIP } from 'node:net'

/** No name of a case resolves, and at once: a machine's own name server may be silent for many seconds. Returns what ends it. */
export function noNameServer(): () => void {
  const { lookup } = dns
  const none = (host: string, ...rest: unknown[]) => {
    const args = [host, ...rest] as unknown as Parameters<typeof lookup>
    if (isIP(host) || host === 'localhost') return lookup(...args)
    const done = rest.at(-1) as (error: NodeJS.ErrnoException) => void
    process.nextTick(done, Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND', hostname: host }))
  }
  const replace = (by: typeof lookup) => {
    dns.lookup = by
    syncBuiltinESMExports()
  }
  replace(none as typeof lookup)
  return () => replace(lookup)
}

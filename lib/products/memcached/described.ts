import type { RingSpec } from '../../model/ring.ts'

/** One server of libmemcached's configuration string: `--SERVER=HOST[:PORT][/?WEIGHT]`. */
const SERVER = /^--SERVER=([^/\s]+)(?:\/\?(\d{1,10}))?$/

/** The ring of libmemcached's configuration string. Whether its program also sets KETAMA_WEIGHTED stands in the program alone. */
export function describes(text: string): RingSpec | null {
  const servers = text.split(/\s+/).flatMap((word) => {
    const [, address, weight = '1'] = SERVER.exec(word) ?? []
    return address === undefined ? [] : [{ name: address, weight: Number(weight) }]
  })
  return servers.length > 0 ? { algorithm: 'libmemcached', nodes: servers } : null
}

import { malformed } from '../../model/error.ts'
import type { RingSpec } from '../../model/ring.ts'
import { parseConfigFile } from './configFile.ts'
import { ringOf } from './ring.ts'
import { wordsIn } from './words.ts'

const KEYWORDS = ['server', 'backend', 'listen']
/** NGINX's end with a `;`. */
const isServer = ([keyword, , address]: string[]) => (keyword === 'server' || keyword === 'server-template') && address !== undefined
const isSection = ([keyword, name]: string[]) => (keyword === 'backend' || keyword === 'listen') && name !== undefined

/**
 * The ring of the first section with servers in a piece of haproxy.cfg, or of bare `server` lines. Where nothing hashes there, it is what
 * `hash-type consistent` would make of them.
 */
export function describes(text: string): RingSpec | null {
  const lines = text.split('\n').filter((line) => KEYWORDS.some((keyword) => line.trimStart().startsWith(keyword)))
  const words = lines.map((line) => wordsIn(line).map((word) => word.text))
  if (!words.some((line, i) => isServer(line) && !lines[i]!.includes(';'))) return null
  const { pools } = parseConfigFile(words.some(isSection) ? text : `backend pasted\n${text}`)
  const found = pools.find(({ servers, unclear }) => servers.length > 0 || unclear.some(({ of }) => of === 'server names'))
  if (!found) return null
  // A piece need not hold the `defaults` that it is `from`.
  const unclear = found.unclear.filter(({ of, touches }) => touches !== 'file' && of !== 'from')
  if (unclear[0]) throw malformed(`${found.name} makes no ring that is certain: ${unclear[0].text}`, text)
  const pool = { ...found, unclear }
  const servers = pool.servers.map((server) => ({
    name: server.name,
    address: server.address,
    id: server.id,
    weightSet: server.weight ?? 1,
    state: server.disabled ? ('maint' as const) : ('up' as const),
    ...(server.backup ? { backup: true } : {}),
  }))
  const ring = ringOf(pool, servers, null) ?? ringOf({ ...pool, balance: 'hash', hashType: pool.hashType ?? ['consistent'] }, servers, null)
  if (!ring) throw malformed(`the servers of ${pool.name} make no ring that is computed here`, text)
  return ring
}

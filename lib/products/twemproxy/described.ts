import { EvenkeelError, malformed } from '../../model/error.ts'
import type { RingSpec } from '../../model/ring.ts'
import { parseConfigFile, parseServer, ringOf } from './configFile.ts'

/** The ring of the first pool in nutcracker.yml, of one pool's settings, or of bare `- HOST:PORT:WEIGHT NAME` lines. */
export function describes(text: string): RingSpec | null {
  const lines = text.split('\n')
  const settings = lines.filter((line) => line.trim() !== '' && !line.trimStart().startsWith('#'))
  if (settings.length > 0 && settings.every(isServer))
    return ringOf({
      name: 'pasted',
      distribution: 'ketama',
      hash: 'fnv1a_64',
      retryMs: 0,
      servers: settings.map((line) => parseServer(line.trim().slice(1))),
      unknown: [],
    })
  if (!settings.some((line) => line.trimStart().startsWith('servers:')) || !settings.some((line) => /^\s*-\s/.test(`${line}\n`)))
    return null
  const margin = settings.reduce((least, line) => Math.min(least, line.length - line.trimStart().length), Number.POSITIVE_INFINITY)
  const unindented = lines.map((line) => line.slice(margin))
  const whole = unindented.some((line) => OF_A_POOL.some((key) => line.startsWith(key)))
    ? ['pasted:', ...unindented.map((line) => `  ${line}`)].join('\n')
    : text
  const pools = parseConfigFile(whole)
  const pool = pools.find(({ servers }) => servers.length > 0)
  if (!pool) throw malformed(pools[0]?.unknown[0] ?? 'nutcracker.yml names no servers', text)
  if (pool.distribution === 'random') throw malformed(`${pool.name}: distribution random follows no key`, text)
  if (pool.unknown.length > 0) throw new EvenkeelError('malformed', `${pool.name}: ${pool.unknown[0]}`)
  return ringOf(pool)
}

const OF_A_POOL = ['distribution:', 'hash:', 'servers:', 'listen:']

/** `- HOST:PORT[:WEIGHT] [NAME]`. */
function isServer(line: string): boolean {
  const [dash, place = '', , ...more] = line.trim().split(/\s+/)
  return dash === '-' && /^\d+$/.test(place.slice(place.lastIndexOf(':') + 1)) && place.lastIndexOf(':') > 0 && more.length === 0
}

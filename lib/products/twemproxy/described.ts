import { malformed } from '../../model/error.ts'
import type { RingSpec } from '../../model/ring.ts'
import { parseConfigFile, parseServer, ringOf } from './configFile.ts'

/** The ring of the first pool in nutcracker.yml, of one pool's settings, or of bare `- HOST:PORT:WEIGHT NAME` lines. */
export function describes(text: string): RingSpec | null {
  const lines = text.split('\n').filter((line) => /\S/.test(line) && !/^\s*#/.test(line))
  if (lines.length > 0 && lines.every((line) => /^\s*-\s+\S+:\d+(\s+\S+)?\s*$/.test(line)))
    return ringOf({
      name: 'pasted',
      distribution: 'ketama',
      hash: 'fnv1a_64',
      retryMs: 0,
      servers: lines.map((line) => parseServer(line.trim().slice(1))),
    })
  if (!/^\s*servers:/m.test(text) || !/^\s*-\s/m.test(text)) return null
  const whole = /^(distribution|hash|servers|listen):/m.test(unindented(text)) ? `pasted:\n${indented(unindented(text))}` : text
  const pool = parseConfigFile(whole).find(({ servers }) => servers.length > 0)
  if (!pool) throw malformed('nutcracker.yml names no servers', text)
  if (pool.distribution === 'random') throw malformed(`${pool.name}: distribution random follows no key`, text)
  return ringOf(pool)
}

const unindented = (text: string) => {
  const margin = Math.min(...text.split('\n').flatMap((line) => (/\S/.test(line) ? [line.search(/\S/)] : [])))
  return text
    .split('\n')
    .map((line) => line.slice(margin))
    .join('\n')
}
const indented = (text: string) => text.replace(/^/gm, '  ')

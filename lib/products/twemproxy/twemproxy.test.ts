import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { parseConfigFile, parseServer, withWeights } from './configFile.ts'
import { parseStatistics } from './stats.ts'

const FILE = `# the field's own notes
k_named:
  listen: 127.0.0.1:22121
  hash: md5
  hash_tag: "{}"
  distribution: ketama
  servers:
   - 127.0.0.1:11211:1 srva   # the old box
   - 127.0.0.1:19102:3 srvb
   - 127.0.0.1:19103:7 srvc
   - 127.0.0.1:19104:10 srvd
   - 127.0.0.1:19105:2 srve
`

describe('nutcracker.yml', () => {
  it('names a server by its label, by the host alone on 11211, else by host and port', () => {
    expect(parseServer('10.0.0.1:6379:2 a')).toEqual({ name: 'a', address: '10.0.0.1:6379', label: 'a', weight: 2 })
    expect(parseServer('10.0.0.1:11211:1').name).toBe('10.0.0.1')
    expect(parseServer('10.0.0.1:6379:1').name).toBe('10.0.0.1:6379')
    expect(parseServer('/run/a.sock:1 sock')).toMatchObject({ name: 'sock', address: '/run/a.sock' })
    expect(() => parseServer('10.0.0.1')).toThrow(expect.objectContaining({ code: 'malformed' }))
  })

  it('changes one weight and nothing else', () => {
    const next = withWeights(FILE, [{ pool: 'k_named', server: 'srvd', weight: 8 }])
    expect(next).toBe(FILE.replace('19104:10 srvd', '19104:8 srvd'))
    expect(() => withWeights(FILE, [{ pool: 'k_named', server: 'nobody', weight: 8 }])).toThrow(
      expect.objectContaining({ code: 'not_found' }),
    )
  })
})

describe('statistics', () => {
  it('reads pools and servers of the captured answer, ring and weights from the file in its order', async () => {
    const text = await readFile(new URL('fixtures/twemproxy-0.5-stats.json', import.meta.url), 'utf8')
    const { version, startedAt, samples, pools } = parseStatistics(text, parseConfigFile(FILE), true)
    expect({ version, startedAt }).toEqual({ version: '0.5.0', startedAt: 1795395935 - 48 })
    const pool = pools.find(({ name }) => name === 'k_named')
    expect(pool).toMatchObject({
      balances: 'hash',
      liveWeights: true,
      ring: { algorithm: 'twemproxy-ketama', options: { hash: 'md5', hashTag: '{}' } },
    })
    expect(pool?.ring?.nodes.map(({ name, weight }) => [name, weight])).toEqual([
      ['srva', 1],
      ['srvb', 3],
      ['srvc', 7],
      ['srvd', 10],
      ['srve', 2],
    ])
    expect(pools.find(({ name }) => name === 'k_eq')?.servers).toHaveLength(5)
    const of = (server?: string) =>
      samples.find((s) => s.metric === 'pool_requests_total' && s.labels?.pool === 'k_eq' && s.labels?.server === server)?.value
    expect(of('127.0.0.1')).toBe(389)
    expect(of()).toBeGreaterThan(1_900)
  })

  it.each(['', '{}', '<html>', '{"service":"nutcracker"}'])('refuses %s', (text) =>
    expect(() => parseStatistics(text, null, true)).toThrow(expect.objectContaining({ code: 'malformed' })),
  )
})

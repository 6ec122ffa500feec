import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, test } from 'vitest'
import { products } from '../../lib/products/sources.ts'
import { fuzzGroup } from './fuzz.ts'
import { steep } from './growth.ts'
import { COUNTED, GROUPS, NO_READERS, PARSERS } from './list.ts'
import { brokenBy } from './refusal.ts'

const lib = fileURLToPath(new URL('../../lib/', import.meta.url))
const names = new Set(PARSERS.map(({ name }) => name))

/** Exported functions whose first parameter is text from outside, by its name: `text`, `line`, `said`, `place`, `body`, `url`. */
function readersIn(file: string): string[] {
  const found = readFileSync(join(lib, file), 'utf8').matchAll(
    /^export (?:async )?(?:function\*?|const) (\w+)[^(\n]*\((?:text|line|said|place|body|url|cursor): (?:string|unknown)\b/gm,
  )
  return [...found].map(([, name]) => `${file}#${name}`)
}
const files = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))

describe('the list of parsers', () => {
  it('holds every probe', () => {
    const probes = products.flatMap(({ kind, probes }) => probes.map(({ id }) => `${kind}/${id}`))
    expect(probes.filter((name) => !names.has(name) && !COUNTED.includes(name))).toEqual([])
    expect(COUNTED.filter((name) => !probes.includes(name) || names.has(name))).toEqual([])
  })

  it('holds every reader of pasted configurations', () => {
    const described = products.filter(({ describes }) => describes).map(({ kind }) => `${kind}#describes`)
    expect(described.filter((name) => !names.has(name))).toEqual([])
  })

  it('holds every exported function that takes a text', () => {
    const readers = files.flatMap(readersIn)
    expect(readers.length).toBeGreaterThan(40)
    const missing = readers.filter((name) => !names.has(name) && !NO_READERS.includes(name) && !name.endsWith('#describes'))
    expect(missing, 'add it to PARSERS in test/parsers/list.ts, or to NO_READERS there if it reads nothing in its text').toEqual([])
    expect(NO_READERS.filter((name) => !readers.includes(name))).toEqual([])
  })

  it('has good texts for each, which it reads', () => {
    for (const parser of PARSERS) {
      expect(parser.good.length, parser.name).toBeGreaterThan(0)
      for (const text of [...parser.good, ...(parser.real ?? [])]) expect(brokenBy(parser, text), `${parser.name} ${text}`).toBeUndefined()
    }
  })
})

// Each was found by the long fuzzing.
test.each([
  ['redis/memory', '["keys.bytes-per-key",{"toString":1}]'],
  ['redis/config', '{"latency-monitor-threshold":{"toString":1}}'],
  ['products/redis/monitor/keySpecs.ts#specOf', '["xread",-4,["readonly"],{"toString":1},0,0]'],
  [
    'envoy/clusters',
    '{"cluster_statuses":[{"name":"c","host_statuses":[{"address":{},"health_status":{"eds_health_status":{"toString":1}}}]}]}',
  ],
  ['config/parse.ts#parseConfig', 'data_file: { toString: 1 }'],
  ['products/twemproxy/configFile.ts#parseConfigFile', 'a: { distribution: { toString: 1 } }'],
])('%s: %s is read, or refused in words', (name, text) => {
  expect(brokenBy(PARSERS.find((parser) => parser.name === name)!, text)).toBeUndefined()
})

// The longer ones are in parsers.long.test.ts.
test('no worst text takes longer than its length: ten times as long, about ten times the time', () => {
  const found = PARSERS.flatMap((parser) => steep(parser, parser.yaml ? null : [5_000, 50_000]))
  expect(found).toEqual([])
}, 180_000)

test.each(GROUPS)(
  '%s: 2,000 odd inputs are read, or refused in words',
  (group) => {
    const { fed, found } = fuzzGroup(group, 2_000, 20_260_105)
    expect(found).toEqual([])
    expect(fed).toBe(2_000)
  },
  60_000,
)

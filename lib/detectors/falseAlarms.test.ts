import { expect, test } from 'vitest'
import { poolOf } from '../../test/normal.ts'
import { judge, load } from '../../test/series.ts'
import type { Topology } from '../model/topology.ts'
import { detectors } from './registry.ts'

type Lines = Record<string, string>
type Case = { lines: Lines; topology?: Partial<Topology> }

const cache = (lines: Lines): Case => ({
  lines: Object.fromEntries(
    Object.entries(lines).map(([name, line]) => [`${name.replace('}', ',')}${name.includes('{') ? '' : '{'}target=a}`, line]),
  ),
  topology: { targets: [{ name: 'a', kind: 'redis', role: 'cache', state: 'up', capabilities: [] }] },
})
const pool = (servers: Lines[], more: Parameters<typeof poolOf>[3] = {}): Case => ({
  lines: Object.fromEntries(
    servers.flatMap((lines, i) =>
      Object.entries(lines).map(([metric, line]) => [`${metric}{target=edge,pool=app,server=app${i + 1}}`, line]),
    ),
  ),
  topology: {
    pools: [
      poolOf(
        'edge',
        'app',
        servers.map(() => 1),
        more,
      ),
    ],
  },
})

/** Of each rule something that is just sure enough for its default. */
const CASES: Record<string, Case> = {
  'cache/hit-ratio-drop': cache({ cache_hits_total: '0+900x199 179940+840x9', cache_misses_total: '0+100x199 20060+160x9' }),
  'cache/eviction-storm': cache({ cache_evictions_total: '0+20x200 4060 4120', cache_items: '9000x202' }),
  'cache/stampede': cache({
    cache_writes_total: '0+20x200 4023+23x3',
    cache_misses_total: '0+20x200 4023+23x3',
    cache_items: '900x204',
    cache_expirations_total: '0+20x204',
    cache_evictions_total: '0x204',
  }),
  'cache/mass-expiry': cache({ cache_expirations_total: '0+60x200 12108+108x2', cache_items: '3000x203' }),
  'cache/latency-rise': cache({
    'cache_commands_total{command=get}': '0+500x739',
    'cache_command_seconds_total{command=get}': '0+0.1x708 71.12+0.32x30',
  }),
  'cache/large-replies': cache({
    cache_reply_bytes_total: '0+2000000x720 1449200000+9200000x60',
    'cache_commands_total{command=get}': '0+2000x780',
  }),
  'balancer/error-rate': pool([
    { pool_requests_total: '0+15x300', pool_errors_total: '0x290 1+1x9' },
    { pool_requests_total: '0+15x300', pool_errors_total: '0x300' },
  ]),
  'balancer/slow-server': pool([
    { pool_requests_total: '0+50x300', pool_response_seconds: '0.1x280 0.24x20' },
    { pool_requests_total: '0+50x300', pool_response_seconds: '0.1x300' },
    { pool_requests_total: '0+50x300', pool_response_seconds: '0.1x300' },
  ]),
  'balancer/load-imbalance': pool([{ pool_requests_total: '0+6x240 1448+8x59' }, { pool_requests_total: '0+6x240 1444+4x59' }]),
  'balancer/sticky-skew': pool(
    [
      { pool_requests_total: '0+6x240 1449.6+9.6x239' },
      { pool_requests_total: '0+6x240 1444.8+4.8x239' },
      { pool_requests_total: '0+6x240 1444.8+4.8x239' },
    ],
    { sticky: 'cookie SRV' },
  ),
}
const HOLDERS = detectors.filter((rule) => 'falseAlarms' in rule.settings.parse({}))

test.each(HOLDERS.map((rule) => [rule.id, rule] as const))('%s: the fewer false alarms, the more evidence it needs', (id, rule) => {
  const { lines, topology } = CASES[id]!
  const isFound = (falseAlarms?: string) =>
    judge(rule, load(1000, lines), topology, falseAlarms === undefined ? {} : { falseAlarms }).some(({ is }) => is === 'found')
  expect(isFound()).toBe(true)
  expect(isFound(`0.${'0'.repeat(40)}1/h`)).toBe(false)
})

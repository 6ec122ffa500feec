import { expect, test } from 'vitest'
import { poolOf } from '../../../test/normal.ts'
import { judge, load } from '../../../test/series.ts'
import { consistentHash } from '../../advisors/consistent-hash.ts'

import type { Finding } from '../../model/finding.ts'
import type { NoRemedy } from '../../model/proposal.ts'
import type { RingSpec } from '../../model/ring.ts'
import { emptyTopology, type Pool } from '../../model/topology.ts'
import { consistentOf as haproxy, tunableOf } from '../../products/haproxy/written.ts'
import { consistentOf as nginx } from '../../products/nginx/written.ts'
import { consistentOf as twemproxy } from '../../products/twemproxy/written.ts'
import { needlessMoves } from './needless-moves.ts'

const TEN = Array.from({ length: 10 }, (_, i) => ({ name: `s${i}`, address: `10.0.0.${i}:80` })) as unknown as RingSpec['nodes']
const pools = (ring?: RingSpec) => [poolOf('edge', 'app', [1, 1, 1], { balances: 'hash', algorithm: 'uri', ...(ring ? { ring } : {}) })]
const said = (ring?: RingSpec) => judge(needlessMoves, load(1000, {}), { pools: pools(ring) })
const remedy = (ring: RingSpec, consistent: Pool['consistent']) =>
  consistentHash.propose({ subject: { target: 'edge', pool: 'app' } } as unknown as Finding, load(1000, {}), {
    ...emptyTopology(),
    pools: pools(ring).map((pool) => ({ ...pool, consistent })),
  })

test.each([
  [
    'haproxy-map',
    haproxy(tunableOf('app', { balances: 'hash', fixedWeights: true }, { algorithm: 'haproxy-map', nodes: TEN })),
    'hash-type consistent',
  ],
  ['nginx-hash', nginx('app', { algorithm: 'nginx-hash', nodes: TEN }), 'hash … consistent;'],
  ['twemproxy-modula', twemproxy('app', { algorithm: 'twemproxy-modula', nodes: TEN }), 'distribution: ketama'],
] as const)('%s deals nearly all keys anew when a server leaves', (algorithm, consistent, line) => {
  const [verdict] = said({ algorithm, nodes: TEN })
  expect(verdict).toMatchObject({
    is: 'found',
    severity: 'info',
    summary: expect.stringMatching(/s9 leaving moves [89]\d\.\d.% of the keys; 1\d/),
  })
  const { none } = remedy({ algorithm, nodes: TEN }, consistent) as NoRemedy
  expect(none).toContain(line)
  expect(none).toMatch(/The switch itself moves \d/)
})
test("twemproxy's ketama recounts every server's points when one weight changes", () => {
  expect(said({ algorithm: 'twemproxy-ketama', nodes: TEN })).toMatchObject([
    { is: 'found', summary: expect.stringMatching(/twice the weight of s9 moves 1\d\.\d.% of the keys; [78]/) },
  ])
  expect(
    remedy({ algorithm: 'twemproxy-ketama', nodes: TEN }, twemproxy('app', { algorithm: 'twemproxy-ketama', nodes: TEN })),
  ).toMatchObject({ none: expect.stringContaining('several at once') })
})
test.each(['haproxy-consistent', 'nginx-consistent', 'ketama'] as const)('%s moves no more than it must', (algorithm) =>
  expect(said({ algorithm, nodes: TEN })).toMatchObject([{ is: 'clear' }]),
)
test.each([
  [undefined, 'DISTRIBUTION_CONSISTENT'],
  ['spymemcached', 'KetamaConnectionFactory'],
  ['gomemcache', 'ServerSelector'],
  ['python-memcached', 'HashClient'],
  ['memjs', 'npm package'],
  ['phpredis', "'consistent' => true"],
] as const)('the remainder of %s, of a ring in the configuration: what the next edits move, now and consistently', (client, advice) => {
  const spec: RingSpec = { algorithm: 'modulo', nodes: TEN, ...(client ? { options: { client } } : {}) }
  const ring = { name: 'app', spec, version: 1, control: { target: 't', key: 'k' }, nodes: [], followers: [] }
  const rings = [ring]
  expect(judge(needlessMoves, load(1000, {}), { rings })).toMatchObject([
    { subject: { ring: 'app' }, is: 'found', summary: expect.stringMatching(/In ring app, s9 leaving moves [589]\d.* of the keys; 10/) },
  ])
  const { none } = consistentHash.propose({ subject: { ring: 'app' } } as unknown as Finding, load(1000, {}), {
    ...emptyTopology(),
    rings,
  }) as NoRemedy
  expect(none).toContain(advice)
  const [, more, moreThen, fewer, fewerThen] =
    /One more server moves ([\d.]+).% of the keys now and ([\d.]+).% then; one fewer ([\d.]+).% now and ([\d.]+).% then\. The switch/
      .exec(none)!
      .map(Number)
  expect(more).toBeGreaterThan(2.5 * moreThen!)
  expect(fewer).toBeGreaterThan(2.5 * fewerThen!)
})
test('a pool that does not hash is no matter of this; one that is not known is unjudged', () => {
  expect(judge(needlessMoves, load(1000, {}), { pools: [poolOf('edge', 'app', [1, 1])] })).toEqual([])
  expect(said()).toMatchObject([{ is: 'unjudged' }])
})

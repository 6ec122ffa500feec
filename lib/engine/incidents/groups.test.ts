import { describe, expect, test } from 'vitest'
import { finding as base } from '../../../test/documents.ts'
import { randomOf } from '../../../test/random.ts'
import type { Causality, CauseRule } from '../../model/cause.ts'
import { readEdges } from '../../model/edges.ts'
import type { Finding, Severity } from '../../model/finding.ts'
import type { Labels } from '../../model/series.ts'
import { emptyTopology, type Topology } from '../../model/topology.ts'
import { chainOf } from './chain.ts'
import { groupFindings } from './groups.ts'
import { causeName, causeSentence, incidentTitle, linkWords } from './words.ts'

const seconds = (n: number) => n * 1_000
const minutes = (n: number) => n * 60_000
const row = (cause: string, along: CauseRule['along'], effect: string, more: Partial<CauseRule> = {}): CauseRule => ({
  cause,
  effect,
  along,
  withinMs: minutes(1),
  how: 'so it goes',
  ...more,
})
const causality: Causality = {
  rules: [
    row('cliff', 'same', 'misses', { lasting: true }),
    row('cliff', 'behind', 'slow'),
    row('misses', 'behind', 'slow'),
    row('slow', 'same', 'queue'),
    row('slow', 'behind', 'slow'),
    row('misses', 'before', 'busy'),
    row('fleet/target-down', 'beside', 'misses', { lasting: true }),
    row('fleet/target-down', 'behind', 'slow', { lasting: true }),
    row('imbalance', 'same', 'evictions'),
    row('restart', 'same', 'cliff', { echo: true, withinMs: seconds(30) }),
    row('down', 'beside', 'slow'),
  ],
  symptoms: [{ rule: 'misses' }, { rule: 'queue' }, { rule: 'slow', whole: true }],
}
const topology = {
  ...emptyTopology(),
  targets: [
    ...['cache-a', 'cache-b', 'cache-c'].map((name) => ({ name, host: '10.0.0.5' })),
    ...['sessions', 'elsewhere', 'edge'].map((name) => ({ name, host: '10.0.0.6' })),
  ],
  pools: [{ target: 'edge', name: 'app' }],
  rings: [{ name: 'products', nodes: ['a', 'b', 'c'].map((name) => ({ name, target: `cache-${name}` })) }],
  ttls: [{ name: 'products', ttlMs: minutes(5) }],
  edges: readEdges([
    { from: 'clients', to: 'pool:edge/app' },
    { from: 'pool:edge/app', to: 'application:shop' },
    { from: 'application:shop', to: 'ring:products' },
    { from: 'ring:products', to: 'store:sessions' },
  ]),
} as unknown as Topology

const CACHE = { target: 'cache-b' }
const POOL = { target: 'edge', pool: 'app' }
const finding = (id: string, rule: string, subject: Labels, since: number, more: Partial<Finding> = {}): Finding => ({
  ...base,
  id,
  rule,
  subject,
  since,
  firingAt: since,
  state: more.resolvedAt === undefined ? 'firing' : 'resolved',
  ...more,
})
const groups = (findings: Finding[]) => groupFindings(findings, topology, causality)
const ids = (findings: Finding[]) => groups(findings).map((group) => group.findings.map(({ id }) => id).join(' '))
const chain = (findings: Finding[]) => chainOf(groups(findings)[0]!, causality.symptoms)
const drawn = (findings: Finding[]) => chain(findings).links.map(({ cause, effect }) => `${cause.id} > ${effect.id}`)
const title = (findings: Finding[]) => incidentTitle(chain(findings), (rule) => `The ${rule}`)
const sentence = (findings: Finding[]) => causeSentence(chain(findings), (rule) => `The ${rule}`)

const CASCADE = [
  finding('cliff', 'cliff', CACHE, 0),
  finding('misses', 'misses', CACHE, seconds(3)),
  finding('slow', 'slow', POOL, seconds(8), { severity: 'info' }),
  finding('queue', 'queue', POOL, seconds(20)),
]

describe('a cascade', () => {
  test('is one incident with its chain in order, and its first cause named', () => {
    expect(ids(CASCADE)).toEqual(['cliff misses slow queue'])
    expect(drawn(CASCADE)).toEqual(['cliff > misses', 'misses > slow', 'slow > queue'])
    expect(title(CASCADE)).toBe('cache-b: the cliff, and 3 that follow')
    expect(sentence(CASCADE)).toMatch(/^First cause: cache-b: the cliff\. .*no proof/)
    expect(chain(CASCADE).links.map((link) => linkWords(link).replace(/\u202f|\u00a0/g, ' '))).toEqual([
      'so it goes: 3 s later, on the same cache-b',
      'so it goes: 5 s later, cache-b stands behind pool edge/app',
      'so it goes: 12 s later, on the same pool edge/app',
    ])
  })

  test('has no direct link where one between was not found, and needs the edge', () => {
    const [cliff, , slow, queue] = CASCADE as [Finding, Finding, Finding, Finding]
    expect(drawn([cliff, slow, queue])).toEqual(['cliff > slow', 'slow > queue'])
    const bare = groupFindings(CASCADE, { ...topology, edges: [] }, causality)
    expect(bare.map((group) => group.findings.map(({ id }) => id).join(' '))).toEqual(['cliff misses', 'slow queue'])
  })

  test('found in another order is the same: rules see at different speeds, but not half a minute apart', () => {
    const late = CASCADE.map((one) => (one.id === 'cliff' ? { ...one, since: seconds(9) } : one))
    expect(title(late)).toBe('cache-b: the cliff, and 3 that follow')
    const much = CASCADE.map((one) => (one.id === 'cliff' ? { ...one, since: seconds(40) } : one))
    expect(drawn(much)).not.toContain('cliff > misses')
  })

  test('tells a cause that is not known as such: of symptoms alone, and of what nothing connects', () => {
    const symptoms = CASCADE.slice(1)
    expect(chain(symptoms).is).toBe('unknown')
    expect(sentence(symptoms)).toBe('First seen: cache-b: the misses. Its cause is not known.')
    const unlinked = [finding('a', 'odd', CACHE, 0), finding('b', 'strange', CACHE, seconds(5))]
    expect(ids(unlinked)).toEqual(['a b'])
    expect(title(unlinked)).toBe('cache-b: the odd, and 1 beside')
    expect(sentence(unlinked)).toMatch(/^First seen: .*not known\.$/)
  })

  test('with two plausible causes names both', () => {
    const two = [...CASCADE, finding('down', 'fleet/target-down', { target: 'cache-a' }, seconds(1))]
    expect(ids(two)).toEqual(['cliff down misses slow queue'])
    expect(chain(two)).toMatchObject({ is: 'several', follow: 3, beside: 0 })
    expect(sentence(two)).toBe(
      'Several may be the cause: cache-b: the cliff or cache-a: the fleet/target-down. Which of them is not known.',
    )
  })
})

describe('what is no chain', () => {
  test('happens at once on unconnected parts, or long after', () => {
    const elsewhere = finding('queue', 'queue', { target: 'other', pool: 'app' }, seconds(20))
    expect(ids([...CASCADE.slice(0, 3), elsewhere])).toEqual(['cliff misses slow', 'queue'])
    expect(ids([CASCADE[0]!, finding('slow', 'slow', POOL, minutes(2))])).toEqual(['cliff', 'slow'])
    expect(ids([finding('m', 'misses', CACHE, 0), finding('n', 'misses', { target: 'cache-c' }, seconds(1))])).toEqual(['m', 'n'])
  })

  test('parts of one pool or ring are told apart', () => {
    const server = (name: string) => ({ ...POOL, server: name })
    const two = [finding('down', 'down', server('app1'), 0), finding('slow', 'slow', server('app2'), seconds(5))]
    expect(drawn(two)).toEqual(['down > slow'])
    expect(drawn([finding('down', 'down', server('app1'), 0), finding('slow', 'slow', server('app1'), seconds(5))])).toEqual([])
    const ring = finding('i', 'imbalance', { ring: 'products', node: 'b' }, 0)
    expect(ids([ring, finding('e', 'evictions', CACHE, seconds(5))])).toEqual(['i e'])
    expect(ids([ring, finding('e', 'evictions', { target: 'cache-a' }, seconds(5))])).toEqual(['i', 'e'])
  })

  test('on one thing what begins together is one incident, and what comes back; a note alone is none', () => {
    const at = (id: string, rule: string, since: number, resolvedAt?: number) => finding(id, rule, CACHE, since, { resolvedAt })
    expect(ids([at('a', 'x', 0, minutes(1)), at('b', 'y', minutes(2))])).toEqual(['a b'])
    expect(ids([at('a', 'x', 0), at('b', 'y', minutes(2) + 1)])).toEqual(['a', 'b'])
    expect(ids([at('a', 'x', 0, minutes(1)), at('b', 'x', minutes(11))])).toEqual(['a b'])
    expect(ids([at('a', 'x', 0, minutes(1)), at('b', 'x', minutes(11) + 1)])).toEqual(['a', 'b'])
    expect(ids([finding('a', 'x', CACHE, 0, { severity: 'info' })])).toEqual([])
  })
})

describe('edges', () => {
  test('lead to what a cache stands before, and to those with which it shares a load', () => {
    expect(drawn([CASCADE[1]!, finding('busy', 'busy', { target: 'sessions' }, seconds(9))])).toEqual(['misses > busy'])
    const down = finding('down', 'fleet/target-down', { target: 'cache-a' }, 0, { resolvedAt: minutes(3) })
    expect(drawn([down, finding('m', 'misses', CACHE, minutes(4))])).toEqual(['down > m'])
    expect(drawn([down, finding('m', 'misses', CACHE, minutes(4) + 1)])).toEqual([])
    expect(drawn([down, finding('m', 'misses', { target: 'sessions' }, seconds(5))])).toEqual([])
  })

  test('that lead in a circle end', () => {
    const edges = readEdges([
      { from: 'pool:edge/app', to: 'pool:edge/api' },
      { from: 'pool:edge/api', to: 'pool:edge/app' },
    ])
    const two = [finding('a', 'slow', POOL, 0), finding('b', 'slow', { target: 'edge', pool: 'api' }, seconds(5))]
    const [group] = groupFindings(two, { ...topology, edges }, causality)
    expect(chainOf(group!, []).links.map(({ cause, effect }) => `${cause.id} > ${effect.id}`)).toEqual(['a > b'])
  })
})

describe('an echo', () => {
  const restart = finding('restart', 'restart', CACHE, 0, { resolvedAt: minutes(3) })
  const cliff = (since: number, ttlMs?: number) => finding('cliff', 'cliff', CACHE, since, ttlMs === undefined ? {} : { ttlMs })

  test('comes one time to live later, as a policy or the keys themselves tell it', () => {
    expect(ids([restart, cliff(minutes(5) + seconds(20))])).toEqual(['restart cliff'])
    expect(ids([restart, cliff(minutes(20), minutes(20) - seconds(10))])).toEqual(['restart cliff'])
    expect(ids([restart, cliff(minutes(20), minutes(10))])).toEqual(['restart', 'cliff'])
    expect(ids([restart, cliff(minutes(10))])).toEqual(['restart', 'cliff'])
  })
})

describe('a host', () => {
  const down = (name: string, since: number) => finding(name, 'fleet/target-down', { target: name }, since)
  const three = [down('cache-a', 0), down('cache-b', seconds(2)), down('cache-c', seconds(7))]

  test('that took all its targets is the first cause of one incident', () => {
    const all = [...three, finding('slow', 'slow', POOL, seconds(9))]
    expect(ids(all)).toEqual(['cache-a cache-b cache-c slow'])
    expect(chain(all)).toMatchObject({ is: 'known', hosts: ['10.0.0.5'], first: [], follow: 4, beside: 0 })
    expect(title(all)).toBe('host 10.0.0.5, and 4 that follow')
    expect(sentence(all)).toMatch(/^First cause: host 10\.0\.0\.5\. All/)
  })

  test('is not the cause while one of its targets answers, or when they went one after the other', () => {
    expect(ids(three.slice(0, 2))).toEqual(['cache-a', 'cache-b'])
    expect(ids([...three.slice(0, 2), down('cache-c', seconds(40))])).toEqual(['cache-a', 'cache-b', 'cache-c'])
    expect(causeName(chain(three.slice(0, 1)), (rule) => rule)).toBe('cache-a: fleet/target-down')
  })
})

describe('the id of an incident', () => {
  test('stays while others join, older ones found later and notes too', () => {
    const [cliff, misses, slow, queue] = CASCADE as [Finding, Finding, Finding, Finding]
    const later = { ...cliff, firingAt: seconds(30) }
    expect(groups([misses]).map(({ id }) => id)).toEqual(['misses'])
    expect(groups([later, misses, slow]).map(({ id }) => id)).toEqual(['misses'])
    expect(groups([{ ...slow, since: 0, firingAt: 0 }, later, misses, queue]).map(({ id }) => id)).toEqual(['misses'])
  })

  test('of two that a link connects is that of the older', () => {
    const [cliff, , , queue] = CASCADE as [Finding, Finding, Finding, Finding]
    expect(groups([cliff, queue]).map(({ id }) => id)).toEqual(['cliff', 'queue'])
    const slow = finding('slow', 'slow', POOL, seconds(12), { firingAt: seconds(25) })
    expect(groups([cliff, slow, queue]).map(({ id }) => id)).toEqual(['cliff'])
  })
})

test('thousands of findings on five hundred targets are not held each against each', () => {
  const random = randomOf(7)
  const rules = ['cliff', 'misses', 'slow', 'queue', 'busy', 'evictions', 'fleet/target-down', 'restart']
  const severities: Severity[] = ['warning', 'critical', 'info']
  const nodes = Array.from({ length: 500 }, (_, i) => ({ name: `n${i}`, target: `t${i}` }))
  const large = {
    ...emptyTopology(),
    targets: nodes.map(({ target }, i) => ({ name: target, host: `h${i >> 2}` })),
    rings: Array.from({ length: 50 }, (_, i) => ({ name: `r${i}`, nodes: nodes.slice(i * 10, i * 10 + 10) })),
    edges: Array.from({ length: 50 }, (_, i) => ({ from: { target: 'edge', pool: `p${i}` }, to: { ring: `r${i}` } })),
  } as unknown as Topology
  const of = (count: number) =>
    Array.from({ length: count }, (_, i) => {
      const rule = rules[Math.floor(random() * rules.length)]!
      const at = Math.floor(random() * 500)
      const subject: Labels = rule === 'slow' || rule === 'queue' ? { target: 'edge', pool: `p${at % 50}` } : { target: `t${at}` }
      const since = Math.floor(random() * minutes(7 * 24 * 60))
      return finding(`f${i}`, rule, subject, since, { severity: severities[i % 3]!, resolvedAt: since + minutes(3) })
    })
  // Looks at a time are counted, not the time that they take: that is another on each machine.
  const looks = (count: number) => {
    let looks = 0
    const findings = of(count).map((one) => {
      const { since } = one
      return Object.defineProperty(one, 'since', {
        get() {
          looks++
          return since
        },
      })
    })
    for (const group of groupFindings(findings, large, causality)) chainOf(group, causality.symptoms)
    return looks
  }
  const [few, many] = [looks(1_250), looks(5_000)]
  // Four times as many: sixteen would be each against each.
  expect(many / few).toBeLessThan(9)
  expect(many).toBeLessThan(150 * 5_000)
})

import { duration, safe, text } from '../format/format.ts'
import type { ReviewPart, ReviewRow } from '../model/answers/review.ts'
import { memoryCost } from '../model/prices.ts'
import type { TtlPolicy } from '../model/topology.ts'
import type { CacheFacts, ReviewFacts } from './facts.ts'
import { remedyFor } from './remedy.ts'
import { type About, gapRow, labOf, listed, measuredRow, numberRow, pageOf, part, statedRow } from './row.ts'

/** Keys of one load end together with less than that. */
const JITTER_LEAST = 0.05
const EXPIRING_MOST = 0.8

/** Step 2 of the guide: which tiers there are, and by which policies keys live and leave. */
export function tiers(facts: ReviewFacts): ReviewPart {
  return part('tiers', 'Tiers and policies', 'Which tiers stand before the origin, and when does a key leave them?', [
    ...tierRows(facts),
    ...facts.caches.filter(({ role, state }) => role === 'cache' && state !== 'down').flatMap((cache) => policyRows(cache, facts)),
    ...facts.ttls.map(ttlRow),
    ...(facts.ttls.length === 0 && facts.caches.length > 0
      ? [
          gapRow(
            { id: 'tiers/ttls', about: 'fleet', href: null, what: 'TTL policies' },
            'the applications’ TTLs are not told: name them under `ttls` with a control document',
          ),
        ]
      : []),
  ])
}

function tierRows({ caches, pools, rings, origins, edges }: ReviewFacts): ReviewRow[] {
  const of = (id: string, what: string, href: string | null = null): About => ({ id: `tiers/${id}`, about: 'fleet', href, what })
  const inside = caches.filter(({ where }) => where.cache !== undefined)
  const shared = caches.filter(({ where, role }) => where.cache === undefined && role === 'cache')
  const names = (all: readonly { name: string }[]) => listed(all.map(({ name }) => name))
  return [
    gapRow(
      of('edge', 'Edge: browsers and CDN'),
      'nothing that is watched stands there: `Cache-Control` of the answers decides what they keep',
    ),
    pools.length > 0
      ? statedRow(of('balancers', 'Balancers', '/pools'), `${pools.length} ${pools.length === 1 ? 'pool' : 'pools'}`, {
          is: 'well',
          follows: 'Spread the requests; see step 3.',
        })
      : gapRow(of('balancers', 'Balancers'), 'no balancer is watched: name one under `targets`'),
    inside.length > 0
      ? statedRow(of('zones', 'Caches of proxies'), names(inside), { is: 'well', follows: 'Answer before the application is asked.' })
      : statedRow(of('zones', 'Caches of proxies'), 'none', {
          is: 'well',
          follows: 'Whole answers that many users share could be kept there.',
        }),
    shared.length > 0
      ? statedRow(of('caches', 'Shared caches', '/caches'), names(shared), {
          is: 'well',
          follows:
            rings.length > 0
              ? `In ${rings.length === 1 ? 'a ring' : `${rings.length} rings`}: ${names(rings.map(({ ring }) => ring))}.`
              : 'Each for itself: no ring is told.',
        })
      : gapRow(of('caches', 'Shared caches'), 'no cache is watched: name one under `targets`'),
    origins.length > 0
      ? statedRow(of('origin', 'Origin'), names(origins), { is: 'well', follows: 'Bears what every tier before it misses; see step 5.' })
      : gapRow(of('origin', 'Origin'), edges.length > 0 ? 'no edge leads to an `origin:`' : 'no `edges` say who calls whom'),
  ]
}

function policyRows(cache: CacheFacts, facts: ReviewFacts): ReviewRow[] {
  const { name, where, policy, memoryMax, expiring, evictions, curve } = cache
  const of = (what: string, id: string): About => ({ id: `tiers/${name}/${id}`, about: name, href: pageOf(where), what })
  const open = remedyFor(facts, where, [
    'cache/eviction-policy',
    'cache/eviction-storm',
    'cache/memory-refusing-writes',
    'cache/keys-without-ttl',
  ])
  const lab = { text: 'Compare policies and sizes in the lab', href: labOf(where.target!) }
  if (where.cache !== undefined) return []
  return [
    policy === null
      ? gapRow(of('Eviction', 'policy'), 'its rule of eviction is not told')
      : statedRow(
          of('Eviction', 'policy'),
          `${policy}${memoryMax === 0 ? ', no memory limit' : memoryMax === null ? '' : ` at ${text(memoryMax, 'bytes')}`}`,
          {
            ...policyVerdict(policy, memoryMax, expiring),
            change: policyVerdict(policy, memoryMax, expiring).is === 'well' ? null : (open ?? lab),
          },
        ),
    measuredRow(of('Evictions', 'evictions'), evictions, 'perSecond', facts, (rate) => ({
      is: 'well',
      follows: rate > 0 ? 'It is full: its size decides what it hits.' : 'Keys leave by their TTL alone.',
      change: rate > 0 ? lab : null,
    })),
    curve
      ? curveRow(cache, of('Twice the memory', 'curve'))
      : gapRow(
          of('Hit ratio over memory', 'curve'),
          cache.references === 'cannot'
            ? 'its product tells no references'
            : cache.references === 'off'
              ? 'its references are not recorded: set `references`'
              : 'too few references yet',
          cache.references === 'cannot' ? null : lab,
        ),
  ]
}

function policyVerdict(policy: string, limit: number | null, expiring: number | null): Pick<ReviewRow, 'is' | 'follows'> {
  if (limit === 0) return { is: 'act', follows: 'It grows until the machine has no more memory: give it a limit.' }
  if (policy === 'noeviction' || policy.startsWith('refuses'))
    return { is: 'act', follows: 'When it is full it refuses writes, and every new key is a miss for good.' }
  if (policy.startsWith('volatile') && expiring !== null && expiring < EXPIRING_MOST)
    return { is: 'act', follows: `Only keys with a TTL can leave, and ${text(1 - expiring, 'ratio')} of its keys have none.` }
  return { is: 'well', follows: 'It can always make space for what is asked for now.' }
}

function curveRow({ curve, prices, hitRatio }: CacheFacts, of: About): ReviewRow {
  const now = curve!.points[curve!.present.point]!
  const twice = curve!.points
    .filter(({ bytes }) => bytes !== null && now.bytes !== null && bytes > now.bytes)
    .sort((a, b) => Math.abs(a.bytes! / now.bytes! - 2) - Math.abs(b.bytes! / now.bytes! - 2))[0]
  if (!twice) return gapRow(of, 'its curve has no larger size')
  const gain = twice.hitRatio - now.hitRatio
  const more = memoryCost(twice.bytes! - now.bytes!, prices)
  const pays = gain > 0.01
  return numberRow(
    { ...of, what: `Hit ratio with ${text(twice.bytes!, 'bytes')}` },
    twice.hitRatio,
    'ratio',
    {
      is: pays ? 'watch' : 'well',
      follows: `${text(now.hitRatio, 'ratio')} by the same model now${hitRatio.is === 'measured' ? `, ${text(hitRatio.value, 'ratio')} measured` : ''}: ${pays ? 'more memory pays in hits' : 'more memory brings next to nothing'}${more === null ? '' : `, and costs ${more.toFixed(2)} ${prices.currency ?? ''} a month`.trimEnd()}.`,
      change: pays ? { text: 'Choose the size in the lab', href: labOf(of.about) } : null,
    },
    { low: twice.low, high: twice.high, span: { from: curve!.at - curve!.spanMs, to: curve!.at } },
  )
}

function ttlRow({ name, match, ttlMs, jitter, error }: TtlPolicy): ReviewRow {
  const of: About = { id: `tiers/ttl/${name}`, about: name, href: null, what: `TTL of \`${safe(match, 60)}\`` }
  if (error) return gapRow(of, error)
  const together = jitter < JITTER_LEAST
  return statedRow(of, `${duration(ttlMs)}, jitter ${text(jitter, 'ratio')}`, {
    is: together ? 'act' : 'well',
    follows: together
      ? 'Keys that are loaded together end together, and miss together.'
      : `A value may be ${duration(ttlMs * (1 + jitter))} old when it is read, unless each write deletes it.`,
    change: together ? { text: 'Give the policy a jitter of a tenth in the lab', href: '/curves' } : null,
  })
}

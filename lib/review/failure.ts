import { text } from '../format/format.ts'
import type { ReviewPart, ReviewRow } from '../model/answers/review.ts'
import { addedByRetries } from '../model/retries.ts'
import { type NodeLoss, worstLoss } from '../predictions/nodeLoss.ts'
import { borne, capacityWords } from './bears.ts'
import type { CacheFacts, OriginFacts, ReviewFacts, RingFacts } from './facts.ts'
import { poolFailureRows } from './poolFailure.ts'
import { remedyFor } from './remedy.ts'
import { type About, gapRow, measuredRow, numberRow, pageOf, part, statedRow, value } from './row.ts'

/** Behind by more than what is under way in the buffers of a connection: the default of cache/replication-lag. */
const LAG_BYTES = 4_194_304

/** Step 5 of the guide: what stops when one thing does, and what the origin would have to bear then. */
export function failure(facts: ReviewFacts): ReviewPart {
  const inRings = new Set(facts.rings.flatMap(({ ring }) => ring.nodes.flatMap(({ target }) => target ?? [])))
  const alone = facts.caches.filter(({ role, where }) => role === 'cache' && where.cache === undefined && !inRings.has(where.target!))
  return part('failure', 'Failure readiness', 'What stops when one thing does, and what must the origin bear then?', [
    ...facts.rings.flatMap((ring) => ringRow(ring, facts)),
    ...alone.flatMap((cache) => aloneRow(cache, facts)),
    ...facts.origins.map((origin) => originRow(origin, facts)),
    ...facts.caches.filter(({ role, isReplica }) => role === 'store' && !isReplica).flatMap((store) => storeRows(store, facts)),
    ...facts.pools.flatMap((pool) => poolFailureRows(pool, facts)),
    ...(facts.pools.length + facts.caches.length === 0
      ? [gapRow(of('none', 'fleet', null, 'Failures'), 'no cache and no pool is watched')]
      : []),
  ])
}

const of = (id: string, about: string, href: string | null, what: string): About => ({ id: `failure/${id}`, about, href, what })

/** The origins that a ring or cache leads to. */
const originsOf = ({ origins }: ReviewFacts, name: string) => origins.filter(({ callers }) => callers.includes(name))

function ringRow({ ring, losses }: RingFacts, facts: ReviewFacts): ReviewRow[] {
  const worst = worstLoss(losses)
  const about = of(`ring/${ring.name}`, ring.name, pageOf({ ring: ring.name }), 'Largest node dies')
  if (!worst) return [gapRow(about, ring.error ?? 'its keys cannot be placed')]
  const what = `${worst.node} dies`
  if (!worst.extra) return [gapRow({ ...about, what }, worst.because ?? 'its traffic is not known')]
  const origins = originsOf(facts, ring.name)
  return [
    numberRow(
      { ...about, what },
      worst.extra.value,
      'perSecond',
      {
        is: markOf(bears(worst.extra.value, origins)),
        follows: `${movesWords(worst)} ${loadWords(worst.extra.value, origins)}`,
        change: { text: 'Try the ring without that node in the ring lab', href: pageOf({ ring: ring.name }) },
      },
      { low: worst.extra.low, high: worst.extra.high, span: facts },
    ),
  ]
}

function movesWords({ node, owned, moved, needless, takenOver, heirs }: NodeLoss): string {
  if (!takenOver) return `Nobody takes over the ${text(owned, 'ratio')} of the keys that ${node} has: they miss until it is back.`
  const [first] = heirs
  const extra = needless > 0.000_5 ? `, ${text(needless, 'ratio')} of them from nodes that live` : ''
  const heir = first?.reads == null ? '' : ` ${first.node} gets the most: ${text(first.reads, 'perSecond')} more reads.`
  return `Exactly ${text(moved, 'ratio')} of the keys move${extra}, and miss until they are fetched again.${heir}`
}

/** Whether the origins bear what they would get; null where that is not known. */
function bears(extra: number, origins: readonly OriginFacts[]): boolean | null {
  if (origins.length === 0) return null
  const each = origins.map((origin) => (origin.reads === null ? null : borne(origin, origin.reads + extra)))
  return each.includes(false) ? false : each.includes(null) ? null : true
}

const markOf = (bears: boolean | null) => (bears === null ? ('watch' as const) : bears ? ('well' as const) : ('act' as const))

function loadWords(extra: number, origins: readonly OriginFacts[]): string {
  const [origin] = origins
  if (!origin) return 'No edge leads on to an origin: who would have to bear it is not known.'
  if (origin.reads === null) return `What ${origin.name} serves now is not measured.`
  const then = text(origin.reads + extra, 'perSecond')
  const seen = origin.day
    ? `The most that it was seen to serve in five minutes of the last 24 h is ${text(origin.day.peak, 'perSecond')}${origin.reads + extra <= origin.day.peak ? '.' : ': whether it bears more is not known.'}`
    : 'The most that it can serve is not known.'
  return `${origin.name} serves ${text(origin.reads, 'perSecond')} now and would get ${then}. ${seen} ${capacityWords(origin, origin.reads + extra)}`
}

function aloneRow({ name, where, hits, state }: CacheFacts, facts: ReviewFacts): ReviewRow[] {
  if (state === 'down') return []
  const origins = originsOf(facts, name)
  return [
    measuredRow(of(`cache/${name}`, name, pageOf(where), `${name} dies`), hits, 'perSecond', facts, (extra) => ({
      is: markOf(bears(extra, origins)),
      follows: `It stands alone: all of its hits reach the origin until it is back and filled. ${loadWords(extra, origins)}`,
    })),
  ]
}

function originRow(origin: OriginFacts, facts: ReviewFacts): ReviewRow {
  const { name, reads, day, callers } = origin
  const about = of(`origin/${name}`, name, null, 'All of its caches cold')
  const cold = coldReads(callers, facts)
  if (cold === null || reads === null) return gapRow(about, `the reads of ${callers.join(', ') || 'what calls it'} are not all measured`)
  const bearsIt = borne(origin, cold)
  return numberRow(
    about,
    cold,
    'perSecond',
    {
      is: markOf(bearsIt),
      follows: `${text(cold / Math.max(reads, Number.EPSILON), 'factor')} of what reaches it now. ${
        day ? `It was seen to serve ${text(day.peak, 'perSecond')} in the busiest five minutes of 24 h.` : 'What it can serve is not known.'
      } ${capacityWords(origin, cold)} ${triedWords(origin, cold)}`,
      change: bearsIt
        ? null
        : {
            text: 'Limit what reaches it at the balancer (`maxconn`, `limit_req`, a circuit breaker), and measure its capacity',
            href: null,
          },
    },
    { span: facts },
  )
}

/** What tries again add once answers time out, by the configuration of the balancers on the way; what is not known is said. */
function triedWords({ retries }: OriginFacts, cold: number): string {
  const clients = 'What clients try again by themselves comes on top, and is not known.'
  const parts = retries.map(({ pool, told, sessions }) => {
    const added = told && addedByRetries(told, sessions)
    if (!told || added === null) return `How often ${pool} tries again is not known${told ? `: ${told.text}` : ''}.`
    if (added === 0) return `${pool} has no server work on a request again (${told.text}).`
    return `Once answers time out, ${pool} sends each up to ${text(1 + added, 'factor')} times (${told.text}): ${text(cold * (1 + added), 'perSecond')}.`
  })
  return [...parts, clients].join(' ')
}

/** Every read of what calls it, hits too. */
function coldReads(callers: readonly string[], { caches, rings, pools }: ReviewFacts): number | null {
  let sum = 0
  for (const name of callers) {
    const ring = rings.find((one) => one.ring.name === name)
    const members = ring ? ring.ring.nodes.map(({ target }) => target) : [name]
    for (const member of members) {
      const cache = caches.find((one) => one.name === member)
      const pool = pools.find((one) => `${one.pool.target}/${one.pool.name}` === member)
      const rate = cache ? value(cache.reads) : pool ? value(pool.requests) : null
      if (rate === null) return null
      sum += rate
    }
  }
  return callers.length > 0 ? sum : null
}

function storeRows(store: CacheFacts, facts: ReviewFacts): ReviewRow[] {
  const { name, where, replicas, hasReplicas, persists, lag } = store
  const href = pageOf(where)
  const copies = of(`store/${name}/replicas`, name, href, 'Replicas')
  const lasting = of(`store/${name}/persistence`, name, href, 'Persistence')
  const spof = remedyFor(facts, where, ['fleet/single-point-of-failure'])
  return [
    replicas === null
      ? gapRow(copies, hasReplicas ? 'its replicas are not reported' : 'its product has none: what it holds is lost with it')
      : statedRow(copies, `${replicas} ${replicas === 1 ? 'follows' : 'follow'}`, {
          is: replicas > 0 ? 'well' : 'act',
          follows:
            replicas > 0
              ? 'One can take over; whether it does by itself is Sentinel’s or the cluster’s business.'
              : 'It is a store: what it holds is lost with it.',
          change: replicas > 0 ? null : (spof ?? { text: 'Give it a replica (`REPLICAOF`), and Sentinel', href: null }),
        }),
    persists === null
      ? gapRow(lasting, 'its settings of persistence are not told')
      : statedRow(lasting, persistenceWords(persists), {
          is: persists.log || persists.snapshots ? 'well' : persists.log === null || persists.snapshots === null ? 'gap' : 'act',
          follows: persists.log
            ? 'A restart loses about a second of writes at most.'
            : persists.snapshots
              ? 'A restart loses what was written since the newest snapshot.'
              : persists.log === null || persists.snapshots === null
                ? 'Whether a restart loses everything is not known.'
                : 'A restart loses everything it holds.',
          change: persists.log || persists.snapshots ? null : { text: 'Set `appendonly yes`', href: null },
        }),
    ...(replicas
      ? [
          measuredRow(of(`store/${name}/lag`, name, href, 'Replicas behind'), lag, 'bytes', facts, (bytes) => ({
            is: bytes > LAG_BYTES ? 'act' : 'well',
            follows:
              bytes > LAG_BYTES
                ? 'Readers of a replica see old values, and a fail-over loses them.'
                : 'A fail-over would lose next to nothing.',
            change: bytes > LAG_BYTES ? remedyFor(facts, where, ['cache/replication-lag']) : null,
          })),
        ]
      : []),
  ]
}

function persistenceWords({ snapshots, log }: NonNullable<CacheFacts['persists']>): string {
  const words = (known: boolean | null, yes: string, no: string, what: string) => (known === null ? `${what} not told` : known ? yes : no)
  return `${words(log, 'append-only file', 'no append-only file', 'append-only file')}, ${words(snapshots, 'snapshots', 'no snapshots', 'snapshots')}`
}

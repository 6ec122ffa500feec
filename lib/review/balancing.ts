import { duration, safe, text } from '../format/format.ts'
import type { ReviewPart, ReviewRow } from '../model/answers/review.ts'
import type { PoolFacts, ReviewFacts, RingFacts } from './facts.ts'
import { remedyFor } from './remedy.ts'
import { type About, gapRow, measuredRow, numberRow, pageOf, part, statedRow, value } from './row.ts'

/** Largest share over the mean from which a server sets the pace of its pool: the default of ring/imbalance. */
const UNEVEN = 1.25
/** A session as long as that outlives what round robin evens out. */
const LONG_SECONDS = 10
/** Of the keys of living nodes, what moves when one dies; more is a ring that is not consistent. */
const NEEDLESS = 0.01

/** Step 3 of the guide: how requests and keys are spread, and whether the way fits the traffic. */
export function balancing(facts: ReviewFacts): ReviewPart {
  const rows = [...facts.pools.flatMap((pool) => poolRows(pool, facts)), ...facts.rings.flatMap((ring) => ringRows(ring, facts))]
  const none: About = { id: 'balancing/none', about: 'fleet', href: null, what: 'Balancing' }
  return part('balancing', 'Balancing', 'Are requests and keys spread evenly, and does the algorithm fit the traffic?', [
    ...rows,
    ...(rows.length === 0 ? [gapRow(none, 'no pool and no ring is watched')] : []),
  ])
}

function poolRows({ pool, imbalance, sessionSeconds, serving }: PoolFacts, facts: ReviewFacts): ReviewRow[] {
  const name = `${pool.target}/${pool.name}`
  const where = { target: pool.target, pool: pool.name }
  const of = (what: string, id: string): About => ({ id: `balancing/${name}/${id}`, about: name, href: pageOf(where), what })
  const open = remedyFor(facts, where, ['balancer/'])
  const even =
    serving < 2
      ? gapRow(of('Imbalance', 'imbalance'), `${serving} ${serving === 1 ? 'server takes' : 'servers take'} traffic: nothing is spread`)
      : pool.balances === 'weight'
        ? measuredRow(of('Imbalance', 'imbalance'), imbalance, 'factor', facts, (times) => ({
            is: times > UNEVEN ? 'act' : 'well',
            follows:
              times > UNEVEN
                ? 'The busiest server gets that much more than its weight says, and fails first.'
                : 'Each server gets what its weight says.',
            change: times > UNEVEN ? (open ?? { text: 'Compare weights and shares', href: pageOf(where) }) : null,
          }))
        : null
  return [statedRow(of('Algorithm', 'algorithm'), algorithmWords(pool), fitOf(pool, value(sessionSeconds))), ...(even ? [even] : [])]
}

const algorithmWords = ({ algorithm, sticky }: PoolFacts['pool']) => safe(`${algorithm}${sticky ? `, ${sticky}` : ''}`, 120)

function fitOf(
  { balances, sticky, can, name, target }: PoolFacts['pool'],
  seconds: number | null,
): Pick<ReviewRow, 'is' | 'follows' | 'change'> {
  const page = { text: 'See its servers and their shares', href: pageOf({ target, pool: name }) }
  if (sticky)
    return {
      is: 'watch',
      follows: 'Users stay where they began, so weights and new servers take effect slowly. Sessions in a shared store need no stickiness.',
      change: page,
    }
  const long = seconds !== null && seconds >= LONG_SECONDS
  const length = seconds === null ? '' : ` A request is under way for ${text(seconds, 'seconds')} on average.`
  if (balances === 'weight' && long)
    return {
      is: 'watch',
      follows: `Round robin counts new sessions and not those that last:${length.toLowerCase().replace(' a request', ' one')} Least connections fits better.`,
      change: { text: 'Set `balance leastconn` (NGINX: `least_conn`)', href: null },
    }
  if (can.weight !== true) return { is: 'watch', follows: `Weights cannot be set while it runs: ${can.weight.because}.`, change: null }
  if (balances === 'load') return { is: 'well', follows: `New requests go where the fewest are under way.${length}`, change: null }
  if (balances === 'hash') return { is: 'well', follows: 'Each key stays with its server, so that each caches its own part.', change: null }
  if (balances === 'unknown') return { is: 'gap', follows: 'Whether it fits is not known.', change: null }
  return { is: 'well', follows: `Fits short requests to like servers.${length}`, change: null }
}

function ringRows({ ring, imbalance, imbalanceOwned, losses }: RingFacts, facts: ReviewFacts): ReviewRow[] {
  const of = (what: string, id: string): About => ({
    id: `balancing/ring/${ring.name}/${id}`,
    about: ring.name,
    href: pageOf({ ring: ring.name }),
    what,
  })
  if (ring.error) return [gapRow(of('Ring', 'ring'), ring.error)]
  const open = remedyFor(facts, { ring: ring.name }, ['ring/']) ?? {
    text: 'Even its points out in the ring lab',
    href: pageOf({ ring: ring.name }),
  }
  const worst = Math.max(0, ...losses.map(({ needless }) => needless))
  const uneven = imbalanceOwned !== null && imbalanceOwned > UNEVEN
  return [
    statedRow(of('Algorithm', 'algorithm'), ring.spec.algorithm, {
      is: worst > NEEDLESS ? 'act' : 'well',
      follows:
        losses.length === 0
          ? 'Its keys cannot be placed.'
          : worst > NEEDLESS
            ? `When a node goes, up to ${text(worst, 'ratio')} of all keys move between nodes that live, and miss once for nothing.`
            : 'When a node goes, only its own keys move.',
      change: worst > NEEDLESS ? { text: 'Compare a consistent ring in the ring lab', href: pageOf({ ring: ring.name }) } : null,
    }),
    ...(imbalanceOwned === null
      ? [gapRow(of('Share of keys', 'owned'), losses.length === 0 ? 'it cannot be placed' : `${losses.length} of its nodes are looked at`)]
      : [
          numberRow(of('Share of keys', 'owned'), imbalanceOwned, 'factor', {
            is: uneven ? 'act' : 'well',
            follows: uneven ? 'The largest owner fills first and evicts while others have space.' : 'Each node owns about as much.',
            change: uneven ? open : null,
          }),
        ]),
    measuredRow(of('Share of reads', 'seen'), imbalance, 'factor', facts, (times) => ({
      is: times > UNEVEN ? 'act' : 'well',
      follows: times > UNEVEN ? 'The busiest node decides how many reads the ring can take.' : 'Reads are spread about evenly.',
      change: times > UNEVEN ? open : null,
    })),
    followers(of('Applications that follow', 'followers'), ring, facts.to),
  ]
}

const FRESH_MS = 15_000

function followers(of: About, { followers, followersExpected }: RingFacts['ring'], now: number): ReviewRow {
  const fresh = followers.filter(({ seenAt }) => now - seenAt < FRESH_MS).length
  if (followersExpected === undefined)
    return gapRow(of, `${fresh} ${fresh === 1 ? 'reports' : 'report'} itself; how many should is not told: set \`followers\``)
  const all = fresh >= followersExpected
  return statedRow(of, `${fresh} of ${followersExpected}, seen in the last ${duration(FRESH_MS)}`, {
    is: all ? 'well' : 'act',
    follows: all ? 'A change of the ring reaches all of them.' : 'Those that are missing would keep the old ring after a change.',
  })
}

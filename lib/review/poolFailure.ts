import { text } from '../format/format.ts'
import { admissionText, effective } from '../model/admission.ts'
import type { ReviewRow } from '../model/answers/review.ts'
import type { Takeover } from '../model/takeover.ts'
import type { PoolFacts, ReviewFacts } from './facts.ts'
import { remedyFor } from './remedy.ts'
import { type About, gapRow, numberRow, pageOf, statedRow } from './row.ts'

/** Of the sessions that are allowed. */
const NEAR_LIMIT = 0.85

/** What of a pool stops when one of its servers, or its balancer, does. */
export function poolFailureRows(measured: PoolFacts, facts: ReviewFacts): ReviewRow[] {
  const { pool, serving, withoutOne, takeover } = measured
  const name = `${pool.target}/${pool.name}`
  const where = { target: pool.target, pool: pool.name }
  const row = (id: string, what: string): About => ({ id: `failure/pool/${name}/${id}`, about: name, href: pageOf(where), what })
  const spare = withoutOne?.limit ? withoutOne.sessions / withoutOne.limit : null
  if (pool.ttlMs !== undefined) return nameRows(measured, facts, row)
  return [
    serving < 2
      ? statedRow(row('servers', 'Servers that take traffic'), `${serving} of ${pool.servers.length}`, {
          is: 'act',
          follows: serving === 1 ? 'Nothing takes over when it fails.' : 'Every request fails.',
          change: remedyFor(facts, where, ['fleet/', 'balancer/server-down']) ?? {
            text: 'Add or bring back a server',
            href: pageOf(where),
          },
        })
      : spare === null
        ? statedRow(row('servers', 'Servers that take traffic'), `${serving} of ${pool.servers.length}`, {
            is: 'well',
            follows: 'The others take over; how full they would be is not known without limits of sessions.',
          })
        : numberRow(
            row('servers', `Sessions over the limit without ${withoutOne!.server}`),
            spare,
            'ratio',
            {
              is: spare > NEAR_LIMIT ? 'act' : 'well',
              follows:
                spare > NEAR_LIMIT
                  ? 'The others would be full, and requests wait or are refused.'
                  : 'The others have capacity for its share.',
              change: spare > NEAR_LIMIT ? { text: 'Raise limits or add a server', href: pageOf(where) } : null,
            },
            { span: facts },
          ),
    limitRow(measured, facts, row('limit', 'Limit of requests')),
    checksRow(measured, row('checks', 'A dead server is taken out after')),
    takeoverRow(row('pair', 'Second balancer'), takeover, remedyFor(facts, { target: pool.target }, ['balancer/no-pair'])),
  ]
}

function takeoverRow(about: About, { is, words }: Takeover, change: ReviewRow['change']): ReviewRow {
  if (is === 'unknown') return gapRow(about, `${words}; an address that moves (VRRP) is not seen`)
  if (is === 'ready') return statedRow(about, words, { is: 'well', follows: 'It can take the requests over.' })
  return statedRow(about, words, {
    is: is === 'lost' ? 'act' : 'watch',
    follows: is === 'lost' ? 'Nothing takes over when the balancer dies now.' : 'When the balancer dies, nothing that is known takes over.',
    change: change ?? { text: 'Add a second balancer with the same servers', href: null },
  })
}

/** The longest that a fail-over by name bears: the default of balancer/long-ttl. */
const TTL_MOST_MS = 60_000

/** Of the addresses of a name. */
function nameRows({ pool }: PoolFacts, facts: ReviewFacts, row: (id: string, what: string) => About): ReviewRow[] {
  const { ttlMs = 0, servers } = pool
  const answering = servers.filter(({ state }) => state === 'up').length
  const where = { target: pool.target, pool: pool.name }
  const unasked = servers.some(({ detectMs }) => detectMs === null)
  const words = unasked ? `${servers.length}; whether each of them answers is not checked` : `${answering} of ${servers.length} answer`
  return [
    statedRow(row('servers', 'Addresses that clients are given'), words, {
      is: answering < servers.length ? 'act' : servers.length < 2 ? 'watch' : 'well',
      follows:
        answering < servers.length
          ? 'Clients that choose another one fail, or wait for it.'
          : servers.length < 2
            ? 'Nothing takes over when it fails, unless the address itself moves (VRRP, anycast).'
            : 'Clients may take the others; when they do is theirs to choose.',
      change:
        answering < servers.length || servers.length < 2 ? remedyFor(facts, where, ['balancer/no-pair', 'balancer/server-down']) : null,
    }),
    numberRow(row('ttl', 'An address is kept after it was taken out for'), ttlMs / 1_000, 'seconds', {
      is: ttlMs > TTL_MOST_MS ? 'watch' : 'well',
      follows:
        ttlMs > TTL_MOST_MS
          ? 'That long a part of the clients goes on to a machine that is gone.'
          : 'A fail-over by name is done in that time.',
      change: ttlMs > TTL_MOST_MS ? { text: 'Lower the TTL of the record to a minute', href: null } : null,
    }),
  ]
}

/** What holds a flood back before the servers; what the product does not tell, the limits of sessions tell in part. */
function limitRow({ pool, limited }: PoolFacts, facts: ReviewFacts, about: About): ReviewRow {
  const where = { target: pool.target, pool: pool.name }
  const { admission } = pool
  const flood = 'A flood goes on to the servers, and to the origin behind them.'
  const well = 'Overload waits or is refused at the balancer and does not drown the servers.'
  if (!admission || (admission.limits.length === 0 && admission.because)) {
    if (limited === null) return gapRow(about, admission?.because ?? 'none of its servers reports a limit of sessions')
    const all = limited.have === limited.of
    return statedRow(about, `${limited.have} of ${limited.of} servers have one`, {
      is: all ? 'well' : 'watch',
      follows: all ? well : flood,
      change: all ? null : { text: 'Set a limit of requests at once on each server', href: pageOf(where) },
    })
  }
  const real = effective(admission).length > 0
  const { wanted } = admission
  const line = wanted ? `${wanted.where}: \`${wanted.line}\`` : 'Set a limit of requests at once on each server'
  return statedRow(about, admission.limits.map(admissionText).join('; ') || 'none', {
    is: real ? 'well' : 'watch',
    follows: real ? well : flood,
    change: real ? null : (remedyFor(facts, where, ['balancer/origin-unlimited']) ?? { text: line, href: pageOf(where) }),
  })
}

/** Requests that go to a dead server before it is out: the default of balancer/slow-checks. */
const LOST_MOST = 5_000

function checksRow({ pool, requests, serving }: PoolFacts, about: About): ReviewRow {
  const told = pool.servers.flatMap(({ detectMs }) => (detectMs === undefined ? [] : [detectMs]))
  if (told.length === 0) return gapRow(about, 'how often its servers are checked is not told')
  const longest = Math.max(...told.map((ms) => ms ?? 0))
  if (told.includes(null))
    return statedRow(about, 'some servers have none', {
      is: 'watch',
      follows: 'A server that dies keeps its share of the requests until a person takes it out.',
      change: { text: 'Add `check` to each server line', href: null },
    })
  const each = requests.is === 'measured' && serving > 0 ? requests.value / serving : null
  const lost = each === null ? null : each * (longest / 1_000)
  return numberRow(about, longest / 1_000, 'seconds', {
    is: lost !== null && lost >= LOST_MOST ? 'watch' : 'well',
    follows:
      lost === null
        ? 'How many requests would go to a dead server meanwhile is not known.'
        : `About ${text(lost, 'count')} requests would go to a dead server meanwhile, more where it hangs.`,
    change:
      lost !== null && lost >= LOST_MOST
        ? { text: 'Shorten `inter` and `fall`, or set `fastinter` or `observe layer4`', href: null }
        : null,
  })
}

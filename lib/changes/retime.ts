import { count, duration, safe } from '../format/format.ts'
import { latest } from '../math/rates.ts'
import { type Change, changeInFlight } from '../model/change.ts'
import { parseDuration } from '../model/duration.ts'
import { EvenkeelError } from '../model/error.ts'
import { expiryName, readExpiryName, spanText } from '../model/expiry.ts'
import { globMatches } from '../model/glob.ts'
import { JOB_ITEMS_MOST } from '../model/job.ts'
import type { Step } from '../model/proposal.ts'
import { parseSetting } from '../model/setting.ts'
import type { TtlPolicy } from '../model/topology.ts'
import type { ChangesContext } from './context.ts'

/** The plan of a job that gives the keys of one cache that were stored before a TTL became shorter the ends that they would have had with it. */
export type Retiming = { target: string; step: Step; text: string; because: string | null }

type Known = Pick<ChangesContext, 'store' | 'fleet' | 'now'>

const SECOND = 1_000
/** A job reads and writes at least so many keys a second, and takes a moment to begin. */
const KEYS_PER_SECOND = 2_000
const BEGIN_MS = 10_000
const NEWEST_MS = 60_000

/** What can follow a change of a TTL: a plan for each cache that holds keys of its policy; none where it did not become shorter, or all old keys have ended. */
export function retimingsOf(change: Change, known: Known): Retiming[] {
  const { store, fleet, now } = known
  const cut = cutOf(change, known)
  if (!cut || (change.state !== 'watching' && change.state !== 'kept')) return []
  const { policy, oldEnd, newLife } = cut
  const holds = (target: string) => {
    const patterns = store.records('key-pattern', target)
    return patterns.length === 0 || patterns.some(({ pattern }) => globMatches(policy.match, pattern))
  }
  return fleet.topology().targets.flatMap(({ name, role, can, replication, state }): Retiming[] => {
    if (!can?.retime || role !== 'cache' || replication?.role === 'replica' || state !== 'up' || !holds(name)) return []
    const held = heldKeys(name, policy, known)
    // Keys that are written while the job runs have the new TTL already: none of them may look like an old one.
    const from = whole(now() + newLife + BEGIN_MS + ((held.all ?? 0) / KEYS_PER_SECOND) * SECOND)
    const to = whole(oldEnd)
    if (to - from < SECOND) return []
    const span = { from, to }
    const after = { from: whole(now()), to: whole(now() + newLife) }
    const step = {
      setting: { target: name, name: expiryName(span, policy.match) },
      before: spanText(span),
      after: spanText(after),
    }
    const many = held.matching === null ? 'Keys' : `About ${count(held.matching)} keys`
    const text = `${many} of ${safe(policy.match, 80)} on ${name} were stored with a TTL of ${duration(cut.oldTtl)}; the last of them end in ${duration(oldEnd - now())}. Each that would live longer than the new TTL allows gets an end drawn evenly over the next ${duration(newLife)}: none lives longer than it was given, and no value is touched. Each key's old end is stored before it is written, and a roll-back puts it back.`
    return [{ target: name, step, text, because: refusedBecause(change, name, held.matching, known) }]
  })
}

/** The plan for one cache. Throws `not_found` where there is none, `not_allowed` where it may not be done. */
export function demandRetiming(change: Change, target: string, known: Known): Retiming {
  const found = retimingsOf(change, known).find((one) => one.target === target)
  if (!found)
    throw new EvenkeelError(
      'not_found',
      `No key of ${JSON.stringify(target.slice(0, 100))} that was stored before this change is to be re-timed.`,
    )
  if (found.because) throw new EvenkeelError('not_allowed', found.because)
  return found
}

/** Until when keys of the old TTL are there although they were re-timed on that cache (epoch ms); null: they were not, or not all. */
export function retimedBy({ id }: Pick<Change, 'id'>, target: string | undefined, { store }: Pick<ChangesContext, 'store'>): number | null {
  const done = store.changes.list(
    ({ follows, job, state, steps }) =>
      follows === id && state !== 'rolled_back' && steps[0]?.setting.target === target && store.jobs.get(job!)?.state === 'done',
  )
  const ends = done.map(({ steps }) => readExpiryName(steps[0]!.setting.name)?.span.from ?? Number.POSITIVE_INFINITY)
  return ends.length === 0 ? null : Math.min(...ends)
}

const whole = (ms: number) => Math.ceil(ms / SECOND) * SECOND

/** By how much a change has shortened a TTL that still is what it made it. */
function cutOf(
  { steps, watchFrom }: Change,
  { fleet }: Known,
): { policy: TtlPolicy; oldTtl: number; oldEnd: number; newLife: number } | null {
  const step = steps.find(({ setting }) => parseSetting(setting).name === 'ttl')
  const { of } = step ? parseSetting(step.setting) : { of: null }
  if (!step || !of || !('ttl' in of) || watchFrom === undefined) return null
  const policy = fleet.topology().ttls.find(({ name }) => name === of.ttl)
  const [oldTtl, newTtl] = [parseDuration(step.before), parseDuration(step.after)]
  if (!policy || policy.error || !oldTtl || !newTtl || newTtl >= oldTtl || policy.ttlMs !== newTtl) return null
  const jitter = Number(steps.find(({ setting }) => parseSetting(setting).name === 'jitter')?.before ?? policy.jitter)
  return { policy, oldTtl, oldEnd: watchFrom + oldTtl * (1 + jitter), newLife: newTtl * (1 + policy.jitter) }
}

/** How many keys a cache holds, and how many of them are of a policy; null: not known. */
function heldKeys(target: string, { match }: TtlPolicy, { store, fleet }: Known): { all: number | null; matching: number | null } {
  const series = fleet
    .window(NEWEST_MS)
    .series('cache_items', { target })
    .find(({ labels }) => Object.keys(labels).length === 1)
  const all = series ? latest(series.points) : null
  const patterns = store.records('key-pattern', target).filter(({ pattern }) => globMatches(match, pattern))
  const share = patterns.reduce((sum, one) => sum + one.share, 0)
  return { all, matching: all !== null && patterns.length > 0 ? Math.min(1, share) * all : null }
}

function refusedBecause({ id }: Change, target: string, keys: number | null, { store }: Known): string | null {
  const [running] = store.changes.list(
    ({ follows, state, steps }) => follows === id && changeInFlight(state) && steps[0]?.setting.target === target,
  )
  if (running) return `They are being re-timed: change ${running.id}.`
  if (keys !== null && keys > JOB_ITEMS_MOST)
    return `About ${count(keys)} keys would be re-timed; no more than ${count(JOB_ITEMS_MOST)} are at once, because each one's end is kept for a roll-back. They end by themselves.`
  return null
}

import { setTimeout as sleep } from 'node:timers/promises'
import type { Change } from '../lib/model/change.ts'
import { KillableEvenkeel } from './killableEvenkeel.ts'
import { randomOf } from './random.ts'
import { type Subject, startSubjects } from './subjects.ts'

/** The outcome of some hundred kills. */
export type Kills = {
  kills: number
  changes: number
  /** What changes were doing when the process died, counted by subject. */
  hit: Record<string, Record<string, number>>
  /** How the changes ended. */
  ends: Record<string, number>
  /** Faults, as sentences: a server that differs from its change, a change that was forgotten, or one that does not end. */
  wrong: string[]
  /** Calls that were refused while nobody was killed. */
  refused: string[]
  slowestStartMs: number
  slowestEndMs: number
  tookMs: number
}

/** Short watches, so that kills fall into all of their phases. */
const WATCH = { watchMs: 600, ownMs: 600, ttlWatchMs: 600, lookMs: 200, slowStartMs: 900, beforeMs: 1_000, measureMs: 300, undoMs: 60_000 }
const EVERY_MS = 200
/** Deadline after a start for a change to be known, and to end. */
const ENDS_WITHIN_MS = 30_000

/**
 * Starts store, engine and changes in a child process on real servers, makes a change of every kind at once, and kills the process (SIGKILL) at a random
 * moment: while it writes, watches, keeps, rolls back, raises a weight, spreads keys, or recovers from the kill before. Then starts it again, waits until
 * every change has ended, and compares the servers with what the changes say.
 */
export async function killAgainAndAgain({
  kills,
  seed,
  cache,
  told = () => {},
}: {
  kills: number
  seed: number
  cache: string
  /** Called after each round, when every change has ended. */
  told?: (soFar: Kills) => void
}): Promise<Kills> {
  const random = randomOf(seed)
  const between = (from: number, to: number) => from + random() * (to - from)
  await using fleet = await startSubjects()
  // The same modules are loaded at every start: the compile cache saves time.
  await using evenkeel = new KillableEvenkeel(fleet.targets, WATCH, { NODE_COMPILE_CACHE: cache })
  evenkeel.everyMs = EVERY_MS
  const seen: Kills = { kills: 0, changes: 0, hit: {}, ends: {}, wrong: [], refused: [], slowestStartMs: 0, slowestEndMs: 0, tookMs: 0 }
  const begun = Date.now()
  /** The next journal entry that is waited for, to kill a part of a write's time after it. */
  let aim: { at: RegExp; subject?: Subject; hit(ms: number): void } | null = null
  evenkeel.onEntry = (change) => {
    const subject = fleet.subjects.find((one) => one.owns(change))!
    const [entry] = change.journal
    if (!aim || (aim.subject && aim.subject !== subject) || !aim.at.test(`${entry!.what}: ${entry!.text}`)) return
    aim.hit(random() ** 2 * subject.writeMs)
    aim = null
  }
  /** Resolves at a random moment within the write that `at` announces, or after `otherwise` ms. */
  async function moment(at: RegExp, otherwise: number, subject?: Subject): Promise<void> {
    const stop = new AbortController()
    const hit = new Promise<void>((resolve) => {
      aim = { at, subject, hit: (ms) => setTimeout(resolve, ms) }
    })
    await Promise.race([hit, sleep(otherwise, undefined, { signal: stop.signal }).catch(() => {})])
    stop.abort()
    aim = null
  }
  const count = (subject: string, moment: string) => {
    seen.hit[subject] ??= {}
    seen.hit[subject][moment] = (seen.hit[subject][moment] ?? 0) + 1
  }
  let killedAt = Date.now()
  let since = 0
  const known = new Set<string>()
  let answered = new Set<string>()
  /** Requests without an answer yet, by change. */
  let asked = new Map<string, string>()

  async function kill() {
    killedAt = Date.now()
    await evenkeel.kill()
    seen.kills++
  }

  /** Starts it, lets everything end, and looks at the servers. */
  async function settle() {
    const startedAt = Date.now()
    await evenkeel.start()
    // Clocks of two processes may differ by a millisecond or two: new changes are recognised by their ids.
    const changes = (await evenkeel.ask<Change[]>('changes', { since: since - 5_000 })).filter(({ id }) => !known.has(id))
    for (const { id } of changes) known.add(id)
    seen.slowestStartMs = Math.max(seen.slowestStartMs, Date.now() - startedAt)
    for (const id of answered) if (!changes.some((change) => change.id === id)) seen.wrong.push(`${id} was answered and is forgotten`)
    for (const change of changes) {
      const subject = fleet.subjects.find((one) => one.owns(change))!
      count(subject.name, momentOf(change, killedAt, asked.get(change.id)))
    }
    seen.changes += changes.length
    const last = new Map<string, Change>()
    for (const { id } of changes) {
      let change = await evenkeel.change(id)
      for (; change.endedAt === undefined || change.rollingBack; change = await evenkeel.change(id)) {
        if (Date.now() - startedAt > ENDS_WITHIN_MS) {
          seen.wrong.push(
            `${id} is ${change.state} ${ENDS_WITHIN_MS / 1_000} s after the start: ${JSON.stringify(change.journal.slice(-5))}`,
          )
          break
        }
        // The watch of long work lasts until its effect has shown: a person ends it.
        if (change.job && change.state === 'watching' && !change.rollingBack)
          await evenkeel.ask(random() < 0.5 ? 'keep' : 'rollBack', { change: id }).catch(() => {})
        else await sleep(50)
      }
      const subject = fleet.subjects.find((one) => one.owns(change))!
      if (last.has(subject.name)) seen.wrong.push(`two changes of ${subject.name} were in flight at once`)
      last.set(subject.name, change)
      seen.ends[change.state] = (seen.ends[change.state] ?? 0) + 1
    }
    seen.slowestEndMs = Math.max(seen.slowestEndMs, Date.now() - startedAt)
    for (const subject of fleet.subjects) {
      const change = last.get(subject.name) ?? null
      for (const sentence of await subject.verify(change))
        seen.wrong.push(
          `${subject.name}, ${change ? `change ${change.id} ${change.state}` : 'no change'}: ${sentence}${change ? ` (${change.journal.map(({ what, text }) => `${what}: ${text}`).join(' | ')})` : ''}`,
        )
    }
  }

  /** A change of each subject at once; some are kept or rolled back by hand a moment later. */
  async function act() {
    since = Date.now()
    answered = new Set()
    asked = new Map()
    let dying = false
    const plans = fleet.subjects.flatMap((subject) =>
      random() * 100 < subject.often ? [{ subject, verb: random(), wait: between(0, 1_200) }] : [],
    )
    const at = AIMS[Math.floor(random() * AIMS.length)]!
    const rising = at === STAGE && plans.find(({ subject }) => subject.rises)
    const aimed = rising || plans[Math.floor(random() * plans.length)]
    if (aimed && BACK.includes(at)) Object.assign(aimed, { verb: 0.5, wait: between(0, 200) })
    const acting = plans.map(async ({ subject, verb, wait }) => {
      try {
        const id = await subject.begin(evenkeel)
        answered.add(id)
        if (verb > 0.6) return
        await sleep(wait)
        if (dying) return
        const name = verb < 0.3 ? 'keep' : 'rollBack'
        asked.set(id, name === 'keep' ? 'keeping' : 'rolling back')
        await evenkeel.ask(name, { change: id })
        asked.delete(id)
      } catch (error) {
        // By then it may have ended by itself.
        if (!dying && (error as { code?: string }).code !== 'not_allowed') seen.refused.push(`${subject.name}: ${(error as Error).message}`)
      }
    })
    await (at.source === '^$'
      ? sleep(between(...TIMES[Math.floor(random() * TIMES.length)]!))
      : moment(at, 1_200 + 2 * (aimed?.subject.writeMs ?? 0), aimed?.subject))
    dying = true
    await kill()
    await Promise.all(acting)
  }

  await evenkeel.start()
  await evenkeel.end()
  await settle()
  for (;;) {
    await evenkeel.up()
    await act()
    // Some processes are killed again before they are ready.
    while (random() < 0.3 && seen.kills < kills - 1) {
      const starting = evenkeel.start().catch(() => {})
      await moment(/^(intent|recovered|watching|note)/, between(200, 1_500))
      await kill()
      await starting
      count('Evenkeel itself', 'starting and recovering')
    }
    await settle()
    seen.tookMs = Date.now() - begun
    told(seen)
    if (seen.kills >= kills) break
  }
  return seen
}

/** Journal entries that announce a write; null stands for a moment between writes. */
const BACK = [/^note: Rolling back/, /^intent: Put back/]
const STAGE = /^intent: Slow start/
const AIMS = [/^intent: (Write on|Spread)/, /^intent: (Write on|Spread)/, ...BACK, STAGE, /^written/, /^$/, /^$/]
const TIMES: [from: number, to: number][] = [
  [0, 150],
  [100, 900],
  [700, 2_400],
]

/** The phase of a change when the process died, read from its journal up to that time. */
function momentOf(change: Change, at: number, asked: string | undefined): string {
  const until = change.journal.filter((entry) => entry.at <= at)
  const has = (what: string) => until.some((entry) => entry.what === what)
  if (has('rolled_back') || has('failed')) return 'ended'
  if (until.some(({ text }) => text.startsWith('Rolling back'))) return 'rolling back'
  if (has('kept')) return 'ended'
  if (!has('watching')) return 'applying'
  if (asked) return asked
  if (change.slowStart && !until.some(({ text }) => text === 'The whole weight stands')) return 'rising'
  return change.job ? 'job at work' : 'watching'
}

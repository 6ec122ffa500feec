import { malformed } from '../../../model/error.ts'
import type { Probe } from '../../../model/product.ts'
import type { NewRecord } from '../../../model/record.ts'
import { rawRecord, shown } from '../../answers.ts'
import { readSettings } from '../configGet.ts'
import { unavailableBecause } from '../errors.ts'
import { readHotkeys } from '../hotkeys/answer.ts'
import type { Batch } from '../hotkeys/batches.ts'
import { burst, looked, nextStep, type Told } from '../hotkeys/session.ts'
import { type Sampling, sessionShares, windowShares } from '../hotkeys/shares.ts'
import type { RedisLink } from '../link.ts'
import { refusalOf } from '../monitor/refusal.ts'
import { replyText, wholeOf } from '../replyText.ts'
import { serverNow } from '../vitals.ts'

/** `batches`: the newest stretches of Redis's sessions; `sampling`: how Valkey samples. */
type Raw = { answer: unknown; batches: Batch[]; perSecond: number; sampling: Sampling }

const CPU_MAX = 0.9
const KEYS = 20

const SWITCHED_OFF = {
  feature: 'HOTKEYS',
  available: false,
  because: 'the server does not count: CONFIG SET hotkeys-top-k 20 lets it (hotkey-top-k in early builds of Valkey)',
}

/** HOTKEYS: the server counts its hot keys itself. */
export const hotkeys: Probe<RedisLink, Raw> = {
  id: 'hotkeys',
  feature: 'HOTKEYS',
  emits: { records: ['hot-key'] },
  everyMs: 2_500,
  cost: '2 µs of Redis CPU for each command of a session, 1,000 a second on average, where MONITOR may not be run; a session ends after about 2,500 commands, 2 s at most (Redis 8.6); with Valkey after 9.1 only a look each 2.5 s',
  timeoutMs: 4_000,
  wanted(link) {
    const because = notNow(link)
    // What it told grows old: the other ways are to count.
    if (because !== null) Object.assign(link.hotkeys, { tells: false, batches: [] })
    return because ?? true
  },
  async read(link, _cursor, signal) {
    try {
      return await look(link, signal)
    } catch (error) {
      link.hotkeys.tells = false
      throw error
    }
  },
  parse({ answer, batches, perSecond, sampling }, { at }) {
    const found = readHotkeys(answer)
    const keys = found?.dialect === 'valkey' ? windowShares(found, perSecond, sampling) : sessionShares(batches)
    const records = keys.slice(0, KEYS).map((key): NewRecord => ({ kind: 'hot-key', id: key.key, at, method: 'hotkeys', ...key }))
    return {
      samples: [],
      records: [...records, rawRecord('hotkeys', at, shown(answer, 1))],
      topology: sampling.topK === 0 ? { capabilities: [SWITCHED_OFF] } : {},
    }
  },
}

/** Why the server is not asked now, or null. */
function notNow(link: RedisLink): string | null {
  const { config, seen, writes, deaf, hotkeys } = link
  if (config.monitor === 'never') return 'the configuration says "monitor: never"'
  if (seen === null) return 'waits for INFO'
  if (!writes.knows('hotkeys|get')) return 'this server does not know it: Redis has it from 8.6 on, Valkey after 9.1'
  // Valkey counts by its own configuration: there it is only read.
  if (!writes.knows('hotkeys|start')) return null
  if (config.monitor !== 'bursts')
    return 'an admin has not allowed it yet (Keys page, or "monitor: bursts" in the configuration): the server counts only when told to'
  if (seen.cpu !== null && seen.cpu > CPU_MAX) return `the server is too busy: ${Math.round(seen.cpu * 100)} % of a core`
  const now = performance.now()
  const resting = hotkeys.breaker.resting(now)
  if (resting !== null) return resting
  // It counts each read, for less: CPU time, in whole µs, names other keys and gives the hottest half of what it has by reads.
  return deaf === null && refusalOf(link, now) === null ? 'not needed: MONITOR tells more' : null
}

async function look(link: RedisLink, signal: AbortSignal): Promise<Raw> {
  const { client, hotkeys: memory, seen, writes } = link
  const perSecond = seen?.opsPerSecond ?? 0
  const asked = performance.now()
  const answer = await client.callBytes(['HOTKEYS', 'GET'], signal).then(replyText, emptyWhereOff)
  const took = performance.now() - asked
  if (!writes.knows('hotkeys|start')) {
    const sampling = await samplingOf(link, signal)
    memory.tells = sampling.topK !== 0
    return { answer, batches: [], perSecond, sampling }
  }
  const session = readHotkeys(answer)
  if (session?.dialect === 'valkey') throw malformed('HOTKEYS GET is to answer a session where HOTKEYS START is known', shown(answer))
  const step = nextStep(session, memory, serverNow(seen))
  if (step === 'read') looked(memory, session!, seen?.counted.commands ?? Number.NaN)
  if (step === 'wait') memory.batches = []
  const told = step === 'burst' ? await sample(link, took, signal) : null
  memory.tells = step !== 'wait'
  return { answer: told?.answer ?? answer, batches: memory.batches, perSecond, sampling: NO_SAMPLING }
}

/** One burst. `took`: how long the server has just taken to answer, without a session. */
async function sample({ client, hotkeys: memory, seen }: RedisLink, took: number, signal: AbortSignal): Promise<Told | null> {
  memory.breaker.without(took)
  const told = await burst(client, memory, seen?.opsPerSecond ?? 0, signal)
  const now = performance.now()
  const slow = told && memory.breaker.with(told.tookMs, now)
  if (slow !== null) memory.breaker.rest(slow, now)
  return told
}

/** Drafts of Valkey's command answer so where it is switched off, the later ones an empty list. */
function emptyWhereOff(error: unknown): [] {
  if (error instanceof Error && /detection is disabled/i.test(error.message)) return []
  throw error
}

const NO_SAMPLING: Sampling = { topK: null, windowSeconds: null, percentage: null }

/** The settings were renamed from `hotkey-` to `hotkeys-` before the first release that has them; which one it will be is not known here. */
async function samplingOf({ client }: RedisLink, signal: AbortSignal): Promise<Sampling> {
  const names = ['top-k', 'window-seconds', 'sampling-percentage'].flatMap((name) => [`hotkeys-${name}`, `hotkey-${name}`])
  try {
    const found = await readSettings(client, names, signal)
    const number = (name: string) => wholeOf(found[`hotkeys-${name}`] ?? found[`hotkey-${name}`])
    return { topK: number('top-k'), windowSeconds: number('window-seconds'), percentage: number('sampling-percentage') }
  } catch (error) {
    if (unavailableBecause(error) === null) throw error
    return NO_SAMPLING
  }
}

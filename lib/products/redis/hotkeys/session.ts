import { setTimeout as sleep } from 'node:timers/promises'
import { shown } from '../../answers.ts'
import { Breaker } from '../breaker.ts'
import type { RedisClient } from '../client.ts'
import { replyText } from '../replyText.ts'
import { type HotkeysSession, readHotkeys } from './answer.ts'
import { BATCHES, type Batch, batchOf } from './batches.ts'

/** What is kept of HOTKEYS between two looks. */
export type HotkeysMemory = {
  /** Its answers are good: the other ways to count hot keys can rest. */
  tells: boolean
  /** When our session began, by the server's clock; null: we have none. */
  own: number | null
  /** The look before at somebody else's session: what it told, and how many commands the server had run by then. */
  before: HotkeysSession | null
  commandsBefore: number
  /** The newest last. */
  batches: Batch[]
  breaker: Breaker
}

export const noHotkeys = (): HotkeysMemory => ({
  tells: false,
  own: null,
  before: null,
  commandsBefore: Number.NaN,
  batches: [],
  breaker: new Breaker(),
})

/** Takes in what a look at somebody else's session told. */
export function looked(memory: HotkeysMemory, session: HotkeysSession, commands: number): void {
  const grown = commands - memory.commandsBefore
  keep(memory, batchOf(memory.before, session, grown >= 0 ? grown : null))
  memory.before = session
  memory.commandsBefore = commands
}

/** A stretch of which nothing came ends what is known the longest. */
function keep(memory: HotkeysMemory, batch: Batch | null): void {
  memory.batches = batch ? [...memory.batches, batch].slice(-BATCHES) : memory.batches.slice(1)
}

/**
 * Commands of one burst, as many as tell a share of 1 % within a third of it over six. While a session runs the server looks up the keys of every
 * command, sampled or not: a short one that samples all costs a tenth of a long one that samples as many.
 */
const COMMANDS = 2_500
const SHORTEST_MS = 50
const LONGEST_MS = 2_000
/** Of the server's own accord it ends then, even when Evenkeel was killed. */
const DURATION_S = 5
const KEYS = 20
/** What somebody else has counted is theirs to read for so long after its end. */
const OTHERS_MS = 600_000
const GOODBYE_MS = 500

/** What is to be done about the session that the server holds. One that somebody else began is never ended, and its result not thrown away at once. */
export function nextStep(session: HotkeysSession | null, memory: HotkeysMemory, serverNow: number): 'burst' | 'read' | 'wait' {
  if (session === null || session.startedAt === memory.own) return 'burst'
  if (session.active) return 'read'
  return serverNow - (session.startedAt + session.durationMs) > OTHERS_MS ? 'burst' : 'wait'
}

/** How long a burst lasts. */
export const burstMs = (opsPerSecond: number): number =>
  Math.round(Math.min(LONGEST_MS, Math.max(SHORTEST_MS, (COMMANDS * 1_000) / Math.max(1, opsPerSecond))))

/** What the server told at the end of a burst, and how long it took to answer while the session ran. */
export type Told = { answer: unknown; tookMs: number }

/** One session from its beginning to its end, kept as a batch. Null: it could not begin. */
export async function burst(client: RedisClient, memory: HotkeysMemory, opsPerSecond: number, signal: AbortSignal): Promise<Told | null> {
  await endSession(client, memory, signal)
  memory.before = null
  if (!(await startSession(client, memory, signal))) return null
  try {
    await sleep(burstMs(opsPerSecond), undefined, { signal })
    const asked = performance.now()
    const answer = replyText(await client.callBytes(['HOTKEYS', 'GET'], signal))
    const tookMs = performance.now() - asked
    const session = readHotkeys(answer)
    if (session?.dialect === 'redis' && session.startedAt === memory.own)
      keep(memory, batchOf(null, session, Math.round((opsPerSecond * session.durationMs) / 1_000)))
    return { answer, tookMs }
  } finally {
    await endSession(client, memory, AbortSignal.timeout(GOODBYE_MS))
  }
}

/** Begins a session, and remembers it as ours. False: somebody was faster, and theirs is read. */
async function startSession(client: RedisClient, memory: HotkeysMemory, signal: AbortSignal): Promise<boolean> {
  const [started, answer] = await client.pipeline(
    [
      ['HOTKEYS', 'START', 'METRICS', 2, 'CPU', 'NET', 'COUNT', KEYS, 'DURATION', DURATION_S],
      ['HOTKEYS', 'GET'],
    ],
    signal,
  )
  if (started instanceof Error && /already in progress/i.test(started.message)) return false
  if (started instanceof Error) throw started
  if (answer instanceof Error) throw answer
  memory.own = startOf(answer)
  return true
}

/** Ends our session and frees what the server keeps of it. */
export async function endSession(client: RedisClient, memory: HotkeysMemory, signal: AbortSignal): Promise<void> {
  if (memory.own === null) return
  const answer = await client.call(['HOTKEYS', 'GET'], signal)
  if (startOf(answer) === memory.own)
    await client.pipeline(
      [
        ['HOTKEYS', 'STOP'],
        ['HOTKEYS', 'RESET'],
      ],
      signal,
    )
  // Where that failed it is still ours, and ended with the next look.
  memory.own = null
}

function startOf(answer: unknown): number | null {
  const found = /"collection-start-time-unix-ms","?(\d{1,16})/.exec(shown(replyText(answer)))?.[1]
  return found === undefined ? null : Number(found)
}

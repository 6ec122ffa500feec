import { shown } from '../../answers.ts'
import type { RedisClient } from '../client.ts'
import { replyText } from '../replyText.ts'
import type { HotkeysSession } from './answer.ts'
import { BATCHES, type Batch, batchOf } from './batches.ts'

/** What is kept of HOTKEYS between two looks. */
export type HotkeysMemory = {
  /** Its answers are good: the other ways to count hot keys can rest. */
  tells: boolean
  /** When our session began, by the server's clock; null: we have none. */
  own: number | null
  /** The look before: what it told, and how many commands the server had run by then. */
  before: HotkeysSession | null
  commandsBefore: number
  /** The newest last. */
  batches: Batch[]
}

export const noHotkeys = (): HotkeysMemory => ({ tells: false, own: null, before: null, commandsBefore: Number.NaN, batches: [] })

/** Takes in what a look told. A stretch without a session ends what was known. */
export function looked(memory: HotkeysMemory, session: HotkeysSession | null, commands: number): void {
  const grown = commands - memory.commandsBefore
  const batch = session?.active ? batchOf(memory.before, session, grown >= 0 ? grown : null) : null
  memory.before = session
  memory.commandsBefore = commands
  if (batch) memory.batches = [...memory.batches, batch].slice(-BATCHES)
  else if (!session?.active) memory.batches = []
}

/** A fresh session twice a minute: a key that has ceased to be hot is soon forgotten. */
const FRESH_MS = 25_000
/** Of the server's own accord it ends then, even when Evenkeel was killed. */
const DURATION_S = 60
const KEYS = 20
/** Commands that are sampled in a second: 5 000 tell a share of 1 % within a third of it. */
const SAMPLED_PER_SECOND = 1_000
/** What somebody else has counted is theirs to read for so long after its end. */
const OTHERS_MS = 600_000

/** What is to be done about the session that the server holds. One that somebody else began is never ended, and its result not thrown away at once. */
export function nextStep(session: HotkeysSession | null, memory: HotkeysMemory, serverNow: number): 'start' | 'restart' | 'read' | 'wait' {
  if (session === null) return 'start'
  const own = session.startedAt === memory.own
  if (session.active) return own && session.durationMs >= FRESH_MS ? 'restart' : 'read'
  if (own) return 'start'
  return serverNow - (session.startedAt + session.durationMs) > OTHERS_MS ? 'start' : 'wait'
}

/** One command in so many is looked at. */
export const ratioFor = (opsPerSecond: number): number => Math.max(1, Math.round(opsPerSecond / SAMPLED_PER_SECOND))

/** Begins a session, and remembers it as ours. */
export async function startSession(client: RedisClient, memory: HotkeysMemory, opsPerSecond: number, signal: AbortSignal): Promise<void> {
  const [started, answer] = await client.pipeline(
    [
      ['HOTKEYS', 'START', 'METRICS', 2, 'CPU', 'NET', 'COUNT', KEYS, 'DURATION', DURATION_S, 'SAMPLE', ratioFor(opsPerSecond)],
      ['HOTKEYS', 'GET'],
    ],
    signal,
  )
  // Somebody was faster: theirs is read.
  if (started instanceof Error && /already in progress/i.test(started.message)) return
  if (started instanceof Error) throw started
  if (answer instanceof Error) throw answer
  memory.own = startOf(answer)
}

/** Ends our session and frees what the server keeps of it. */
export async function endSession(client: RedisClient, memory: HotkeysMemory, signal: AbortSignal): Promise<void> {
  if (memory.own === null) return
  const own = memory.own
  memory.own = null
  const answer = await client.call(['HOTKEYS', 'GET'], signal)
  if (startOf(answer) !== own) return
  await client.pipeline(
    [
      ['HOTKEYS', 'STOP'],
      ['HOTKEYS', 'RESET'],
    ],
    signal,
  )
}

function startOf(answer: unknown): number | null {
  const found = /"collection-start-time-unix-ms","?(\d{1,16})/.exec(shown(replyText(answer)))?.[1]
  return found === undefined ? null : Number(found)
}

import { setTimeout as sleep } from 'node:timers/promises'
import { EvenkeelError, malformed } from '../../model/error.ts'
import { ClosedUnanswered } from '../conversation.ts'
import { isErrorLine, refusal } from './answer.ts'
import type { MemcachedConfig } from './config.ts'
import { openConversation } from './connection.ts'

export type LineLimits = { lines: number; bytes: number; ms: number }
/** Why the lines ended, for the page. */
export type LinesEnd = 'end' | 'lines' | 'bytes' | 'time'
export type Lines = { ms: number; lines: number; bytes: number; ended: LinesEnd }

/** A key of 250 bytes, each of them escaped, and what stands beside it. */
const LINE_MAX = 4_096

/**
 * Reads the lines that a command goes on sending (`lru_crawler metadump`, `watch`) on a connection of its own, until END or the first limit.
 * Then the connection is destroyed at once: the server's crawler waits, with a lock, for a client that does not read, and ends with it.
 * `onLine` gets each line without its line end, one byte a character. Throws the refusal that stands in place of the first one.
 */
export async function listenLines(
  config: MemcachedConfig,
  command: string,
  limits: LineLimits,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<Lines> {
  const conversation = await openConversation(config, signal)
  const since = performance.now()
  let rest = ''
  let lines = 0
  let bytes = 0
  const done = (ended: LinesEnd): { done: Lines } => ({ done: { ms: performance.now() - since, lines, bytes, ended } })
  const enough = new AbortController()
  const timer = setTimeout(() => enough.abort(), limits.ms)
  try {
    return await conversation.exchange(
      `${command}\r\n`,
      {
        take(chunk) {
          bytes += chunk.length
          const text = rest + chunk.toString('latin1')
          let from = 0
          // What was kept has no line end: looked through once a chunk, a line that never ends would take quadratic time.
          for (let at = text.indexOf('\n', rest.length); at >= 0; at = text.indexOf('\n', from)) {
            const line = text.slice(from, text[at - 1] === '\r' ? at - 1 : at)
            from = at + 1
            if (line === 'END') return done('end')
            // Also amid the others: the crawler could not go on.
            if (isErrorLine(line)) throw refusal(command, line)
            if (line === 'OK') continue
            lines++
            onLine(line)
            if (lines >= limits.lines) return done('lines')
          }
          rest = text.slice(from)
          if (rest.length > LINE_MAX) throw malformed(`${command} is to send lines of at most ${LINE_MAX} bytes`, rest)
          return bytes >= limits.bytes ? done('bytes') : null
        },
        closed(error) {
          throw error instanceof ClosedUnanswered ? malformed(`${command} is to end with END`, rest) : error
        },
      },
      AbortSignal.any([signal, enough.signal]),
    )
  } catch (error) {
    if (enough.signal.aborted && !signal.aborted) return done('time').done
    throw error
  } finally {
    clearTimeout(timer)
    conversation.end()
  }
}

const BUSY_TRIES = 5
const BUSY_WAIT_MS = 40

/** The same, once the crawler is free: it walks for one client at a time, and hears a little later that the last one has left. */
export async function listenWhenFree(...asked: Parameters<typeof listenLines>): Promise<Lines> {
  for (let tries = 1; ; tries++)
    try {
      return await listenLines(...asked)
    } catch (error) {
      const busy = error instanceof EvenkeelError && error.code === 'unavailable' && error.message.includes(': BUSY')
      if (!busy || tries >= BUSY_TRIES) throw error
      await sleep(BUSY_WAIT_MS)
    }
}

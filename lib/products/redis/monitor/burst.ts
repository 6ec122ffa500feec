import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { malformed } from '../../../model/error.ts'
import { placeOf, type RedisConfig, type RedisConnection, redisAddress } from '../config.ts'
import { unquoted, unreachable } from '../errors.ts'
import { type TlsConfig, tlsOptions } from '../tls.ts'

/** `lineBytes`: of one line that has not ended yet; default: what `bytes` allows. */
export type BurstLimits = { lines: number; ms: number; bytes: number; lagMs: number; lineBytes?: number }
/** Why a burst ended, for the page. */
export type BurstEnd = 'lines' | 'time' | 'bytes' | 'lag'
/** `ms`: the time in which the server ran these commands. */
export type Burst = { ms: number; lines: number; bytes: number; ended: BurstEnd }

/**
 * Listens to a server's commands by MONITOR on a connection of its own until the first limit is reached, then destroys the connection:
 * Redis keeps an unlimited buffer for a monitor that does not read. `onLine` gets each line without its line end, one byte a character.
 */
export function listen(config: RedisConnection, limits: BurstLimits, onLine: (line: string) => void, signal: AbortSignal): Promise<Burst> {
  const address = redisAddress(config)
  return new Promise((resolve, reject) => {
    let rest = ''
    let bytes = 0
    let lines = 0
    let listeningSince = 0
    let answersDue = 0
    /** Difference of the clocks at the first line. */
    let ahead: number | null = null
    /** When the server ran the first and the newest command, ms by its clock. */
    const ran = { first: 0, last: 0 }
    let over = false
    const socket = open(config, signal)

    function end(finish: () => void) {
      if (over) return
      over = true
      clearTimeout(timer)
      signal.removeEventListener('abort', giveUp)
      socket.destroy()
      finish()
    }
    const done = (ended: BurstEnd) =>
      end(() => resolve({ ms: heardMs(performance.now() - listeningSince, lines, ran), lines, bytes, ended }))
    const fail = (error: unknown) => end(() => reject(error))
    const giveUp = () => fail(unreachable(new Error('ETIMEDOUT'), address))
    let timer: NodeJS.Timeout | undefined

    function answered(answer: string, last: boolean) {
      if (answer.startsWith('-')) {
        // A name for the connection is a courtesy: CLIENT may be hidden.
        if (/^-(?!NOAUTH)/.test(answer) && !last && answersDue === 1) return
        const error = new Error(unquoted(answer.slice(1)).slice(0, 200))
        return fail(/NOAUTH|WRONGPASS|DENIED|max number of clients/.test(answer) ? unreachable(error, address) : error)
      }
      if (!answer.startsWith('+')) return fail(malformed('MONITOR: the answer is to be a simple string', answer))
      if (!last) return
      listeningSince = performance.now()
      if (Number.isFinite(limits.ms)) timer = setTimeout(() => done('time'), limits.ms)
    }

    function take(line: string) {
      if (answersDue > 0) {
        answersDue--
        return answered(line, answersDue === 0)
      }
      lines++
      ran.last = Number(line.slice(1, line.indexOf(' '))) * 1_000
      if (lines === 1) ran.first = ran.last
      onLine(line)
      if (lines >= limits.lines) return done('lines')
      const behind = performance.now() - ran.last
      ahead ??= behind
      if (behind - ahead > limits.lagMs) done('lag')
    }

    socket.on('connect', () => {
      const commands = opening(config)
      answersDue = commands.length
      socket.write(commands.map(resp).join(''))
    })
    socket.on('data', (chunk: Buffer) => {
      if (over) return
      bytes += chunk.length
      try {
        const text = rest + chunk.toString('latin1')
        let from = 0
        // What was kept has no line end: looked through once a chunk, a line that never ends would take quadratic time.
        for (let at = text.indexOf('\r\n', Math.max(0, rest.length - 1)); at >= 0 && !over; at = text.indexOf('\r\n', from)) {
          const line = text.slice(from, at)
          from = at + 2
          take(line)
        }
        rest = text.slice(from)
      } catch (error) {
        return fail(error)
      }
      if (rest.length > (limits.lineBytes ?? limits.bytes) && listeningSince > 0) return done('bytes')
      if (bytes >= limits.bytes) {
        if (listeningSince > 0) done('bytes')
        else fail(malformed('MONITOR: the answer is too long', rest))
      }
    })
    socket.on('error', (error) => fail(unreachable(error, address)))
    socket.on('close', () => fail(unreachable(new Error('ECONNRESET'), address)))
    if (signal.aborted) giveUp()
    else signal.addEventListener('abort', giveUp, { once: true })
  })
}

/** Of so many commands the first and the last are as far apart as the burst is long. */
const LINES_TELL = 100

/** By the server's own times where they tell: a process that is late reads less than was run while it listened, and would take the rate for lower. */
function heardMs(listenedMs: number, lines: number, { first, last }: { first: number; last: number }): number {
  const ms = ((last - first) * lines) / (lines - 1)
  return lines >= LINES_TELL && ms > 0 && ms < listenedMs ? ms : listenedMs
}

function open(config: Pick<RedisConfig, 'url'> & TlsConfig, signal: AbortSignal): Socket {
  const place = placeOf(config.url)
  if (place.path !== undefined) return connect({ path: place.path, signal })
  if (!place.tls) return connect({ host: place.host, port: place.port!, signal })
  return connectTls({ port: place.port, ...tlsOptions(place, config) })
}

/** The name comes last but one: its refusal is forgiven. */
function opening(config: Pick<RedisConfig, 'url' | 'username' | 'password'>): string[][] {
  const place = placeOf(config.url)
  const username = config.username ?? place.username
  const password = config.password ?? place.password
  return [
    ...(password === undefined ? [] : [username === undefined ? ['AUTH', password] : ['AUTH', username, password]]),
    ['CLIENT', 'SETNAME', 'evenkeel'],
    ['MONITOR'],
  ]
}

const resp = (command: string[]) =>
  `*${command.length}\r\n${command.map((argument) => `$${Buffer.byteLength(argument)}\r\n${argument}\r\n`).join('')}`

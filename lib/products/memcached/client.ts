import { EvenkeelError, malformed } from '../../model/error.ts'
import { exchange } from '../exchange.ts'
import { type MemcachedConfig, memcachedSocket } from './config.ts'

/** Sends one line of the text protocol on a connection of its own and reads the answer; `quit` makes the server close it. */
export async function ask(config: MemcachedConfig, line: string, signal: AbortSignal): Promise<string> {
  const answer = await exchange(memcachedSocket(config), `${line}\r\nquit\r\n`, signal)
  if (answer.startsWith('CLIENT_ERROR unauth'))
    throw new EvenkeelError('unreachable', 'it demands authentication, which Evenkeel does not speak yet')
  return answer
}

const HEAD = 'STAT '

/** The `STAT name value` lines of an answer that ends with END. Throws `malformed` for anything else, a cut answer included. */
export function parseStats(text: string): Map<string, string> {
  const lines = text.split('\r\n').filter((line) => line !== '')
  if (lines.pop() !== 'END') throw malformed('`stats` is to end with END', text.slice(-120))
  return new Map(
    lines.map((line) => {
      const space = line.indexOf(' ', HEAD.length)
      const name = line.slice(HEAD.length, space < 0 ? undefined : space)
      if (!line.startsWith(HEAD) || name === '' || /[\r\n]/.test(line)) throw malformed('`stats` is to be lines of STAT NAME VALUE', line)
      return [name, space < 0 ? '' : line.slice(space + 1)]
    }),
  )
}

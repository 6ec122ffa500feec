import { EvenkeelError, malformed } from '../../model/error.ts'
import { exchange } from '../exchange.ts'
import { type MemcachedConfig, memcachedSocket } from './config.ts'

/** Longer than memcached takes: a server that asks for no login stores nothing of it. */
const NO_KEY = 'k'.repeat(251)
const UNAUTHENTICATED = 'CLIENT_ERROR unauth'

/**
 * Sends one line of the text protocol on a connection of its own and reads the answer; `quit` makes the server close it. Where memcached was
 * started with `-Y`, the login comes first, as a `set` whose value it is (doc/protocol.txt, "Authentication").
 */
export async function ask(config: MemcachedConfig, line: string, signal: AbortSignal): Promise<string> {
  const { username, password } = config
  const login = username === undefined || password === undefined ? '' : `${username} ${password}`
  const first = login === '' ? '' : `set ${NO_KEY} 0 0 ${Buffer.byteLength(login)}\r\n${login}\r\n`
  const answer = await exchange(memcachedSocket(config), `${first}${line}\r\nquit\r\n`, signal, UNAUTHENTICATED)
  // From 1.6.45 on memcached closes without a word where more follows; before that it leaves the connection open.
  if (answer === '' || answer.startsWith(UNAUTHENTICATED))
    throw new EvenkeelError(
      'unreachable',
      login === ''
        ? `${answer === '' ? 'it closes the connection without an answer, as one does that demands' : 'it demands'} authentication (-Y): username and password are not configured`
        : 'it refuses the user name or the password',
    )
  // A proxy may quote what it does not understand.
  return login === ''
    ? answer
    : answer.replaceAll(login, 'USER PASSWORD').replace(/^(STORED\r\n|CLIENT_ERROR bad command line format\r\n(ERROR\r\n)?)/, '')
}

const HEAD = 'STAT '

/**
 * The `STAT name value` lines of an answer that ends with END. A line that is none costs itself alone and is `unread`. Throws `malformed` for
 * anything else, a cut answer included.
 */
export function parseStats(text: string): { fields: Map<string, string>; unread: string[] } {
  const lines = text.split(/\r?\n/).filter((line) => line !== '')
  if (lines.pop() !== 'END') throw malformed('`stats` is to end with END', text.slice(-120))
  const fields = new Map<string, string>()
  const unread: string[] = []
  for (const line of lines) {
    const space = line.indexOf(' ', HEAD.length)
    const name = line.slice(HEAD.length, space < 0 ? undefined : space)
    if (!line.startsWith(HEAD) || name === '' || line.includes('\r')) unread.push(line)
    else fields.set(name, space < 0 ? '' : line.slice(space + 1))
  }
  if (fields.size === 0 && unread.length > 0) throw malformed('`stats` is to be lines of STAT NAME VALUE', unread[0]!)
  return { fields, unread }
}

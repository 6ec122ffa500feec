import { EvenkeelError, malformed } from '../../model/error.ts'
import { printable } from '../answers.ts'

const HEAD = 'STAT '
const SHOWN = 160

/** The one line of an error, as the text protocol has it (doc/protocol.txt, "Error strings"); some settings answer by a word of their own. */
const ERROR = /^(?:ERROR|CLIENT_ERROR|SERVER_ERROR|BUSY|MEMLIMIT_\w+|WATCHER_\w+|BADCLASS|NOTSTARTED|RESET)\b/

/** Whether this beginning of an answer is that of an error. */
export const isErrorLine = (line: string): boolean => ERROR.test(line)

/** Whether a line may begin the answer to `stats`. */
export const beginsStats = (line: string): boolean => line.startsWith(HEAD) || line === 'END' || isErrorLine(line)

/**
 * A refusal as an error: `not_allowed` where this server does not have the command or was started without it, `unavailable` where it cannot
 * just now, `unreachable` where it wants a login.
 */
export function refusal(command: string, line: string): EvenkeelError {
  const said = printable(line.slice(0, SHOWN)).trim()
  if (/^CLIENT_ERROR unauth/.test(line))
    return new EvenkeelError('unreachable', 'it demands authentication (-Y): username and password are not configured')
  if (said === 'ERROR') return new EvenkeelError('not_allowed', `this memcached does not know ${command}`)
  if (/^(?:SERVER_ERROR|BUSY|WATCHER_\w+|ERROR locked|ERROR an unknown)\b/.test(line))
    return new EvenkeelError('unavailable', `it cannot answer ${command} now: ${said}`)
  return new EvenkeelError('not_allowed', `it refuses ${command}: ${said}`)
}

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

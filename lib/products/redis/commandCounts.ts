import { type Add, printable } from '../answers.ts'
import { type Info, numberIn } from './info.ts'

/** Commands that put one whole value: what a read-through cache sends to fill a miss. */
const FILLS = ['set', 'setex', 'psetex', 'getset', 'setnx']

/** A command as its series name it, the line that counts it, and whether it fills. */
type Named = { labels: { command: string }; line: string; isFill: boolean }

const named = new Map<string, Named>()
const NAMED_MAX = 5_000

/** The same labels for all servers and all polls. */
function namedBy(name: string): Named {
  let known = named.get(name)
  if (known === undefined) {
    if (named.size >= NAMED_MAX) named.clear()
    const command = printable(name)
    known = { labels: { command }, line: `cmdstat_${command}`, isFill: FILLS.includes(name.toLowerCase()) }
    named.set(name, known)
  }
  return known
}

/** Calls and time of each command, and the writes and fills among them. */
export function addCommands(info: Info, writing: ReadonlySet<string>, add: Add): void {
  if (info.commands.size === 0) return
  let writes: number | undefined = 0
  let fills: number | undefined = 0
  for (const [name, fields] of info.commands) {
    const { labels, line, isFill } = namedBy(name)
    const within = { line, fields }
    const calls = numberIn(info, 'calls', within)
    const micros = numberIn(info, 'usec', within)
    if (calls === undefined && !fields.has('calls')) info.unread.push(line)
    add('cache_commands_total', calls, labels)
    add('cache_command_seconds_total', micros === undefined ? undefined : micros / 1_000_000, labels)
    const failed = numberIn(info, 'failed_calls', within)
    if (failed) add('redis_commands_failed_calls_total', failed, labels)
    const rejected = numberIn(info, 'rejected_calls', within)
    if (rejected) add('redis_commands_rejected_calls_total', rejected, labels)
    if (writing.has(name)) writes = writes === undefined || calls === undefined ? undefined : writes + calls
    if (isFill) fills = fills === undefined || calls === undefined ? undefined : fills + calls
  }
  add('cache_writes_total', writes)
  add('cache_fills_total', fills)
}

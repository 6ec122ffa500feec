import { type Add, printable } from '../answers.ts'
import { type Info, numberIn } from './info.ts'

/** Commands that put one whole value: what a read-through cache sends to fill a miss. */
const FILLS = ['set', 'setex', 'psetex', 'getset', 'setnx']

/** Calls and time of each command, and the writes and fills among them. */
export function addCommands(info: Info, writing: ReadonlySet<string>, add: Add): void {
  if (info.commands.size === 0) return
  let writes: number | undefined = 0
  let fills: number | undefined = 0
  for (const [name, fields] of info.commands) {
    const command = printable(name)
    const number = (field: string) => numberIn(info, field, { line: `cmdstat_${command}`, fields })
    const calls = number('calls')
    const micros = number('usec')
    if (calls === undefined && !fields.has('calls')) info.unread.push(`cmdstat_${command}`)
    add('cache_commands_total', calls, { command })
    add('cache_command_seconds_total', micros === undefined ? undefined : micros / 1_000_000, { command })
    const failed = number('failed_calls')
    if (failed) add('redis_commands_failed_calls_total', failed, { command })
    const rejected = number('rejected_calls')
    if (rejected) add('redis_commands_rejected_calls_total', rejected, { command })
    if (writing.has(name)) writes = writes === undefined || calls === undefined ? undefined : writes + calls
    if (FILLS.includes(name.toLowerCase())) fills = fills === undefined || calls === undefined ? undefined : fills + calls
  }
  add('cache_writes_total', writes)
  add('cache_fills_total', fills)
}

import { isEpochSeconds, wordOf } from '../answers.ts'
import { wholeOf } from './replyText.ts'

const ARGUMENTS_MAX = 32
const ARGUMENT_MAX = 128

/** `value`: µs of SLOWLOG, bytes of the other logs. */
export type LogEntry = { id: string; at: number; value: number; command: string[]; client?: string; clientName?: string }

/**
 * An entry of SLOWLOG or COMMANDLOG: `[id, unix seconds, µs or bytes, [argument…], client address, client name]`; the last two came with Redis 4.
 * Redis Enterprise puts a text about the command's complexity before the arguments: they are the first list. Null: it is no entry.
 */
export function logEntry(entry: unknown): LogEntry | null {
  if (!Array.isArray(entry)) return null
  const [id, seconds, value] = entry.slice(0, 3).map(wholeOf)
  const at = entry.findIndex((part, i) => i >= 3 && Array.isArray(part))
  if (id == null || !isEpochSeconds(seconds) || value == null || at < 0) return null
  const [client, clientName] = entry.slice(at + 1)
  return {
    // Ids begin again after a restart: the time keeps two apart.
    id: `${seconds}-${id}`,
    at: seconds * 1_000,
    value,
    command: (entry[at] as unknown[]).slice(0, ARGUMENTS_MAX).map((argument) => cut(wordOf(argument))),
    ...(client ? { client: cut(wordOf(client)) } : {}),
    ...(clientName ? { clientName: cut(wordOf(clientName)) } : {}),
  }
}

const cut = (text: string) => (text.length > ARGUMENT_MAX ? `${text.slice(0, ARGUMENT_MAX)}…` : text)

import { EvenkeelError, malformed } from '../../model/error.ts'
import { ClosedUnanswered, type Conversation, type IsWhole } from '../conversation.ts'
import { beginsStats, isErrorLine, refusal } from './answer.ts'
import type { MemcachedConfig } from './config.ts'
import { openConversation } from './connection.ts'

/**
 * A client of the text protocol with one kept connection. A question that finds it busy opens one of its own for that time, so that a question
 * that hangs, and is given up together with its connection, costs no other its answer. It never retries beyond a kept connection that the
 * server had closed: cadence and back-off are the engine's.
 */
export interface MemcachedClient {
  /** The answer to `stats …`, to its END. Throws the refusal that stands in its place. */
  stats(command: string, signal: AbortSignal): Promise<string>
  /** The one line that a command is answered with. Throws what is a refusal. */
  order(command: string, signal: AbortSignal): Promise<string>
  close(): Promise<void>
}

export function createMemcachedClient(config: MemcachedConfig): MemcachedClient {
  let kept: Conversation | null = null
  let closed = false

  const keep = (conversation: Conversation) => {
    if (!closed && kept === null && conversation.open) kept = conversation
    else conversation.end()
  }
  const take = (): Conversation | null => {
    const taken = kept?.open ? kept : null
    kept = null
    return taken
  }
  const askOn = async (conversation: Conversation, command: string, whole: IsWhole, signal: AbortSignal): Promise<string> => {
    const answer = await conversation.ask(`${command}\r\n`, whole, signal)
    keep(conversation)
    return answer
  }
  const ask = async (command: string, whole: IsWhole, signal: AbortSignal): Promise<string> => {
    const before = take()
    if (before)
      try {
        return await askOn(before, command, whole, signal)
      } catch (error) {
        if (!(error instanceof ClosedUnanswered)) throw error
      }
    try {
      return await askOn(await openConversation(config, signal), command, whole, signal)
    } catch (error) {
      throw error instanceof ClosedUnanswered ? closedAtOnce(config) : error
    }
  }
  const answered = async (command: string, whole: IsWhole, signal: AbortSignal): Promise<string> => {
    const answer = await ask(command, whole, signal)
    if (isErrorLine(answer)) throw refusal(command, answer)
    return answer
  }

  return {
    stats: (command, signal) =>
      answered(
        command,
        ({ first, last }) => {
          if (first !== null && !beginsStats(first)) throw malformed(`\`${command}\` is to be lines of STAT NAME VALUE`, first)
          return last === 'END' || (last !== null && first !== null && isErrorLine(first))
        },
        signal,
      ),
    order: async (command, signal) => (await answered(command, ({ last }) => last !== null, signal)).trim(),
    async close() {
      closed = true
      take()?.end()
    },
  }
}

/** A connection of its own for one write or look, closed at its end whatever happens. */
export async function withMemcached<T>(config: MemcachedConfig, work: (client: MemcachedClient) => Promise<T>): Promise<T> {
  const client = createMemcachedClient(config)
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

/** From 1.6.45 on memcached closes without a word where it wants a login; one that speaks TLS does so with any plain text. */
function closedAtOnce(config: MemcachedConfig): EvenkeelError {
  const login =
    config.username === undefined ? ', as one does that demands authentication (-Y): username and password are not configured' : ''
  const plain = config.tls ? '' : '; or it speaks TLS alone: tls: true'
  const anonymous = config.tls && !config.cert ? '; or it asks for a certificate of ours: cert_file and key_file' : ''
  return new EvenkeelError('unreachable', `it closes the connection without an answer${login}${plain}${anonymous}`)
}

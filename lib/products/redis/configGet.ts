import { malformed } from '../../model/error.ts'
import { shown, wordOf } from '../answers.ts'
import type { RedisClient } from './client.ts'

/**
 * CONFIG GET of exact names. From Redis 7 on in one command; older ones take one name at a time, and walk their whole table for each,
 * so those go in one pipeline. A name that this server does not have is absent from the answer. A refusal (hidden command, NOPERM) throws.
 */
export async function readSettings(client: RedisClient, names: string[], signal: AbortSignal): Promise<Record<string, string>> {
  try {
    return pairsOf(await client.call(['CONFIG', 'GET', ...names], signal))
  } catch (error) {
    if (!(error instanceof Error) || !/wrong number of arguments/i.test(error.message)) throw error
  }
  const answers = await client.pipeline(
    names.map((name) => ['CONFIG', 'GET', name] as const),
    signal,
  )
  return Object.assign(
    {},
    ...answers.map((answer) => {
      if (answer instanceof Error) throw answer
      return pairsOf(answer)
    }),
  )
}

function pairsOf(answer: unknown): Record<string, string> {
  if (!Array.isArray(answer) || answer.length % 2 !== 0) throw malformed('CONFIG GET is to answer pairs', shown(answer))
  const found: Record<string, string> = {}
  for (let index = 0; index < answer.length; index += 2) found[wordOf(answer[index])] = wordOf(answer[index + 1])
  return found
}

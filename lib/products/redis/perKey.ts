import { EvenkeelError, malformed } from '../../model/error.ts'
import { wordOf } from '../answers.ts'
import type { Command, RedisClient } from './client.ts'

/** That this key is not here: its slot has moved, or is moving now. */
export const ELSEWHERE = Symbol('elsewhere')

/** What a node of a Redis Cluster says of one key, not of the command (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/). */
const OF_ONE_KEY = /^-?(MOVED|ASK|TRYAGAIN|CROSSSLOT|CLUSTERDOWN)\b/

/** Whether an error is of one key alone. */
export const isElsewhere = (answer: unknown): boolean => answer instanceof Error && OF_ONE_KEY.test(answer.message)

/**
 * One command for each key, in one write. A key that is elsewhere costs itself alone: `ELSEWHERE` stands in its place. A replica of a Cluster
 * answers for its slots only on a connection that has sent READONLY; on a master that has no effect. Throws the first other error.
 */
export async function askPerKey<Answer>(
  { client, seen }: { client: RedisClient; seen: { clustered: boolean } | null },
  commands: readonly Command[],
  understand: (answer: unknown) => Answer,
  signal: AbortSignal,
): Promise<(Answer | typeof ELSEWHERE)[]> {
  if (commands.length === 0) return []
  const before: Command[] = seen?.clustered ? [['READONLY']] : []
  const answers = (await client.pipeline([...before, ...commands], signal)).slice(before.length)
  return answers.map((answer) => {
    if (isElsewhere(answer)) return ELSEWHERE
    if (answer instanceof Error) throw answer
    return understand(answer)
  })
}

/** A walk that goes slot by slot comes past several slices of a slot on the move. */
const SLICES_MOST = 5

/** Throws where slice after slice not one of several keys that were found here is answered for here, so that the page says so. */
export function assertSomeHere(link: { noneHere: number }, answers: readonly unknown[]): void {
  if (answers.length < 2) return
  link.noneHere = answers.every((answer) => answer === ELSEWHERE) ? link.noneHere + 1 : 0
  if (link.noneHere >= SLICES_MOST)
    throw new EvenkeelError(
      'unreachable',
      `none of ${answers.length} keys is answered for here: their slots are on the move, or this is a replica whose user may not run READONLY`,
    )
}

/** A number, or null: the key has gone. */
export function numberOrGone(command: string, answer: unknown): number | null {
  if (answer !== null && typeof answer !== 'number') throw malformed(`${command} is to answer a number`, wordOf(answer))
  return answer
}

/** A key that is elsewhere is gone from here. */
export const hereOnly = <Answer>(answer: Answer | typeof ELSEWHERE): Answer | null => (answer === ELSEWHERE ? null : answer)

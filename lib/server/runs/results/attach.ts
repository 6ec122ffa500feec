import type { LoadResultView } from '../../../model/answers/run.ts'
import { EvenkeelError } from '../../../model/error.ts'
import type { Runtime } from '../../runtime.ts'
import { type BodyLimit, pipeBody } from '../../traces/receive.ts'
import { readResultInThread } from '../../workers/loadResults.ts'
import { getRun } from '../run.ts'
import { resultView } from './view.ts'

/** Of one run: k6 beside Gatling, say, or both files of Locust. */
const RESULTS_MAX = 6
const LIMIT: BodyLimit = {
  bytes: 32 * 1024 * 1024,
  words: "of result are taken. Send the summary of k6, Locust's stats.csv, or a log of a shorter run.",
  withinMs: 60_000,
}

type At = Pick<Runtime, 'store' | 'now' | 'bus'>

/** Attaches a load generator's result to a run. A later one of the same output takes the place of the one before. */
export async function attachResult(at: At, id: string, request: Request, by: string): Promise<LoadResultView> {
  getRun(at, id)
  const result = await readResultInThread(await bodyOf(request), { by, gone: request.signal })
  // It may have been deleted meanwhile.
  getRun(at, id)
  const before = at.store.loadResults.get(id)?.results ?? []
  const others = before.filter(({ tool, format }) => tool !== result.tool || format !== result.format)
  if (others.length >= RESULTS_MAX)
    throw new EvenkeelError('not_allowed', `${others.length} results are attached already, which is the most.`)
  const attached = { ...result, attachedAt: at.now(), attachedBy: by }
  at.store.loadResults.put({ id, results: [...others, attached] })
  at.bus.emit({ type: 'annotation', annotation: at.store.annotations.get(id)! })
  return resultView(attached)
}

async function bodyOf(request: Request): Promise<Uint8Array> {
  if (!request.body) throw new EvenkeelError('bad_request', 'the body: it is empty; expected a result of k6, Locust or Gatling.')
  const chunks: Uint8Array[] = []
  await pipeBody(request, LIMIT, async (arriving) => {
    for await (const chunk of arriving) chunks.push(chunk)
  })
  // A copy of its own, which another thread can be given.
  return new Uint8Array(Buffer.concat(chunks))
}

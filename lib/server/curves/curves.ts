import type { CurvesView } from '../../model/answers/curves.ts'
import type { Runtime } from '../runtime.ts'
import { referencesPath, trace } from '../traces/traces.ts'
import { type Asked, curvesInThread } from '../workers/curves.ts'
import { type CurvesRequest, questionOf } from './question.ts'
import { targetCurves } from './targetCurves.ts'

/** What a cache would hit. Throws `not_found`, and `too_little` with what is missing. */
export async function askCurves(at: Runtime, asked: CurvesRequest, by: Asked): Promise<CurvesView> {
  const { source } = asked
  if ('target' in source) return targetCurves(at, source.target, source.match, asked, by)
  const { id, name, requests, cutAfter } = trace(at, source.trace)
  const { basis, ...answer } = await curvesInThread({ path: referencesPath(at, id), question: questionOf(asked) }, by)
  const cut = cutAfter === null ? '' : ` Of its ${requests} references the first ${cutAfter} are kept.`
  return { ...answer, basis: [basis, `Trace ${JSON.stringify(name)}.${cut}`].filter(Boolean).join(' ') }
}

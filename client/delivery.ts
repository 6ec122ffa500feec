import type { Batch, ReportBuffer } from './reportBuffer.ts'

const ANSWER_MS = 10_000
/** Sent again they would be refused again. */
const REFUSED = new Set([400, 413, 422])

export type DeliveryOptions = {
  url: string
  target: string
  token?: string
  rate: number
  fetch?: typeof fetch
  now(): number
  tell(error: unknown): void
  /** Ends what is under way. */
  ending: AbortSignal
}
/** `waitMs`: what Evenkeel asks for before the next try. */
export type Answer = { is: 'taken' | 'refused' | 'later'; waitMs?: number }

/** At-least-once delivery of what waits in a buffer: batch by batch, until one is to be tried later. */
export function deliverTo(options: DeliveryOptions, buffer: ReportBuffer): () => Promise<Answer> {
  const { url, target, token, rate, now, tell, ending } = options
  const address = `${url.replace(/\/+$/, '')}/api/v1/references/${encodeURIComponent(target)}`
  const send = options.fetch ?? fetch

  async function post(batch: Batch): Promise<Answer> {
    const { missing } = buffer
    const query = new URLSearchParams({ rate: `${rate}`, gets: `${batch.gets}`, id: batch.id, sent: `${Math.round(now())}` })
    if (missing) {
      query.set('missingFrom', `${missing.from}`)
      query.set('missingTo', `${missing.to}`)
    }
    try {
      const response = await send(`${address}?${query}`, {
        method: 'POST',
        headers: { 'content-type': 'text/plain', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
        body: batch.lines.join('\n'),
        signal: AbortSignal.any([AbortSignal.timeout(ANSWER_MS), ending]),
      })
      const text = await response.text()
      if (response.ok) return taken(batch, text, missing)
      tell(new Error(`Evenkeel answered ${response.status}: ${text.slice(0, 300)}`))
      if (REFUSED.has(response.status)) return { is: 'refused' }
      const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
      return { is: 'later', ...(seconds > 0 && { waitMs: seconds * 1_000 }) }
    } catch (error) {
      tell(error)
      return { is: 'later' }
    }
  }

  function taken(batch: Batch, text: string, missing: ReportBuffer['missing']): Answer {
    const left = leftOut(text)
    // A sign-in page answers 200, too.
    if (left === null) {
      tell(new Error(`What answered at ${address} is not Evenkeel: ${text.slice(0, 100)}`))
      return { is: 'later' }
    }
    if (buffer.missing === missing) buffer.missing = null
    if (left > 0) {
      buffer.lose(left, batch.from, batch.to)
      tell(new Error(`Evenkeel left out ${left} references: their times are outside of what it keeps`))
    }
    return { is: 'taken' }
  }

  return async () => {
    buffer.collect()
    for (let batch = buffer.next(); batch; batch = buffer.next()) {
      const answer = await post(batch)
      if (answer.is === 'later') return answer
      if (answer.is === 'taken') buffer.taken(batch)
      else buffer.drop(batch)
    }
    return { is: 'taken' }
  }
}

/** How many references of a report were not taken; null where this is no answer to a report. */
function leftOut(text: string): number | null {
  try {
    const { taken, future, past } = JSON.parse(text) as Record<string, unknown>
    return typeof taken === 'number' ? Number(future ?? 0) + Number(past ?? 0) : null
  } catch {
    return null
  }
}

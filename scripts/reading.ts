import type { AnyProduct, Parsed, Probe } from '../lib/model/product.ts'
import { publicText } from '../lib/model/publicUrl.ts'

export type Result =
  | { state: 'ok'; ms: number; raw: unknown; parsed: Parsed }
  | { state: 'unavailable' | 'failed' | 'skipped'; because: string }

/** Reads one probe once and parses what came, as the engine would. */
export async function reading(product: AnyProduct, probe: Probe<unknown, unknown>, link: unknown, timeoutMs: number): Promise<Result> {
  const wanted = probe.wanted?.(link) ?? true
  if (wanted !== true) return { state: 'skipped', because: wanted }
  const limitMs = probe.timeoutMs ?? Math.max(timeoutMs, 2_000)
  const started = performance.now()
  try {
    const raw = await probe.read(link, null, AbortSignal.timeout(limitMs))
    const ms = Math.round(performance.now() - started)
    return { state: 'ok', ms, raw, parsed: probe.parse(raw, { cursor: null, at: Date.now() }) }
  } catch (error) {
    const because = product.unavailable?.(error)
    if (because) return { state: 'unavailable', because: `not available here: ${because}` }
    const { name, message } = error as Error
    return {
      state: 'failed',
      because: name === 'TimeoutError' || name === 'AbortError' ? `no answer within ${limitMs} ms` : publicText(message),
    }
  }
}

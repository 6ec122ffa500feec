import { z } from 'zod'
import { withoutTrailingSlashes } from '../../format/url.ts'
import { parseJson } from '../../model/json.ts'
import { getText } from '../http.ts'
import type { PrometheusConfig } from './config.ts'

export type Link = {
  config: PrometheusConfig
  /** What servers behind it are called, by identity: one keeps its name while another of its instance is not there. */
  names: Map<string, { instance: string; name: string }>
  /** What Prometheus says that series are, and when it said so. */
  types: { at: number; counters: string[] | null } | null
}

/** What series are changes with the flags of their exporter alone. */
const TYPES_MS = 300_000

const shape = z.object({ data: z.record(z.string(), z.array(z.object({ type: z.string() }))) })

/** Which of these series their exporter calls counters; null where Prometheus does not tell. */
export async function readTypes(link: Link, names: readonly string[], signal: AbortSignal): Promise<string[] | null> {
  const now = Date.now()
  if (link.types && Math.abs(now - link.types.at) < TYPES_MS) return link.types.counters
  const counters = await ask(link.config, names, signal)
  link.types = { at: now, counters }
  return counters
}

async function ask({ url, bearer }: PrometheusConfig, names: readonly string[], signal: AbortSignal): Promise<string[] | null> {
  try {
    const path = `${withoutTrailingSlashes(url)}/api/v1/metadata?limit_per_metric=1`
    const text = await getText(path, signal, bearer ? { headers: { authorization: `Bearer ${bearer}` } } : {})
    const told = shape.parse(parseJson(text)).data
    const known = names.filter((name) => Object.hasOwn(told, name))
    return known.length === 0 ? null : known.filter((name) => told[name]!.some(({ type }) => type === 'counter'))
  } catch {
    // Not all that speak PromQL keep what their exporters say of a series.
    return null
  }
}

import type { Ttl } from '@/lib/curves/question.ts'
import { durationText, parseDuration } from '@/lib/model/duration.ts'
import { isJitter, isTtl } from './ttl.ts'

/** Another TTL of the keys whose pattern a glob matches. */
export type PartRule = { match: string; ttl: Required<Ttl> | 'none' }

/** In an address: `product:*=25m/0.1/refresh`, `session:*=none`. */
export function partText({ match, ttl }: PartRule): string {
  const name = match.replaceAll(/[\\,]/g, '\\$&')
  if (ttl === 'none') return `${name}=none`
  return [`${name}=${durationText(ttl.ms)}`, ttl.jitter > 0 && ttl.jitter, ttl.refreshOnRead && 'refresh'].filter(Boolean).join('/')
}

/** Takes `partText` back; null: it is none. */
export function readPart(text: string): PartRule | null {
  const at = text.lastIndexOf('=')
  const match = text.slice(0, at).replaceAll(/\\(.)/gs, '$1')
  if (at < 1 || match === '') return null
  const [length = '', ...rest] = text.slice(at + 1).split('/')
  if (length === 'none' && rest.length === 0) return { match, ttl: 'none' }
  const refreshOnRead = rest.at(-1) === 'refresh'
  const [jitter = '0', ...more] = refreshOnRead ? rest.slice(0, -1) : rest
  const ms = parseDuration(length)
  if (ms === null || !isTtl(ms) || jitter === '' || !isJitter(Number(jitter)) || more.length > 0) return null
  return { match, ttl: { ms, jitter: Number(jitter), refreshOnRead } }
}

/** In a legend. */
export const partName = ({ match, ttl }: PartRule): string =>
  ttl === 'none'
    ? `${match} no TTL`
    : `${match} TTL ${durationText(ttl.ms)}${ttl.jitter > 0 ? ` ± ${Math.round(ttl.jitter * 100)} %` : ''}${ttl.refreshOnRead ? ' refreshed on read' : ''}`

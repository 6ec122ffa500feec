import { isSegmented, POLICIES, type Policy, type Ttl } from '@/lib/curves/question.ts'
import { count } from '@/lib/format/format.ts'
import { durationText, parseDuration } from '@/lib/model/duration.ts'
import { type PartRule, partName, partText, readPart } from './partRule.ts'
import { readSize, sizeText } from './size.ts'
import { isJitter, isTtl } from './ttl.ts'

/** What a cache does, as far as somebody chose it here; null: as the source has it. */
export type Rule = {
  policy: Policy | null
  samples: number | null
  /** `none`: no key gets a TTL. */
  ttl: Required<Ttl> | 'none' | null
  /** Keys of some patterns get another TTL than all others. */
  parts: readonly PartRule[]
  /** A cache inside the application before it. */
  local: Local | null
}
export type Local = { keys: number; ttlMs: number }

export const AS_IT_IS: Rule = { policy: null, samples: null, ttl: null, parts: [], local: null }
/** What stands in the fields when a local cache is first asked for. */
export const FIRST_LOCAL: Local = { keys: 10_000, ttlMs: 5_000 }
/** What stands in the fields when a TTL is first set. */
export const FIRST_TTL: Required<Ttl> = { ms: 600_000, jitter: 0.1, refreshOnRead: false }
export const SAMPLES_MAX = 64

/** Policies that draw `maxmemory-samples` keys and evict the best of them. */
export const drawsSamples = (policy: Policy) => policy !== 'noeviction' && !policy.endsWith('-random') && !isSegmented(policy)

/** The rule in an address: `allkeys-lfu,samples:10,ttl:10m,jitter:0.1,refresh,product:*=25m,local:10k:5s`; '' of one that nobody touched. */
export function ruleText({ policy, samples, ttl, parts, local }: Rule): string {
  const words = [
    policy,
    samples !== null && `samples:${samples}`,
    ttl === 'none' && 'ttl:none',
    ttl !== null && ttl !== 'none' && `ttl:${durationText(ttl.ms)}`,
    ttl !== null && ttl !== 'none' && ttl.jitter > 0 && `jitter:${ttl.jitter}`,
    ttl !== null && ttl !== 'none' && ttl.refreshOnRead && 'refresh',
    ...parts.map(partText),
    local && `local:${sizeText({ by: 'keys', value: local.keys })}:${durationText(local.ttlMs)}`,
  ]
  return words.filter(Boolean).join(',')
}

/** Takes `ruleText` back, or says which part is none of its own. */
export function readRule(text: string): Rule | { because: string } {
  let rule = AS_IT_IS
  let jitter = 0
  let refreshOnRead = false
  // A comma in a pattern of keys has a backslash before it.
  for (const part of text.match(/(?:\\.|[^,\\])+/gs) ?? []) {
    const [name = '', value = '', second = ''] = part.split(':', 3)
    const ms = parseDuration(value)
    if (isPolicy(part)) rule = { ...rule, policy: part }
    else if (name === 'samples' && isSamples(Number(value)) && value !== '') rule = { ...rule, samples: Number(value) }
    else if (part === 'ttl:none') rule = { ...rule, ttl: 'none' }
    else if (name === 'ttl' && ms !== null && isTtl(ms)) rule = { ...rule, ttl: { ...FIRST_TTL, ms } }
    else if (name === 'jitter' && isJitter(Number(value)) && value !== '') jitter = Number(value)
    else if (part === 'refresh') refreshOnRead = true
    else if (readPart(part)) rule = { ...rule, parts: [...rule.parts, readPart(part)!] }
    else if (name === 'local' && localOf(value, second)) rule = { ...rule, local: localOf(value, second) }
    else return { because: part }
  }
  return rule.ttl === null || rule.ttl === 'none' ? rule : { ...rule, ttl: { ...rule.ttl, jitter, refreshOnRead } }
}

function localOf(keys: string, ttl: string): Local | null {
  const size = readSize(keys, 'keys')
  const ttlMs = parseDuration(ttl)
  return size && ttlMs !== null && isTtl(ttlMs) ? { keys: size.value, ttlMs } : null
}

const isPolicy = (text: string): text is Policy => (POLICIES as readonly string[]).includes(text)
export const isSamples = (value: number) => Number.isInteger(value) && value >= 1 && value <= SAMPLES_MAX

/** What the rule is called in a legend: `allkeys-lfu, TTL 10m ± 10 %`. `policy`: the source's own. */
export function ruleName({ policy, samples, ttl, parts, local }: Rule, own: Policy | null): string {
  const words = [
    policy ?? own ?? 'as it is',
    samples !== null && `${samples} samples`,
    ttl === 'none' && 'no TTL',
    ttl !== null && ttl !== 'none' && `TTL ${durationText(ttl.ms)}${ttl.jitter > 0 ? ` ± ${Math.round(ttl.jitter * 100)} %` : ''}`,
    ttl !== null && ttl !== 'none' && ttl.refreshOnRead && 'refreshed on read',
    ...parts.map(partName),
    local && `${count(local.keys)} entries in the application for ${durationText(local.ttlMs)}`,
  ]
  return words.filter(Boolean).join(', ')
}

import { duration } from '../../format/format.ts'
import { type Finding, subjectName } from '../../model/finding.ts'
import { refText, tierOf } from '../../model/ref.ts'
import type { Chain } from './chain.ts'
import type { Link } from './links.ts'

/** The title of a rule, by its id. */
export type TitleOf = (rule: string) => string

/** `cache-b: mass expiry`. */
function findingName({ subject, rule }: Pick<Finding, 'subject' | 'rule'>, titleOf: TitleOf): string {
  const title = titleOf(rule)
  // An abbreviation at the beginning stays one.
  return `${subjectName(subject)}: ${/^[A-Z][a-z]/.test(title) ? title[0]!.toLowerCase() + title.slice(1) : title}`
}

const NAMED_MAX = 3

/** The causes as one name: `cache-b: mass expiry`, `host 10.0.0.5`. */
export function causeName({ first, hosts }: Pick<Chain, 'first' | 'hosts'>, titleOf: TitleOf): string {
  const names = [...hosts.map((host) => `host ${host}`), ...first.map((finding) => findingName(finding, titleOf))]
  const left = names.length - NAMED_MAX
  return `${names.slice(0, NAMED_MAX).join(' or ')}${left > 0 ? ` or ${left} more` : ''}`
}

/** An incident in one line, by its cause: `cache-b: mass expiry, and 3 that follow`. */
export function incidentTitle(chain: Chain, titleOf: TitleOf): string {
  const { follow, beside } = chain
  const followers = follow > 0 ? `, and ${follow} that ${follow === 1 ? 'follows' : 'follow'}` : ''
  return `${causeName(chain, titleOf)}${followers}${beside > 0 ? `${followers ? '; ' : ', and '}${beside} beside` : ''}`
}

/** What is known of the cause, as a sentence. What is not known is told. */
export function causeSentence(chain: Chain, titleOf: TitleOf): string {
  const name = causeName(chain, titleOf)
  if (chain.is === 'several') return `Several may be the cause: ${name}. Which of them is not known.`
  if (chain.is === 'unknown') return `First seen: ${name}. Its cause is not known.`
  if (chain.hosts.length > 0) return `First cause: ${name}. All that is watched on it went down within seconds.`
  return `First cause: ${name}. By the edges and the order in time: strong evidence, no proof.`
}

/** Why one finding is held to follow from another: how, how much later, and what connects them. */
export function linkWords({ cause, effect, rule }: Link): string {
  return `${rule.how}: ${timeWords(effect.since - cause.since)}, ${placeWords({ cause, effect, rule })}`
}

export function timeWords(afterMs: number): string {
  if (Math.abs(afterMs) < 1_000) return 'at the same time'
  return afterMs > 0 ? `${duration(afterMs)} later` : `seen ${duration(-afterMs)} earlier`
}

function placeWords({ cause, effect, rule }: Link): string {
  const [from, to] = [tierName(cause), tierName(effect)]
  if (rule.along === 'behind') return `${from} stands behind ${to}`
  if (rule.along === 'before') return `${from} stands before ${to}`
  if (rule.along === 'beside') return from === to ? `both are parts of ${from}` : `${from} and ${to} share a load`
  return from === to ? `on the same ${from}` : `${from} and ${to} are one`
}

function tierName({ subject }: Finding): string {
  const tier = tierOf(subject)
  if (!tier) return subjectName(subject)
  if ('pool' in tier) return `pool ${tier.target}/${tier.pool}`
  return 'target' in tier && !('cache' in tier) ? tier.target : refText(tier).replace(':', ' ')
}

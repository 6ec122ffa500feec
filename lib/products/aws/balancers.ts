import type { Action, Listener, Rule, RuleCondition, TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Clients } from './clients.ts'
import { allOf, inTurn } from './pages.ts'
import { anyTag, hasTags, type Tags } from './tags.ts'
import type { Balancer, ForwardRule, Member } from './things.ts'

const SERVICE = 'elasticloadbalancing'
/** Resources of one DescribeTags. */
const TAGS_AT_ONCE = 20

/** Every Application Load Balancer that has the tags, with the rules that forward, their target groups and how healthy these are. */
export async function readBalancers(clients: Clients, tags: Tags, signal: AbortSignal): Promise<Balancer[]> {
  const all = await allOf((Marker) =>
    clients.ask(SERVICE, 'DescribeLoadBalancers', signal, async ({ sdk, client }, options) => {
      const answer = await client.send(new sdk.DescribeLoadBalancersCommand({ PageSize: 400, Marker }), options)
      return { items: answer.LoadBalancers, next: answer.NextMarker }
    }),
  )
  const applications = all.filter(
    ({ Type, LoadBalancerArn, LoadBalancerName }) => Type === 'application' && LoadBalancerArn && LoadBalancerName,
  )
  const wanted = await taggedArns(
    clients,
    applications.map(({ LoadBalancerArn: arn }) => arn!),
    tags,
    signal,
  )
  return inTurn(
    applications.filter(({ LoadBalancerArn: arn }) => wanted.has(arn!)),
    async ({ LoadBalancerArn: arn, LoadBalancerName: id, DNSName: address, State: state }) => ({
      of: 'balancer',
      id: id!,
      address: address ?? id!,
      arn: arn!,
      status: state?.Code ?? 'unknown',
      rules: await readRules(clients, arn!, signal),
    }),
  )
}

async function taggedArns(clients: Clients, arns: readonly string[], tags: Tags, signal: AbortSignal): Promise<Set<string>> {
  if (!anyTag(tags)) return new Set(arns)
  const parts = Array.from({ length: Math.ceil(arns.length / TAGS_AT_ONCE) }, (_, at) =>
    arns.slice(at * TAGS_AT_ONCE, (at + 1) * TAGS_AT_ONCE),
  )
  const found = await inTurn(parts, (ResourceArns) =>
    clients.ask(SERVICE, 'DescribeTags', signal, async ({ sdk, client }, options) => {
      const { TagDescriptions } = await client.send(new sdk.DescribeTagsCommand({ ResourceArns }), options)
      return TagDescriptions ?? []
    }),
  )
  return new Set(found.flat().flatMap(({ ResourceArn: arn, Tags: own }) => (arn !== undefined && hasTags(own, tags) ? [arn] : [])))
}

export const readListeners = (clients: Clients, balancer: string, signal: AbortSignal): Promise<Listener[]> =>
  allOf((Marker) =>
    clients.ask(SERVICE, 'DescribeListeners', signal, async ({ sdk, client }, options) => {
      const answer = await client.send(new sdk.DescribeListenersCommand({ LoadBalancerArn: balancer, PageSize: 400, Marker }), options)
      return { items: answer.Listeners, next: answer.NextMarker }
    }),
  )

/** The rules of a listener, its default actions among them. */
export const readListenerRules = (clients: Clients, listener: string, signal: AbortSignal): Promise<Rule[]> =>
  allOf((Marker) =>
    clients.ask(SERVICE, 'DescribeRules', signal, async ({ sdk, client }, options) => {
      const answer = await client.send(new sdk.DescribeRulesCommand({ ListenerArn: listener, PageSize: 400, Marker }), options)
      return { items: answer.Rules, next: answer.NextMarker }
    }),
  )

async function readRules(clients: Clients, balancer: string, signal: AbortSignal): Promise<ForwardRule[]> {
  const listeners = await readListeners(clients, balancer, signal)
  const found = await inTurn(listeners, async (listener) => ({
    listener,
    rules: await readListenerRules(clients, listener.ListenerArn!, signal),
  }))
  const forwarding = found.flatMap(({ listener, rules }) => rules.flatMap((rule) => forwardOf(listener, rule) ?? []))
  const groups = [...new Set(forwarding.flatMap(({ members }) => members.map(({ arn }) => arn)))]
  const health = await inTurn(groups, async (TargetGroupArn): Promise<[string, Member['healthy']]> => {
    const described = await clients.ask(SERVICE, 'DescribeTargetHealth', signal, async ({ sdk, client }, options) => {
      const answer = await client.send(new sdk.DescribeTargetHealthCommand({ TargetGroupArn }), options)
      return answer.TargetHealthDescriptions ?? []
    })
    return [TargetGroupArn, healthOf(described)]
  })
  const known = new Map(health)
  return forwarding.map((rule) => ({
    ...rule,
    members: rule.members.map((member) => ({ ...member, healthy: known.get(member.arn) ?? null })),
  }))
}

/** How many targets of a group take requests. Of one whose health is not checked, all do. */
export function healthOf(described: readonly TargetHealthDescription[]): NonNullable<Member['healthy']> {
  const states = described.map(({ TargetHealth }) => TargetHealth?.State)
  return {
    of: states.length,
    up: states.filter((state) => state === 'healthy' || state === 'unavailable').length,
    draining: states.filter((state) => state === 'draining').length,
  }
}

/** A listener's rule by its port and id: `443-9683b2d02a6cabee`. Priorities are renumbered, ids stay. */
export const ruleName = ({ Port }: Pick<Listener, 'Port'>, { IsDefault, RuleArn }: Pick<Rule, 'IsDefault' | 'RuleArn'>): string =>
  `${Port}-${IsDefault ? 'default' : lastPart(RuleArn ?? '')}`

/** `shop` of `arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/shop/73e2d6bc24d8a067`. */
export const groupName = (arn: string): string => arn.split('/').at(-2) ?? arn

const lastPart = (arn: string): string => arn.split('/').at(-1) ?? arn

/** The forward action among a rule's actions, with its target groups and their weights; null of a rule that does not forward. */
export function forwardIn(actions: readonly Action[]): { at: number; groups: { arn: string; weight: number }[] } | null {
  const at = actions.findIndex(({ Type }) => Type === 'forward')
  const action = actions[at]
  if (!action) return null
  const several = action.ForwardConfig?.TargetGroups ?? []
  const groups = several.flatMap(({ TargetGroupArn: arn, Weight = 1 }) => (arn === undefined ? [] : [{ arn, weight: Weight }]))
  if (groups.length > 0) return { at, groups }
  return action.TargetGroupArn === undefined ? null : { at, groups: [{ arn: action.TargetGroupArn, weight: 1 }] }
}

/** What a rule forwards to; null of one that answers or redirects by itself. Pure. */
export function forwardOf(listener: Listener, rule: Rule): ForwardRule | null {
  const actions = rule.Actions ?? []
  const forward = forwardIn(actions)
  if (!forward || rule.RuleArn === undefined) return null
  const sticky = actions[forward.at]!.ForwardConfig?.TargetGroupStickinessConfig
  return {
    name: ruleName(listener, rule),
    arn: rule.RuleArn,
    words: rule.IsDefault
      ? 'default action'
      : `rule ${rule.Priority}: ${(rule.Conditions ?? []).map(conditionText).join(', ') || 'any request'}`,
    stickySeconds: sticky?.Enabled ? (sticky.DurationSeconds ?? null) : null,
    members: forward.groups.map(({ arn, weight }) => ({ name: groupName(arn), arn, weight, healthy: null })),
  }
}

const conditionText = ({ Field = '', Values = [], HostHeaderConfig, PathPatternConfig }: RuleCondition): string => {
  const values = HostHeaderConfig?.Values ?? PathPatternConfig?.Values ?? Values
  return `${Field.replace(/-(header|pattern)$/, '')} ${values.slice(0, 3).join(' or ')}${values.length > 3 ? ' …' : ''}`.trim()
}

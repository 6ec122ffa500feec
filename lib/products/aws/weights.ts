import type { Action, Listener, Rule } from '@aws-sdk/client-elastic-load-balancing-v2'
import { shellWord } from '../../format/shell.ts'
import { beforeWrite, drifted, EvenkeelError, unwritten } from '../../model/error.ts'
import type { Edit } from '../../model/product.ts'
import { serverSetting } from '../serverSetting.ts'
import { forwardIn, groupName, readListenerRules, readListeners, ruleName } from './balancers.ts'
import type { Clients } from './clients.ts'
import { WEIGHT_MAX } from './described.ts'

const SERVICE = 'elasticloadbalancing'

/** A rule as it stands now, or a listener whose default action it is. */
type Live = { listener: Listener; rule: Rule; actions: Action[] }

/** `443-9683b2d02a6cabee/blue/weight`. */
const partsOf = (name: string) => serverSetting(name, 'LISTENER-RULE/TARGET-GROUP', { whats: ['weight'] })

/** The rules of these names, straight from AWS. */
async function readLive(clients: Clients, balancer: string, pools: ReadonlySet<string>, signal: AbortSignal): Promise<Map<string, Live>> {
  const live = new Map<string, Live>()
  const ports = new Set([...pools].map((pool) => pool.slice(0, pool.indexOf('-'))))
  for (const listener of await readListeners(clients, balancer, signal)) {
    if (!ports.has(String(listener.Port))) continue
    for (const rule of await readListenerRules(clients, listener.ListenerArn!, signal)) {
      const name = ruleName(listener, rule)
      if (pools.has(name)) live.set(name, { listener, rule, actions: rule.Actions ?? [] })
    }
  }
  return live
}

function weightIn(live: ReadonlyMap<string, Live>, name: string): string {
  const { pool, server } = partsOf(name)
  const found = live.get(pool)
  if (!found) throw new EvenkeelError('not_found', `this balancer has no rule ${pool}`)
  const group = forwardIn(found.actions)?.groups.find(({ arn }) => groupName(arn) === server)
  if (!group) throw new EvenkeelError('not_found', `the rule ${pool} does not forward to a target group ${server}`)
  return String(group.weight)
}

export async function getWeights(
  clients: Clients,
  balancer: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<Record<string, string>> {
  const live = await readLive(clients, balancer, new Set(names.map((name) => partsOf(name).pool)), signal)
  return Object.fromEntries(names.map((name) => [name, weightIn(live, name)]))
}

/**
 * Sets weights of forward actions. ELB has no compare-and-set: each rule is read again right before it is written, whole, and read once more
 * after; what else stands in the action is written as it was read. Several rules are whole or not at all.
 */
export async function writeWeights(clients: Clients, balancer: string, edits: readonly Edit[], signal: AbortSignal): Promise<void> {
  const { pools, before } = await beforeWrite(async () => {
    const pools = new Set(edits.map(({ name }) => partsOf(name).pool))
    const before = await readLive(clients, balancer, pools, signal)
    for (const edit of edits) {
      const now = weightIn(before, edit.name)
      if (now !== edit.expect) throw drifted(`${edit.name} is ${now} before the write, not ${edit.expect}: another writer has set it`)
    }
    return { pools, before }
  })
  const written: Live[] = []
  for (const pool of pools) {
    const live = before.get(pool)!
    const own = edits.filter(({ name }) => partsOf(name).pool === pool)
    try {
      await modify(clients, live, withWeights(live.actions, own), signal)
      written.push(live)
    } catch (error) {
      for (const done of written.reverse()) await modify(clients, done, writable(done.actions), signal)
      throw written.length === 0 && isRefusal(error) ? unwritten(error) : error
    }
  }
  const after = await readLive(clients, balancer, pools, signal)
  for (const edit of edits) {
    const now = weightIn(after, edit.name)
    if (now !== edit.value)
      throw new EvenkeelError('drift', `${edit.name} is ${now} after the write, not ${edit.value}: another writer has set it`)
  }
}

/** AWS answered, and refused: nothing was written. What did not answer may have been. */
const isRefusal = (error: unknown): error is EvenkeelError => error instanceof EvenkeelError && error.code !== 'unreachable'

async function modify(clients: Clients, { listener, rule }: Live, actions: Action[], signal: AbortSignal): Promise<void> {
  if (rule.IsDefault) {
    const { ListenerArn } = listener
    await clients.ask(SERVICE, 'ModifyListener', signal, ({ sdk, client }, options) =>
      client.send(new sdk.ModifyListenerCommand({ ListenerArn, DefaultActions: actions }), options),
    )
    return
  }
  const { RuleArn } = rule
  await clients.ask(SERVICE, 'ModifyRule', signal, ({ sdk, client }, options) =>
    client.send(new sdk.ModifyRuleCommand({ RuleArn, Actions: actions }), options),
  )
}

/** The same actions with other weights. Pure. */
function withWeights(actions: readonly Action[], edits: readonly Edit[]): Action[] {
  const wanted = new Map(edits.map(({ name, value }) => [partsOf(name).server, Number(value)]))
  const forward = forwardIn(actions)
  if (!forward) throw new EvenkeelError('not_found', 'the rule does not forward')
  if (forward.groups.length < 2) throw new EvenkeelError('invalid', 'the rule forwards to one target group: a weight changes nothing there')
  return writable(actions).map((action, at) => {
    if (at !== forward.at) return action
    const TargetGroups = forward.groups.map(({ arn, weight }) => ({ TargetGroupArn: arn, Weight: wanted.get(groupName(arn)) ?? weight }))
    return { ...action, ForwardConfig: { ...action.ForwardConfig, TargetGroups } }
  })
}

/** As an answer holds them and a request takes them: of several target groups none stands alone, and a client secret is never told. */
function writable(actions: readonly Action[]): Action[] {
  return actions.map(({ TargetGroupArn, AuthenticateOidcConfig: oidc, ...action }) => ({
    ...action,
    ...((action.ForwardConfig?.TargetGroups?.length ?? 0) < 2 && TargetGroupArn !== undefined && { TargetGroupArn }),
    ...(oidc && { AuthenticateOidcConfig: { ...oidc, ClientSecret: undefined, UseExistingClientSecret: true } }),
  }))
}

/** What is sent, as the AWS CLI has it: for people to read and copy. The rest of the action is to be filled in from what stands there. */
export function weightCommands(edits: readonly Edit[]): string[] {
  const pools = new Map<string, string[]>()
  for (const { name, value } of edits) {
    const { pool, server } = partsOf(name)
    pools.set(pool, [...(pools.get(pool) ?? []), `{TargetGroupArn=ARN of ${server},Weight=${value}}`])
  }
  return [...pools].map(([pool, groups]) => {
    const isDefault = pool.endsWith('-default')
    const [what, arn, actions] = isDefault
      ? ['modify-listener', `--listener-arn ${shellWord(`ARN of port ${pool.slice(0, -'-default'.length)}`)}`, '--default-actions']
      : ['modify-rule', `--rule-arn ${shellWord(`ARN that ends in /${pool.slice(pool.indexOf('-') + 1)}`)}`, '--actions']
    return `aws elbv2 ${what} ${arn} ${actions} ${shellWord(`Type=forward,ForwardConfig={TargetGroups=[${groups.join(',')}]}`)}`
  })
}

export const WEIGHT_TEXT = `a whole number from 0 to ${WEIGHT_MAX}`

import { shellLine } from '../../format/shell.ts'
import type { CodeWriter, Snippet } from '../../model/code.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Edit } from '../../model/product.ts'
import { parametersCommand, parametersHcl } from '../code/elastiCache.ts'
import { HclBlocks, hclBlock } from '../code/hcl.ts'
import { serverSetting } from '../serverSetting.ts'
import { globalRegion } from './clients.ts'
import type { AwsConfig } from './config.ts'
import { isDefaultGroup } from './described.ts'
import { recordsCode } from './recordsAsCode.ts'
import type { Balancer, CacheNode, ForwardRule, Thing } from './things.ts'

/** Weights of forward actions and of records, parameters of a parameter group, by the AWS CLI and as Terraform. Names of AWS are those of the newest look. */
export const awsCode: CodeWriter<AwsConfig> = {
  kind: 'aws',
  snippets(config, edits) {
    const thing = newest(config)
    if (thing?.of === 'cache') return parameters(config, thing, edits)
    if (thing?.of === 'balancer') return weights(config, thing, edits)
    if (thing?.of === 'zone') return recordsCode(thing, edits, flagsOf({ ...config, region: globalRegion(config.region) }))
    return []
  },
}

/** What the account told of it when it was last looked at; no request is made. */
function newest({ behind, name }: AwsConfig): Thing | null {
  if (!behind) return null
  const { of, id } = behind.thing
  const thing = behind.account.newest()?.parts[of].things.find((one) => one.id === id)
  if (!thing) throw new EvenkeelError('not_found', `AWS has not told yet what ${name} is`)
  return thing
}

const flagsOf = ({ region, endpoint }: AwsConfig): string[] => [
  ...['--region', region],
  // Without what else a URL can hold.
  ...(endpoint === undefined ? [] : ['--endpoint-url', new URL(endpoint).origin]),
]

function parameters(config: AwsConfig, { parameterGroup: group, id }: CacheNode, edits: readonly Edit[]): Snippet[] {
  if (group === null) throw new EvenkeelError('not_found', `ElastiCache names no parameter group of ${id}`)
  if (isDefaultGroup(group)) throw new EvenkeelError('not_allowed', `${group} is AWS's own and cannot be changed`)
  const own = edits.map(({ name, value }) => ({ name: name.replace(/^config\//, ''), value }))
  const notes = [`For every node that has the parameter group ${group}. Some parameters take effect when a node is rebooted.`]
  return [
    { form: 'aws', title: 'AWS CLI: ElastiCache', language: 'shell', text: parametersCommand(group, own, flagsOf(config)), notes },
    {
      form: 'terraform',
      title: 'Terraform: ElastiCache',
      language: 'hcl',
      text: parametersHcl(group, own),
      notes: ['Put the `parameter` blocks into the resource that you have.', ...notes],
    },
  ]
}

type Rule = { rule: ForwardRule; wanted: Map<string, number> }

function weights(config: AwsConfig, balancer: Balancer, edits: readonly Edit[]): Snippet[] {
  const rules = [...Map.groupBy(edits, ({ name }) => partOf(name).pool)].map(([pool, own]): Rule => {
    const rule = balancer.rules.find(({ name }) => name === pool)
    if (!rule) throw new EvenkeelError('not_found', `this balancer has no rule ${pool}`)
    const wanted = new Map(own.map(({ name, value }) => [partOf(name).server, Number(value)]))
    for (const group of wanted.keys())
      if (!rule.members.some(({ name }) => name === group))
        throw new EvenkeelError('not_found', `the rule ${pool} does not forward to a target group ${group}`)
    return { rule, wanted }
  })
  return [
    {
      form: 'aws',
      title: 'AWS CLI: Elastic Load Balancing',
      language: 'shell',
      text: rules.map((one) => command(config, one)).join('\n\n'),
      notes: ['What else stands in the actions is read and written as it is. It needs `jq`.'],
    },
    {
      form: 'terraform',
      title: 'Terraform: Elastic Load Balancing',
      language: 'hcl',
      text: rules.map(terraform).join('\n\n'),
      notes: ['Put the `forward` block into the resource that you have: conditions, priority and other actions are left out here.'],
    },
  ]
}

const partOf = (name: string) => serverSetting(name, 'LISTENER-RULE/TARGET-GROUP', { whats: ['weight'] })

const isDefault = ({ name }: ForwardRule) => name.endsWith('-default')

/** The ARN of a rule is that of its listener with the rule's id behind (Service Authorization Reference, "Elastic Load Balancing V2"). */
const listenerOf = ({ arn }: ForwardRule) => arn.slice(0, arn.lastIndexOf('/')).replace(':listener-rule/', ':listener/')

/** The answer repeats the first target group beside the list and leaves a client's secret out: neither is taken again. */
const WRITABLE =
  'if ((.ForwardConfig.TargetGroups // []) | length) > 1 then del(.TargetGroupArn) else . end' +
  ' | if .AuthenticateOidcConfig then .AuthenticateOidcConfig |= (del(.ClientSecret) + {UseExistingClientSecret: true}) else . end'

/** Reads the actions whole, changes weights, and writes them back. ARNs and weights are arguments: no name is part of jq's program. */
function command(config: AwsConfig, { rule, wanted }: Rule): string {
  const members = rule.members.filter(({ name }) => wanted.has(name))
  const words = members.flatMap(({ arn, name }, at) => ['--arg', `group${at}`, arn, '--argjson', `weight${at}`, String(wanted.get(name))])
  const sets = members.map((_, at) => `if .TargetGroupArn == $group${at} then .Weight = $weight${at} else . end`).join(' | ')
  const program = `map(${WRITABLE} | if .ForwardConfig.TargetGroups then .ForwardConfig.TargetGroups |= map(${sets}) else . end)`
  const elbv2 = (verb: string, ...more: string[]) => shellLine(['aws', 'elbv2', verb, ...flagsOf(config), ...more])
  const [read, write] = isDefault(rule)
    ? [
        elbv2('describe-listeners', '--listener-arns', listenerOf(rule), '--query', 'Listeners[0].DefaultActions', '--output', 'json'),
        elbv2('modify-listener', '--listener-arn', listenerOf(rule), '--default-actions', 'file:///dev/stdin'),
      ]
    : [
        elbv2('describe-rules', '--rule-arns', rule.arn, '--query', 'Rules[0].Actions', '--output', 'json'),
        elbv2('modify-rule', '--rule-arn', rule.arn, '--actions', 'file:///dev/stdin'),
      ]
  return `${read} |\n  ${shellLine(['jq', ...words, program])} |\n  ${write}`
}

function terraform({ rule, wanted }: Rule): string {
  const forward = new HclBlocks({
    target_group: new HclBlocks(...rule.members.map(({ arn, name, weight }) => ({ arn, weight: wanted.get(name) ?? weight }))),
    ...(rule.stickySeconds !== null && { stickiness: new HclBlocks({ enabled: true, duration: rule.stickySeconds }) }),
  })
  const label = `rule_${rule.name.replace(/\W/g, '_')}`
  if (!isDefault(rule))
    return hclBlock('resource', ['aws_lb_listener_rule', label], {
      listener_arn: listenerOf(rule),
      action: new HclBlocks({ type: 'forward', forward }),
    })
  const balancer = listenerOf(rule).replace(':listener/', ':loadbalancer/')
  return hclBlock('resource', ['aws_lb_listener', label], {
    load_balancer_arn: balancer.slice(0, balancer.lastIndexOf('/')),
    port: Number(rule.name.slice(0, -'-default'.length)),
    default_action: new HclBlocks({ type: 'forward', forward }),
  })
}

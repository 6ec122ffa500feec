import type { FakeAws, LiveAction } from './cloud.ts'
import { Fault, pageOf } from './fault.ts'
import { type Form, listOf } from './wire.ts'

/** Elastic Load Balancing, version 2015-12-01 of its API. */
export function loadBalancing({ cloud, pageSize }: FakeAws, operation: string, form: Record<string, Form>): object {
  const most = Number(form.PageSize ?? 400)
  if (most < 1 || most > 400) throw new Fault('ValidationError', 'PageSize must be between 1 and 400')
  const listed = (name: string, all: readonly object[]) => {
    const { items, next } = pageOf(all, form.Marker as string | undefined, pageSize)
    return { [name]: items, ...(next && { NextMarker: next }) }
  }
  switch (operation) {
    case 'DescribeLoadBalancers':
      return listed('LoadBalancers', cloud.balancers)
    case 'DescribeListeners':
      return listed(
        'Listeners',
        cloud.listeners.filter(({ LoadBalancerArn, ListenerArn }) =>
          form.ListenerArns ? listOf(form.ListenerArns).includes(ListenerArn) : LoadBalancerArn === form.LoadBalancerArn,
        ),
      )
    case 'DescribeRules': {
      if (form.RuleArns) {
        const arns = listOf(form.RuleArns)
        const all = Object.values(cloud.rules).flat()
        return {
          Rules: arns.map((arn) => {
            const rule = all.find(({ RuleArn }) => RuleArn === arn)
            if (!rule) throw new Fault('RuleNotFound', 'One or more rules not found')
            return rule
          }),
        }
      }
      const rules = cloud.rules[form.ListenerArn as string]
      if (!rules) throw new Fault('ListenerNotFound', 'One or more listeners not found')
      return listed('Rules', rules)
    }
    case 'DescribeTags': {
      const arns = listOf(form.ResourceArns) as string[]
      if (arns.length > 20) throw new Fault('ValidationError', 'at most 20 resources')
      return { TagDescriptions: arns.map((ResourceArn) => ({ ResourceArn, Tags: cloud.tags[ResourceArn] ?? [] })) }
    }
    case 'DescribeTargetHealth': {
      const states = cloud.health[form.TargetGroupArn as string]
      if (!states) throw new Fault('TargetGroupNotFound', 'One or more target groups not found')
      return { TargetHealthDescriptions: states.map((State, at) => ({ Target: { Id: `i-${at}`, Port: 80 }, TargetHealth: { State } })) }
    }
    case 'ModifyRule': {
      const rule = Object.values(cloud.rules)
        .flat()
        .find(({ RuleArn }) => RuleArn === form.RuleArn)
      if (!rule) throw new Fault('RuleNotFound', 'One or more rules not found')
      if (rule.IsDefault) throw new Fault('OperationNotPermitted', 'Default rules cannot be modified')
      rule.Actions = actionsIn(form.Actions)
      return { Rules: [rule] }
    }
    case 'ModifyListener': {
      const listener = cloud.listeners.find(({ ListenerArn }) => ListenerArn === form.ListenerArn)
      if (!listener) throw new Fault('ListenerNotFound', 'One or more listeners not found')
      const actions = actionsIn(form.DefaultActions)
      const rule = cloud.rules[listener.ListenerArn]!.find(({ IsDefault }) => IsDefault)!
      rule.Actions = actions
      listener.DefaultActions = actions
      return { Listeners: [listener] }
    }
  }
  throw new Fault('InvalidAction', operation)
}

/** Checks the actions as ELB does, and answers them as it would describe them. */
function actionsIn(form: Form | undefined): LiveAction[] {
  const actions = listOf(form) as Record<string, Form>[]
  if (actions.length === 0) throw new Fault('ValidationError', 'Actions are missing')
  return actions.map((action): LiveAction => {
    const Order = action.Order === undefined ? {} : { Order: Number(action.Order) }
    if (actions.length > 1 && action.Order === undefined) throw new Fault('ValidationError', 'Order is required with several actions')
    if (action.Type === 'authenticate-oidc') {
      const { UseExistingClientSecret, ClientSecret, ...rest } = action.AuthenticateOidcConfig as Record<string, Form>
      if (UseExistingClientSecret !== 'true' && ClientSecret === undefined) throw new Fault('ValidationError', 'ClientSecret is missing')
      return { Type: 'authenticate-oidc', ...Order, AuthenticateOidcConfig: rest }
    }
    if (action.Type !== 'forward') throw new Fault('ValidationError', `Type ${String(action.Type)}`)
    const config = action.ForwardConfig as Record<string, Form> | undefined
    const TargetGroups = listOf(config?.TargetGroups).map((one) => {
      const { TargetGroupArn, Weight } = one as Record<string, string>
      const weight = Number(Weight ?? 1)
      if (!Number.isInteger(weight) || weight < 0 || weight > 999) throw new Fault('ValidationError', 'Weight must be between 0 and 999')
      return { TargetGroupArn: TargetGroupArn!, Weight: weight }
    })
    if (TargetGroups.length > 5) throw new Fault('ValidationError', 'at most 5 target groups')
    if (action.TargetGroupArn !== undefined && TargetGroups.length > 1)
      throw new Fault('ValidationError', 'You can specify only one target group with TargetGroupArn')
    const sticky = config?.TargetGroupStickinessConfig as Record<string, string> | undefined
    return {
      Type: 'forward',
      ...Order,
      ForwardConfig: {
        TargetGroups,
        ...(sticky && {
          TargetGroupStickinessConfig: {
            Enabled: sticky.Enabled === 'true',
            ...(sticky.DurationSeconds !== undefined && { DurationSeconds: Number(sticky.DurationSeconds) }),
          },
        }),
      },
    }
  })
}

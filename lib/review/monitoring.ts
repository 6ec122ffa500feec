import type { ReviewPart, ReviewRow } from '../model/answers/review.ts'
import { isPriced } from '../model/prices.ts'
import type { MonitoringFacts, ReviewFacts } from './facts.ts'
import { type About, gapRow, listed, pageOf, part, statedRow } from './row.ts'

/** Step 4 of the guide: what nobody would notice, because nothing looks at it or nobody is told. */
export function monitoring(facts: ReviewFacts): ReviewPart {
  const { monitoring } = facts
  return part('monitoring', 'Monitoring gaps', 'What would nobody notice?', [
    ...targetRows(monitoring),
    ...featureRows(monitoring),
    ...ruleRows(monitoring),
    ...notices(monitoring),
    ...configured(facts),
  ])
}

const of = (id: string, what: string, about = 'fleet', href: string | null = null): About => ({ id: `monitoring/${id}`, about, href, what })

function targetRows({ targets }: MonitoringFacts): ReviewRow[] {
  if (targets.length === 0) return [gapRow(of('targets', 'Targets'), 'none is configured: name them under `targets`')]
  const unseen = targets.filter(({ state }) => state !== 'up')
  if (unseen.length === 0)
    return [
      statedRow(of('targets', 'Targets', 'fleet', '/targets'), `${targets.length} of ${targets.length} answer`, {
        is: 'well',
        follows: 'Each is read.',
      }),
    ]
  return unseen.map(({ name, state, error }) => ({
    ...gapRow(
      of(`target/${name}`, state === 'down' ? 'Does not answer' : 'Not read yet', name, pageOf({ target: name })),
      error ?? 'no answer yet',
    ),
    is: state === 'down' ? 'act' : 'gap',
    follows: 'Nothing about it is judged meanwhile.',
  }))
}

/** What is missing for the same reason at the same targets is one row. */
function featureRows({ targets }: MonitoringFacts): ReviewRow[] {
  const missing = targets.flatMap(({ name, capabilities }) =>
    capabilities
      .filter(({ available }) => !available)
      .map(({ feature, because }) => ({ name, feature, because: because ?? 'not available' })),
  )
  const byFeature = Map.groupBy(missing, ({ feature, because }) => JSON.stringify([feature, because]))
  const whole = [...byFeature.values()].map((same) => ({ ...same[0]!, names: same.map(({ name }) => name) }))
  const grouped = Map.groupBy(whole, ({ because, names }) => JSON.stringify([because, names]))
  return [...grouped.values()].map((same) => {
    const { because, names, feature } = same[0]!
    const href = names.length === 1 ? pageOf({ target: names[0]! }) : '/targets'
    return {
      ...gapRow(of(`feature/${feature}/${names[0]}`, listed(same.map((one) => one.feature)), listed(names), href), because),
      follows: 'What depends on it is not judged there.',
    }
  })
}

function ruleRows({ rules, learning }: MonitoringFacts): ReviewRow[] {
  const off = rules.filter(({ enabled }) => !enabled)
  const blind = rules.filter(({ enabled, unjudged }) => enabled && unjudged > 0)
  return [
    ...(off.length > 0
      ? [
          statedRow(of('rules/off', 'Rules turned off', 'fleet', '/settings'), listed(off.map(({ id }) => id)), {
            is: 'watch',
            follows: 'What they would find is not found.',
            change: { text: 'Turn them on under `rules`', href: '/settings' },
          }),
        ]
      : []),
    ...blind.map(({ id, title, unjudged, because }) => ({
      ...gapRow(
        of(`rule/${id}`, title, `${unjudged} ${unjudged === 1 ? 'thing' : 'things'}`, `/rules/${id}`),
        learning ? 'learning what is normal here' : (because[0] ?? 'no reason was given'),
      ),
      follows: `\`${id}\` judges nothing of them.`,
    })),
  ]
}

function notices({ receivers, routes, heartbeat }: MonitoringFacts): ReviewRow[] {
  const told = receivers > 0 && routes > 0
  const alerts = { text: 'Add receivers and routes', href: '/alerts' }
  return [
    statedRow(
      of('notices', 'Who is told', 'fleet', '/alerts'),
      `${receivers} ${receivers === 1 ? 'receiver' : 'receivers'}, ${routes} ${routes === 1 ? 'route' : 'routes'}`,
      {
        is: told ? 'well' : 'act',
        follows: told ? 'A finding reaches somebody.' : 'What is found is seen by whoever looks at this page, and by nobody else.',
        change: told ? null : alerts,
      },
    ),
    statedRow(of('heartbeat', 'Heartbeat', 'fleet', '/alerts'), heartbeat ? 'sent' : 'none', {
      is: heartbeat ? 'well' : 'watch',
      follows: heartbeat ? 'When Evenkeel stops, its receiver notices.' : 'When Evenkeel itself stops, nobody is told.',
      change: heartbeat ? null : { text: 'Set `heartbeat` to a service that alarms when it is silent', href: '/alerts' },
    }),
  ]
}

function configured({ edges, prices, caches, pools }: ReviewFacts): ReviewRow[] {
  if (caches.length + pools.length === 0) return []
  return [
    ...(edges.length === 0
      ? [gapRow(of('edges', 'Who calls whom'), 'no `edges` are configured: causes across tiers and the load on the origin are not known')]
      : []),
    ...(isPriced(prices)
      ? []
      : [gapRow(of('prices', 'Prices'), '`prices` name no memory or no read of the origin: nothing is told in money')]),
  ]
}

import { stringify } from 'yaml'

/** A rule of Evenkeel as it stands in the file: its words, and its thresholds in force. */
export type ExportedRule = { id: string; title: string; why: string; settings: Readonly<Record<string, unknown>> }
type Alert = { alert: string; expr: string; for?: string; labels: Record<string, string>; annotations: Record<string, string> }

/** The rules whose condition PromQL can say on its own, so that they hold while Evenkeel is down. Series are those of remote write. */
const PLAIN: Record<string, { severity: string; expr(settings: Readonly<Record<string, unknown>>): string }> = {
  'balancer/server-down': { severity: 'warning', expr: () => 'pool_up{server!=""} == 0' },
  'cache/clients-near-limit': { severity: 'warning', expr: ({ near }) => `cache_connections / cache_connections_max > ${near}` },
  'cache/hit-ratio-low': {
    severity: 'warning',
    expr: ({ low, over, lookupsPerSecondMin, missesPerSecondMin }) => {
      const [hits, misses] = ['cache_hits_total', 'cache_misses_total'].map((metric) => `rate(${metric}{pattern=""}[${seconds(over)}])`)
      return `${hits} / (${hits} + ${misses}) < ${low} and (${hits} + ${misses}) > ${lookupsPerSecondMin} and ${misses} >= ${missesPerSecondMin}`
    },
  },
  'cache/replication-broken': { severity: 'critical', expr: () => 'redis_master_link_up == 0' },
}

const seconds = (ms: unknown) => `${Math.max(1, Math.round(Number(ms) / 1_000))}s`

/**
 * A rule file of Prometheus for a fleet that Evenkeel watches: that Evenkeel itself works, each finding that it has (by its `/metrics`), and, on
 * the series that it sends by remote write, the rules that PromQL can say with the thresholds in force.
 */
export function prometheusRules(rules: readonly ExportedRule[], url: string): string {
  const groups = [
    { name: 'evenkeel', rules: ITSELF },
    { name: 'evenkeel-findings', rules: rules.map((rule) => findingAlert(rule, url)) },
    { name: 'evenkeel-series', rules: rules.filter(({ id }) => id in PLAIN).map((rule) => plainAlert(rule, url)) },
  ]
  return stringify({ groups }, { lineWidth: 0 })
}

const ITSELF: Alert[] = [
  {
    alert: 'EvenkeelAbsent',
    expr: 'absent(evenkeel_tick_timestamp_seconds)',
    for: '1m',
    labels: { severity: 'critical' },
    annotations: { summary: 'Evenkeel is not reached: nothing watches the caches and load balancers.' },
  },
  {
    alert: 'EvenkeelStandsStill',
    expr: 'time() - evenkeel_tick_timestamp_seconds > 60',
    labels: { severity: 'critical' },
    annotations: { summary: 'The engine of Evenkeel has not ticked for a minute.' },
  },
  {
    alert: 'EvenkeelStoreFailing',
    expr: 'evenkeel_store_failing == 1',
    for: '1m',
    labels: { severity: 'warning' },
    annotations: { summary: 'Nothing of Evenkeel reaches its disk.' },
  },
  {
    alert: 'EvenkeelNoticesFail',
    expr: 'increase(evenkeel_deliveries{state="failed"}[10m]) > 0',
    labels: { severity: 'warning' },
    annotations: { summary: 'Notices of Evenkeel do not arrive.' },
  },
]

/** `cache/hit-ratio-drop` as `EvenkeelCacheHitRatioDrop`. */
const alertName = (id: string, end = '') =>
  `Evenkeel${id
    .split(/[/-]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')}${end}`

/** Braces are Prometheus's own templates: none of the text is to be one. */
const plain = (text: string) => text.replaceAll('{{', '{ {')

function findingAlert({ id, title, why }: ExportedRule, url: string): Alert {
  return {
    alert: alertName(id),
    expr: `max by (rule, severity, target, pool, server, ring, node) (evenkeel_finding{rule="${id}"}) == 1`,
    labels: {},
    annotations: {
      summary: `${plain(title)}: {{ $labels.target }}{{ $labels.ring }} {{ $labels.pool }} {{ $labels.server }}{{ $labels.node }}`,
      description: plain(why),
      dashboard: `${url}/findings`,
      runbook_url: `${url}/rules/${id}`,
    },
  }
}

function plainAlert({ id, title, why, settings }: ExportedRule, url: string): Alert {
  const { severity, expr } = PLAIN[id]!
  return {
    alert: alertName(id, 'BySeries'),
    expr: expr(settings),
    for: seconds(Math.max(15_000, Number(settings.for))),
    labels: { severity },
    annotations: {
      summary: `${plain(title)}: {{ $labels.target }} {{ $labels.pool }} {{ $labels.server }}`,
      description: plain(why),
      runbook_url: `${url}/rules/${id}`,
    },
  }
}

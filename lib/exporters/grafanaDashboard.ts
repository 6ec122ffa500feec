import type { Topology } from '../model/topology.ts'

type Panel = Record<string, unknown>
type Query = { expr: string; legend: string }
type Figure = { title: string; unit: string; queries: Query[]; max?: number }

/** Panels stand two in a row of 24 columns. */
const [WIDTH, HEIGHT] = [12, 8]
/** Of a larger fleet everything is shown; of one of this size the names stand in the query. */
const NAMED_MOST = 200

/** A label's values as a regular expression of PromQL, as it stands within double quotes. */
const anyOf = (names: readonly string[]) =>
  names.length > NAMED_MOST
    ? '.+'
    : names
        .map((name) =>
          name
            .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
            .replace(/["\\]/g, '\\$&')
            .replaceAll('\n', '\\n'),
        )
        .join('|')

/**
 * A dashboard of Grafana (schema 39) for the present fleet: its caches, pools and rings on the series that Evenkeel sends by remote write, and
 * its findings and changes as annotations.
 */
export function grafanaDashboard({ targets, pools, rings }: Topology, url: string): Record<string, unknown> {
  const caches = targets.filter(({ role }) => role !== undefined).map(({ name }) => name)
  const balancers = [...new Set(pools.map(({ target }) => target))]
  const sections: [title: string, figures: Figure[]][] = [
    ...(caches.length > 0 ? [['Caches', cacheFigures(anyOf(caches))] as [string, Figure[]]] : []),
    ...(balancers.length > 0 ? [['Pools', poolFigures(anyOf(balancers))] as [string, Figure[]]] : []),
    ...(rings.length > 0 ? [['Rings', ringFigures(anyOf(rings.map(({ name }) => name)))] as [string, Figure[]]] : []),
  ]
  return {
    uid: 'evenkeel-fleet',
    title: 'Evenkeel: caches and load balancers',
    tags: ['evenkeel'],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    links: [{ title: 'Evenkeel', type: 'link', url, targetBlank: true }],
    templating: { list: [{ name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' }] },
    annotations: {
      list: [
        {
          name: 'Findings',
          datasource: SOURCE,
          enable: true,
          iconColor: 'orange',
          expr: 'evenkeel_finding',
          titleFormat: '{{rule}}',
          textFormat: '{{target}}{{ring}} {{pool}} {{server}}{{node}}',
          tagKeys: 'severity',
        },
        {
          name: 'Changes and incidents',
          datasource: { type: 'grafana', uid: '-- Grafana --' },
          enable: true,
          iconColor: 'blue',
          target: { type: 'tags', tags: ['evenkeel'], matchAny: false, limit: 100 },
        },
      ],
    },
    panels: panelsOf([['What is wrong now', FINDINGS], ...sections]),
  }
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills its own variable in
const SOURCE = { type: 'prometheus', uid: '${datasource}' }

const FINDINGS: Figure[] = [
  { title: 'Findings', unit: 'short', queries: [{ expr: 'sum by (severity) (evenkeel_finding)', legend: '{{severity}}' }] },
  { title: 'Targets that do not answer', unit: 'short', queries: [{ expr: 'evenkeel_target_up == 0', legend: '{{target}}' }] },
]

const cacheFigures = (names: string): Figure[] => {
  const where = `{target=~"${names}",pattern=""}`
  const rate = (metric: string) => `sum by (target) (rate(${metric}${where}[1m]))`
  return [
    {
      title: 'Hit ratio',
      unit: 'percentunit',
      max: 1,
      queries: [
        { expr: `${rate('cache_hits_total')} / (${rate('cache_hits_total')} + ${rate('cache_misses_total')})`, legend: '{{target}}' },
      ],
    },
    {
      title: 'Reads',
      unit: 'reqps',
      queries: [{ expr: `${rate('cache_hits_total')} + ${rate('cache_misses_total')}`, legend: '{{target}}' }],
    },
    {
      title: 'Memory of its limit',
      unit: 'percentunit',
      max: 1,
      queries: [{ expr: `cache_memory_used_bytes${where} / (cache_memory_max_bytes${where} > 0)`, legend: '{{target}}' }],
    },
    { title: 'Evictions', unit: 'cps', queries: [{ expr: rate('cache_evictions_total'), legend: '{{target}}' }] },
  ]
}

const poolFigures = (names: string): Figure[] => {
  const servers = `{target=~"${names}",server!=""}`
  const rate = (metric: string, by: string) => `sum by (${by}) (rate(${metric}${servers}[1m]))`
  const server = 'target, pool, server'
  const legend = '{{target}}/{{pool}}/{{server}}'
  return [
    { title: 'Requests', unit: 'reqps', queries: [{ expr: rate('pool_requests_total', server), legend }] },
    { title: 'Response time', unit: 's', queries: [{ expr: `pool_response_seconds${servers}`, legend }] },
    {
      title: 'Requests that fail',
      unit: 'percentunit',
      queries: [{ expr: `${rate('pool_errors_total', server)} / ${rate('pool_requests_total', server)}`, legend }],
    },
    { title: 'Weight in force', unit: 'short', queries: [{ expr: `pool_weight_effective${servers}`, legend }] },
  ]
}

const ringFigures = (names: string): Figure[] => [
  {
    title: 'Share of the keys',
    unit: 'percentunit',
    queries: [{ expr: `ring_share_owned{ring=~"${names}"}`, legend: '{{ring}}/{{node}}' }],
  },
  {
    title: 'Share of the reads',
    unit: 'percentunit',
    queries: [{ expr: `ring_share_seen{ring=~"${names}"}`, legend: '{{ring}}/{{node}}' }],
  },
]

function panelsOf(sections: [title: string, figures: Figure[]][]): Panel[] {
  const panels: Panel[] = []
  let y = 0
  for (const [title, figures] of sections) {
    panels.push({ id: panels.length + 1, type: 'row', title, collapsed: false, gridPos: { x: 0, y: y++, w: 2 * WIDTH, h: 1 }, panels: [] })
    for (const [index, figure] of figures.entries())
      panels.push(
        panelOf(figure, panels.length + 1, { x: (index % 2) * WIDTH, y: y + Math.floor(index / 2) * HEIGHT, w: WIDTH, h: HEIGHT }),
      )
    y += Math.ceil(figures.length / 2) * HEIGHT
  }
  return panels
}

const panelOf = ({ title, unit, queries, max }: Figure, id: number, gridPos: Panel): Panel => ({
  id,
  type: 'timeseries',
  title,
  datasource: SOURCE,
  gridPos,
  fieldConfig: { defaults: { unit, min: 0, ...(max !== undefined && { max }), custom: { spanNulls: false } }, overrides: [] },
  options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
  targets: queries.map(({ expr, legend }, index) => ({
    refId: String.fromCharCode(65 + index),
    datasource: SOURCE,
    expr,
    legendFormat: legend,
  })),
})

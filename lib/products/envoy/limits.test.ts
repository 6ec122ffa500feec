import { describe, expect, it } from 'vitest'
import { unsettableWeightError } from '../../changes/feasible.ts'
import { effective } from '../../model/admission.ts'
import { emptyTopology } from '../../model/topology.ts'
import { parseClusters } from './clusters.ts'
import { parseConfigDump } from './configDump.ts'
import { EjectionCounts } from './ejections.ts'
import { parseStats } from './stats.ts'

const at = (address: string, more: object = {}) => ({ address: { socket_address: { address, port_value: 80 } }, ...more })
/** A page of one cluster `c` with these thresholds in force, as `/clusters` shows them (clusters.proto). */
const page = (thresholds: object[] | null, hosts = [at('10.0.0.1'), at('10.0.0.2')], more: object = {}) =>
  JSON.stringify({
    cluster_statuses: [{ name: 'c', ...(thresholds && { circuit_breakers: { thresholds } }), host_statuses: hosts, ...more }],
  })
const dump = (cluster: object, ...more: object[]) =>
  parseConfigDump(
    JSON.stringify({ configs: [{ dynamic_active_clusters: [{ cluster: { name: 'c', type: 'EDS', ...cluster } }] }, ...more] }),
  ).clusters
const poolOf = (text: string, configs = dump({}), ejections = {}) => parseClusters(text, configs, () => true, ejections).pools[0]!

const usual = { max_connections: 1024, max_pending_requests: 1024, max_requests: 1024, max_retries: 3 }
const high = { priority: 'HIGH', ...usual, max_requests: 5 }
const filter = (type: string) => ({
  dynamic_listeners: [{ typed_config: { '@type': `type.googleapis.com/envoy.extensions.filters.http.${type}` } }],
})

describe('circuit breakers', () => {
  it('at their defaults are a limit in name only; one that is chosen is one, 1024 too', () => {
    expect(poolOf(page([usual, high])).admission).toMatchObject({
      limits: [
        {
          text: 'circuit breaker: at most 1024 requests, 1024 connections, 1024 waiting requests at once',
          nominal: expect.stringContaining("Envoy's default"),
        },
      ],
    })
    const chosen = poolOf(page([high, { ...usual, max_requests: 200 }])).admission!
    expect(effective(chosen)).toEqual([{ text: 'circuit breaker: at most 200 requests, 1024 connections, 1024 waiting requests at once' }])
    expect(chosen.because).toBeUndefined()
    expect(effective(poolOf(page([usual]), dump({ circuit_breakers: { thresholds: [{ max_requests: 1024 }] } })).admission!)).toHaveLength(
      1,
    )
  })

  it('that a control plane has switched off by the largest number are none', () => {
    const most = 4_294_967_295
    const off = { max_connections: most, max_pending_requests: most, max_requests: most }
    expect(poolOf(page([off]), dump({ circuit_breakers: { thresholds: [off] } })).admission!.limits).toEqual([
      { text: 'circuit breakers without a limit', nominal: expect.any(String) },
    ])
  })

  it('of each host are a limit of their own', () =>
    expect(
      effective(
        poolOf(page([usual]), dump({ circuit_breakers: { per_host_thresholds: [{ max_connections: { value: 40 } }] } })).admission!,
      ),
    ).toEqual([{ text: 'at most 40 connections at once on each host' }]))

  it('are not all: filters may limit before, and without the dump nobody knows', () => {
    expect(poolOf(page([usual]), dump({}, filter('local_ratelimit.v3.LocalRateLimit'))).admission!.because).toContain(
      '`local_ratelimit` stands',
    )
    expect(poolOf(page([usual]), dump({}, filter('router.v3.Router'))).admission!.because).toBeUndefined()
    expect(poolOf(page([usual]), new Map()).admission!.because).toContain('/config_dump')
    expect(poolOf(page(null), new Map()).admission).toBeUndefined()
  })

  const row = (stat: string, value: number, more = '') => `envoy_cluster_${stat}{envoy_cluster_name="c"${more}} ${value}`
  it('that are open, what is left before, and both counters of what they refuse', () => {
    const { samples } = parseStats(
      [
        row('circuit_breakers_default_rq_open', 1),
        row('circuit_breakers_default_cx_open', 0),
        row('circuit_breakers_default_remaining_rq', 12),
        row('circuit_breakers_high_rq_open', 1),
        row('upstream_rq_pending_overflow', 7),
        row('upstream_rq_active_overflow', 30),
        row('upstream_cx_overflow', 9),
      ].join('\n'),
      null,
    )
    expect(samples).toEqual([
      { metric: 'pool_breaker_open', labels: { pool: 'c', breaker: 'requests' }, value: 1 },
      { metric: 'pool_breaker_open', labels: { pool: 'c', breaker: 'connections' }, value: 0 },
      { metric: 'pool_breaker_remaining', labels: { pool: 'c', breaker: 'requests' }, value: 12 },
      { metric: 'pool_shed_total', labels: { pool: 'c' }, value: 37 },
      { metric: 'envoy_cluster_upstream_cx_overflow_total', labels: { pool: 'c' }, value: 9 },
    ])
    expect(parseStats('envoy_cluster_c_circuit_breakers_default_rq_open 1', null).samples).toEqual([samples[0]])
  })
})

describe('outlier detection', () => {
  const out = at('10.0.0.2', { health_status: { failed_outlier_check: true }, success_rate: { value: 43.2 } })
  const hosts = [at('10.0.0.1'), out, ...[3, 4, 5, 6, 7, 8, 9, 10].map((i) => at(`10.0.0.${i}`))]
  const config = dump({ outlier_detection: { consecutive_5xx: 7, base_ejection_time: '20s', max_ejection_percent: { value: 10 } } })
  const counters = (...rows: [stat: string, value: number][]) =>
    rows.map(([stat, value]) => `envoy_cluster_outlier_detection_ejections_${stat}{envoy_cluster_name="c"} ${value}`).join('\n')

  it('says what is ejected, by which cause, how long, and that no more can be', () => {
    const counts = new EjectionCounts()
    counts.take(counters(['enforced_consecutive_5xx', 2], ['enforced_success_rate', 1], ['enforced_total', 3]), new Map())
    counts.take(counters(['enforced_consecutive_5xx', 3], ['enforced_success_rate', 1], ['enforced_total', 4], ['overflow', 6]), new Map())
    const pool = poolOf(page([usual], hosts, { success_rate_ejection_threshold: { value: 61 } }), config, counts.all())
    expect(pool.servers[1]).toMatchObject({ state: 'down' })
    expect(pool.servers[1]!.downBecause).toMatch(
      /^ejected by outlier detection: 7 answers of 5xx in a row \(consecutive_5xx\), for 20.s the first time, longer each time, at most 5.min$/,
    )
    expect(pool.servers[0]!.downBecause).toBeUndefined()
    expect(pool.passiveChecks).toEqual([
      expect.stringMatching(/^Outlier detection looks each 10.s and takes a host out for 20.s .* of all hosts at most 10 %\.$/),
      'Ejected now: 10.0.0.2:80 (43 % of its answers were good; fewer than 61 % lead to an ejection).',
      expect.stringContaining('3 by 7 answers of 5xx in a row (consecutive_5xx), 1 by a success rate far below'),
      expect.stringContaining('1 of 10 hosts are ejected, as many as `max_ejection_percent` (10 %) allows'),
      expect.stringContaining('6 ejections were left out'),
    ])
  })

  it('names no cause that it does not know, and no numbers without the dump', () => {
    const counts = new EjectionCounts()
    counts.take(counters(['enforced_consecutive_5xx', 2], ['enforced_success_rate', 1]), new Map())
    expect(poolOf(page([usual], hosts), config, counts.all()).servers[1]!.downBecause).toMatch(/^ejected by outlier detection, for/)
    // A restart begins at zero: what is counted then is what ejected since.
    counts.take(counters(['enforced_success_rate', 1]), new Map())
    expect(poolOf(page([usual], hosts), config, counts.all()).servers[1]!.downBecause).toContain('(success_rate)')
    expect(poolOf(page([usual], hosts), new Map()).servers[1]!.downBecause).toBe('ejected by outlier detection')
    expect(poolOf(page([usual], hosts), new Map()).passiveChecks).toEqual([expect.stringContaining('10.0.0.2:80 (43 %')])
  })

  it('that is not set says nothing', () => expect(poolOf(page([usual])).passiveChecks).toBeUndefined())
})

describe('weights that the hosts report themselves (ORCA)', () => {
  const type =
    'type.googleapis.com/envoy.extensions.load_balancing_policies.client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin'
  const orca = (settings: object) =>
    poolOf(
      page([usual]),
      dump({ load_balancing_policy: { policies: [{ typed_extension_config: { typed_config: { '@type': type, ...settings } } }] } }),
    )

  it('leave those of endpoints without an effect: the page says so, and a change of one is refused with these words', () => {
    const pool = { ...orca({}), target: 'mesh' }
    expect(pool).toMatchObject({ balances: 'unknown', can: { state: true } })
    expect(pool.unknown![0]).toMatch(/\(ORCA\); weights of endpoints do nothing\. They report with their answers; a report counts from 10s/)
    const step = { setting: { target: 'mesh', name: 'c/10.0.0.1:80/weight' }, before: '1', after: '2' }
    expect(unsettableWeightError([step], { ...emptyTopology(), pools: [pool] })).toMatchObject({
      code: 'invalid',
      message: 'steps[0]: its weights come from what the hosts report (ORCA): those of endpoints do nothing.',
    })
  })

  it('may come apart from the answers', () =>
    expect(orca({ enable_oob_load_report: { value: true }, oob_reporting_period: '5s', blackout_period: '30s' }).unknown![0]).toContain(
      'They report apart from answers, each 5s; a report counts from 30s after',
    ))
})

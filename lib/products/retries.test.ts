import { describe, expect, it } from 'vitest'
import { addedByRetries } from '../model/retries.ts'
import { retriesOf as ofEnvoy, retriedBy } from './envoy/retries.ts'
import { parseConfigFile } from './haproxy/configFile.ts'
import { retriesOf } from './haproxy/retries.ts'
import { retriesIn } from './nginx/nextUpstream.ts'

describe('of HAProxy', () => {
  const of = (backend: string, defaults = '') =>
    retriesOf(parseConfigFile(`defaults\n mode http\n ${defaults}\nbackend app\n ${backend}\n server a 10.0.0.1:80\n`).pools[0]!.retry)

  it('connections that failed are no work of a server; answers are, as often as `retries` says', () => {
    expect(of('balance roundrobin')).toMatchObject({ more: 0, text: expect.stringContaining('`retries 3` by default, after failed connections alone') }) // biome-ignore format: one line
    expect(of('retry-on 503 response-timeout', 'retries 2')).toEqual({ more: 2, text: '`retries 2`, `retry-on 503 response-timeout`' })
    expect(of('retry-on all-retryable-errors\n option redispatch')).toEqual({
      more: 3,
      text: '`retries 3` by default, `option redispatch`, `retry-on all-retryable-errors`',
    })
    expect(of('retry-on none', 'retry-on 503')).toMatchObject({ more: 0 })
    expect(of('retries 0\n retry-on 503')).toMatchObject({ more: 0 })
  })

  it('what is not certain is not known', () => {
    expect(of('retries "$RETRIES"\n retry-on 503')).toEqual({ more: null, text: expect.stringContaining('environment variable') })
    expect(of('.if defined(X)\n retries 9\n .endif\n retry-on 503')).toMatchObject({ more: null })
  })
})

describe('of NGINX', () => {
  const file = (location: string, http = '') =>
    `http { ${http} upstream app { server a; server b; server c; } server { location / { ${location} } } }`

  it('each server once by default, fewer as `tries` says, inherited and whatever stands first', () => {
    expect(retriesIn(file('proxy_pass http://app;'), 'app', 3)).toEqual({
      more: 2,
      text: '`proxy_next_upstream` by default (error timeout), each of its 3 servers once',
    })
    expect(
      retriesIn(file('proxy_pass http://app/x; proxy_next_upstream_tries 2;', 'proxy_next_upstream error http_503;'), 'app', 3),
    ).toEqual({
      more: 1,
      text: '`proxy_next_upstream error http_503`, `proxy_next_upstream_tries 2`',
    })
    expect(retriesIn(file('proxy_next_upstream off; proxy_pass http://app;'), 'app', 3)).toMatchObject({ more: 0 })
    expect(retriesIn(file('fastcgi_pass app; proxy_next_upstream off;'), 'app', 3)).toMatchObject({ more: 2 })
  })

  it('is not known where no location of the file passes to it, or another file may say it', () => {
    expect(retriesIn('server a; server b;', 'app', 2)).toMatchObject({ more: null })
    expect(retriesIn(file('proxy_pass http://other;'), 'app', 3)).toMatchObject({ more: null })
    expect(retriesIn(file('include proxy.conf; proxy_pass http://app;'), 'app', 3)).toMatchObject({ more: null })
  })
})

describe('of Envoy', () => {
  const dump = (route: object, host: object = {}) => [
    {
      dynamic_route_configs: [
        { route_config: { virtual_hosts: [{ domains: ['*'], routes: [{ route: { cluster: 'app', ...route } }], ...host }] } },
      ],
    },
  ]
  const of = (route: object, host: object = {}, breakers: Parameters<typeof ofEnvoy>[1] = null) =>
    ofEnvoy(retriedBy(dump(route, host)).get('app'), breakers)

  it('the route decides, then its virtual host, within breaker or budget', () => {
    expect(of({})).toEqual({ more: 0, text: 'no route to it has a `retry_policy`' })
    expect(of({ retry_policy: { retry_on: '5xx', num_retries: { value: 4 } } })).toEqual({
      more: 4,
      atOnce: 3,
      text: '`num_retries: 4` on `5xx`, `max_retries: 3` by default',
    })
    expect(of({}, { retry_policy: { retry_on: 'reset' } }, { max_retries: 50 })).toMatchObject({ more: 1, atOnce: 50 })
    expect(of({ retry_policy: {} }, { retry_policy: { retry_on: 'reset' } })).toMatchObject({ more: 0 })
    expect(of({ retry_policy: { retry_on: '5xx' } }, {}, { retry_budget: { budget_percent: 25, min_retry_concurrency: 3 } })).toMatchObject({ more: 1, budget: 0.25 }) // biome-ignore format: one line
    expect(ofEnvoy(retriedBy(dump({})).get('other'), null)).toMatchObject({ more: null })
  })

  it('of several routes to a cluster that which tries most often decides, wherever it stands', () => {
    const routes = [1, 5, 2].map((num_retries) => dump({ retry_policy: { retry_on: '5xx', num_retries } }))
    for (const order of [routes, routes.toReversed()])
      expect(ofEnvoy(retriedBy([dump({}), ...order]).get('app'), null)).toMatchObject({ more: 5 })
  })
})

it('adds at most what the balancer lets through at once', () => {
  const text = ''
  expect(addedByRetries({ more: 3, text }, null)).toBe(3)
  expect(addedByRetries({ more: 3, atOnce: 10, text }, 100)).toBe(0.1)
  expect(addedByRetries({ more: 3, budget: 0.2, text }, 100)).toBe(0.2)
  expect(addedByRetries({ more: null, budget: 0.2, text }, 100)).toBeNull()
})

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration writes variables like this.
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { path, secret, url } from '../model/marks.ts'
import type { Config } from './config.ts'
import { ConfigError } from './error.ts'
import { configJsonSchema } from './jsonSchema.ts'
import { parseConfig } from './parse.ts'
import { redact } from './redact.ts'
import type { Schemas } from './schema.ts'

const schemas: Schemas = {
  targets: {
    redis: z.strictObject({
      kind: z.literal('redis'),
      name: z.string(),
      url: url(z.string().regex(/^(rediss?|unix):\/\//, { error: 'redis://HOST:PORT' })),
      password: secret(z.string()).optional(),
      role: z.enum(['cache', 'store']).optional(),
    }),
    haproxy: z.strictObject({ kind: z.literal('haproxy'), name: z.string(), socket: z.string(), config: path().optional() }),
    varnish: z.strictObject({
      kind: z.literal('varnish'),
      name: z.string(),
      region: z.string().optional(),
      labels: z.record(z.string(), z.string()).optional(),
      secret_file: path().optional(),
    }),
  },
  documents: ['redis'],
  notifiers: { webhook: z.strictObject({ url: secret(z.url()), secret: secret(z.string()).optional() }) },
  rules: {
    'cache/hit-ratio-drop': z.strictObject({
      drop: z.number().max(1).default(0.2),
      for: z.number().default(5000),
      resolveAfter: z.number().default(30_000),
    }),
  },
}
const read = (text: string, env: Record<string, string> = {}, files: Record<string, string> = {}): Config =>
  parseConfig(text, env, schemas, {
    file: '/etc/evenkeel/evenkeel.yaml',
    readFile(path) {
      if (!(path in files)) throw Object.assign(new Error('no such file'), { code: 'ENOENT' })
      return files[path]!
    },
  })
const refusal = (text: string, env?: Record<string, string>, files?: Record<string, string>): string => {
  try {
    read(text, env, files)
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n').slice(1).join('\n').trim()
    throw error
  }
  throw new Error('it was accepted')
}

const whole = `
listen: 127.0.0.1:3000
data: ./data
mode: tune
auth: { mode: none }
poll: { every: 1s, timeout: 900ms }
targets:
  - { kind: redis, name: cache-a, url: redis://127.0.0.1:6379, role: cache }
  - { kind: redis, name: cache-b, url: "\${B_URL}", password_file: secret/b, role: store }
  - { kind: haproxy, name: edge, socket: tcp://127.0.0.1:9999, config: haproxy.cfg }
rings:
  - name: products
    algorithm: ketama
    nodes: [ { target: cache-a, points: 160 }, { target: cache-b, points: "\${POINTS}" } ]
    control: { target: cache-a, key: "evenkeel:ring:products" }
    followers: 4
ttls:
  - { name: products, match: "product:*", ttl: 10m, jitter: 0.1, control: { target: cache-b, key: "evenkeel:ttl" } }
edges:
  - { from: "pool:edge/app", to: "ring:products" }
  - { from: "ring:products", to: "origin:db" }
receivers:
  - { name: hook, webhook: { url: "http://127.0.0.1:9000/hook", secret: "\${HOOK_SECRET}" } }
routes:
  - { match: { severity: critical }, to: [hook], wait: 10s, repeat: 4h }
rules:
  cache/hit-ratio-drop: { drop: 0.1, for: 10s }
`
const env = { B_URL: 'redis://:sentinel-b@10.0.0.2:6380', POINTS: '80', HOOK_SECRET: 'sentinel-hook' }
const files = { '/etc/evenkeel/secret/b': 'sentinel-file\n' }

describe('a whole file', () => {
  const config = read(whole, env, files)
  test('is read with its environment, its secret files and its durations', () => {
    expect(config).toMatchObject({
      listen: { host: '127.0.0.1', port: 3000 },
      data: '/etc/evenkeel/data',
      mode: 'tune',
      poll: { everyMs: 1000, timeoutMs: 900 },
      ttls: [{ ttlMs: 600_000, jitter: 0.1 }],
      routes: [{ waitMs: 10_000, repeatMs: 14_400_000, group: ['target'] }],
      rules: { 'cache/hit-ratio-drop': { enabled: true, settings: { drop: 0.1, for: 10_000, resolveAfter: 30_000 } } },
    })
    expect(config.targets[1]).toMatchObject({ url: env.B_URL, password: 'sentinel-file' })
    expect(config.targets[2]).toMatchObject({ config: '/etc/evenkeel/haproxy.cfg', socket: 'tcp://127.0.0.1:9999' })
  })
  test("a ring's node is hashed by host:port of its target", () => {
    expect(config.rings[0]!.spec.nodes).toEqual([
      { name: 'cache-a', address: '127.0.0.1:6379', points: 160 },
      { name: 'cache-b', address: '10.0.0.2:6380', points: 80 },
    ])
  })
  test('shows no secret', () => {
    expect(JSON.stringify(config.shown)).not.toContain('sentinel')
    expect(JSON.stringify(config.shown)).toContain('${HOOK_SECRET}')
  })
  test('warns of a control document on a cache that may evict it, and only of that', () => {
    expect(config.warnings).toEqual([expect.stringMatching(/^rings\[0\]\.control: .*cache-a, a cache that may evict it/)])
  })
})

test('warns of a sign-in whose words others on the way can read', () => {
  const roles = 'roles: { viewer: ["*"] }'
  const warningsOf = (auth: string, url: string) =>
    read(`listen: 0.0.0.0:3000\nurl: ${url}\nauth: ${auth}`).warnings.filter((text) => /read along/.test(text)).length
  for (const auth of ['{ mode: local }', `{ mode: oidc, issuer: "https://login.example", client_id: x, ${roles} }`]) {
    expect(warningsOf(auth, 'http://keel.example'), auth).toBe(1)
    for (const url of ['https://keel.example', 'http://127.0.0.1:3000', 'http://[::1]:3000']) expect(warningsOf(auth, url), url).toBe(0)
  }
})

test('how long things are kept and watched is what the file says; what it does not say is left to whoever uses it', () => {
  const { retention, watch } = read('retention: { raw: 2d }\nwatch: { before: 2m }')
  expect([retention, watch]).toEqual([{ rawMs: 2 * 86_400_000 }, { beforeMs: 120_000 }])
})

test('an empty file is a runtime without targets', () => {
  expect(read('')).toMatchObject({ targets: [], mode: 'observe', listen: { host: '127.0.0.1', port: 3000 }, auth: { mode: 'none' } })
})

test('a literal secret is redacted too', () => {
  const { shown } = read(
    'targets: [{kind: redis, name: a, url: "redis://user:sentinel@h:1", password: sentinel}]\nreceivers: [{name: r, webhook: {url: "http://h/x?token=sentinel", secret: sentinel}}]',
  )
  expect(JSON.stringify(shown)).not.toContain('sentinel')
  expect(redact([z.string()], '-----BEGIN EC PRIVATE KEY-----\nsentinel')).toBe('[redacted]')
})

test('a password of digits stays text', () => {
  expect(read('targets: [{kind: redis, name: a, url: "redis://h:1", password: "${P}"}]', { P: '0123' }).targets[0]).toMatchObject({
    password: '0123',
  })
})

describe('a refusal names the path, the line, what was found and what is allowed', () => {
  test.each([
    ['listen: 8080', /^listen \(line 1\): found 8080; allowed: a text$/],
    ['listen: nowhere', /^listen \(line 1\): found "nowhere"; allowed: HOST:PORT/],
    ['mode: tuned', /^mode \(line 1\): found "tuned"; allowed: "observe", "tune"$/],
    ['colour: red', /^colour \(line 1\): found the unknown key "colour"; allowed: listen, url, data, state, replica, mode, /],
    ['poll: { every: 10 parsecs }', /^poll\.every \(line 1\): found "10 parsecs"; allowed: a duration such as/],
    ['poll: { every: true }', /^poll\.every \(line 1\): found true; allowed: a duration such as/],
    [
      'targets:\n  - { kind: redis, name: a, url: redis://h:1, rôle: cache }',
      /^targets\[0\]\["rôle"\] \(line 2\): found the unknown key "rôle"; allowed: kind, name, url, password, role$/,
    ],
    ['targets:\n  - { kind: rediss, name: a }', /^targets\[0\]\.kind \(line 2\): found "rediss"; allowed: "redis", "haproxy", "varnish"$/],
    ['targets:\n  - { name: a }', /^targets\[0\]\.kind \(line 2\): found nothing; allowed: "redis", "haproxy", "varnish"$/],
    ['targets:\n  - { kind: redis, name: a, url: 5 }', /^targets\[0\]\.url \(line 2\): found 5; allowed: a text$/],
    ['targets: 5', /^targets \(line 1\): found 5; allowed: a list$/],
    [
      'targets:\n  - { kind: redis, name: a, url: redis://h:1 }\n  - { kind: haproxy, name: a, socket: s }',
      /^targets\[1\]\.name \(line 3\): found "a", which targets\[0\] is called too; allowed: a name of its own$/,
    ],
    ['rules: { cache/hit-ratio-dorp: { drop: 1 } }', /^rules\.cache\/hit-ratio-dorp .*unknown key.*allowed: cache\/hit-ratio-drop$/],
    ['rules: { cache/hit-ratio-drop: { dorp: 1 } }', /dorp .*found the unknown key "dorp"; allowed: drop, for, resolveAfter, enabled$/],
    ['rules: { cache/hit-ratio-drop: { drop: 7 } }', /drop \(line 1\): found 7; allowed: at most 1$/],
    ['rules: { cache/hit-ratio-drop: { for: soon } }', /for \(line 1\): found "soon"; allowed: a number$/],
    ['routes: [{ to: [nobody] }]', /^routes\[0\]\.to\[0\] \(line 1\): found "nobody"; allowed: the name of a receiver: there is none$/],
    ['receivers: [{ name: r, pigeon: {} }]', /^receivers\[0\]\.pigeon .*allowed: name, webhook$/],
    ['receivers: [{ name: r }]', /^receivers\[0\] .*without a channel; allowed: webhook$/],
    [
      'listen: 0.0.0.0:80\nauth: { mode: none }',
      /^auth\.mode \(line 2\): found "none" while listening on 0\.0\.0\.0; allowed: "local", "proxy" or "oidc", or listen/,
    ],
    ['auth: { mode: saml }', /^auth\.mode .*found "saml"; allowed: "none", "local", "proxy", "oidc"/],
    ['auth: { mode: oidc, client_id: a, roles: { viewer: ["*"] } }', /^auth\.issuer .*found nothing; allowed: a text/],
    ...['http://login.example', 'ftp://127.0.0.1', 'login.example', 'https://a:b@login.example', 'https://login.example/?a=b'].map(
      (issuer): [string, RegExp] => [
        `auth: { mode: oidc, issuer: "${issuer}", client_id: a, roles: { viewer: ["*"] } }`,
        /^auth\.issuer .*allowed: the issuer's https address/,
      ],
    ),
    [
      'auth: { mode: oidc, issuer: "https://a.example", client_id: a, scopes: [email], roles: { viewer: ["*"] } }',
      /^auth\.scopes .*with openid in it/,
    ],
    [
      'auth: { mode: oidc, issuer: "https://a.example", client_id: "", roles: {} }',
      /auth\.client_id .*[\s\S]*auth\.roles .*at least one of/,
    ],
    [
      'auth: { mode: oidc, issuer: "https://a.example", client_id: a, client_secret: 7, roles: { viewer: ["*"] } }',
      /^auth\.client_secret .*found "\[redacted\]"/,
    ],
    ['auth: { mode: proxy }', /^auth\.roles \(line 1\): found nothing; allowed: a mapping/],
    ['auth: { mode: proxy, roles: {} }', /^auth\.roles .*allowed: at least one of admin, operator and viewer/],
    ['auth: { mode: proxy, roles: { boss: [a] } }', /^auth\.roles\.boss .*the unknown key "boss"; allowed: viewer, operator, admin/],
    [
      'auth: { mode: proxy, trusted: [10.0.0.0/8, 0.0.0.0/0], roles: { viewer: ["*"] } }',
      /^auth\.trusted\[1\] .*allowed: an address or a network/,
    ],
    ['auth: { mode: proxy, trusted: [proxy.example], roles: { viewer: ["*"] } }', /^auth\.trusted\[0\] .*found "proxy\.example"/],
    ['auth: { mode: proxy, trusted: [], roles: { viewer: ["*"] } }', /^auth\.trusted .*allowed: at least 1 items/],
    ['auth: { mode: proxy, user: "X User", roles: { viewer: ["*"] } }', /^auth\.user .*allowed: the name of a header/],
    ['auth: { mode: proxy, user: X-A, groups: x-a, roles: { viewer: ["*"] } }', /^auth\.groups .*allowed: another header than user/],
    ['auth: { mode: local, roles: { viewer: ["*"] } }', /^auth\.roles .*the unknown key "roles"; allowed: mode/],
    [
      'rings: [{ name: r, nodes: [{ target: x }], control: { target: y, key: k } }]',
      /control\.target .*found "y"; allowed: the name of a target: there is none\n.*nodes\[0\]\.target .*found "x"/,
    ],
    [
      'targets: [{ kind: haproxy, name: m, socket: /run/m.sock }]\nedges: [{ from: clients, to: "cache:m/zone" }]',
      /^edges\[0\]\.to .*found "cache:m\/zone"; allowed: the name of a target: m$/,
    ],
    ['edges: [{ from: "ring:x", to: clients }]', /^edges\[0\]\.from .*found "ring:x"; allowed: the name of a ring: there is none$/],
    [
      'data: "${NOWHERE}"',
      /^data \(line 1\): found \$\{NOWHERE\}, which is not set in the environment; allowed: the name of a variable that is set$/,
    ],
    ['data_file: nowhere', /^data_file \(line 1\): found nowhere, which cannot be read \(ENOENT\); allowed: the path of a file$/],
    ['a: [1', /\(line 1\): found .*; allowed: YAML$/],
    ['mode: tune\nmode: observe', /\(line 2\): found Map keys must be unique; allowed: YAML$/],
    ['- 1', /^the file \(line 1\): found \["\[redacted\]"\]; allowed: a mapping$/],
  ])('%s', (text, expected) => {
    expect(refusal(text)).toMatch(expected)
  })
  test('and never prints a secret', () => {
    const text = refusal(
      'targets: [{kind: redis, name: a, url: "${U}", password: [sentinel]}, {kind: redis, name: b, url: "http://x:sentinel@h/"}]\nmode_file: m',
      { U: 'http://sentinel' },
      { '/etc/evenkeel/m': 'sentinel' },
    )
    expect(text).not.toContain('sentinel')
    expect(text).toContain('${U}')
  })
})

test('the JSON Schema comes from the same schemas', () => {
  const schema = configJsonSchema(schemas) as { properties: Record<string, unknown> }
  expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(['listen', 'targets', 'rings', 'rules']))
  expect(JSON.stringify(schema)).toContain('cache/hit-ratio-drop')
  // Editors and generators of forms know this word for what is never read back.
  expect(JSON.stringify(schema)).toContain('"password":{"type":"string","writeOnly":true}')
  expect(JSON.stringify(schema)).not.toMatch(/"(name|config|socket)":\{[^{}]*writeOnly/)
})

describe('a file that does not say where to listen', () => {
  const at = (text: string, host: string) =>
    parseConfig(text, {}, schemas, { file: '/etc/evenkeel/evenkeel.yaml', readFile: () => '', bound: { host, port: 8080 } })
  test('takes what is bound, on loopback or with a login', () => {
    expect(at('', '127.0.0.1')).toMatchObject({
      listen: { host: '127.0.0.1', port: 8080 },
      auth: { mode: 'none' },
      url: 'http://127.0.0.1:8080',
    })
    expect(at('auth: { mode: local }', '0.0.0.0')).toMatchObject({ listen: { host: '0.0.0.0', port: 8080 }, auth: { mode: 'local' } })
  })
  test.each([
    ['', '0.0.0.0'],
    ['', '127.0.0.9'],
    ['auth: { mode: none }', '::'],
    ['', '5f3c9a1b2d4e'],
  ])('is refused without a login: %j bound to %s', (text, host) =>
    expect(() => at(text, host)).toThrow(
      /^ {2}listen( \(line 1\))?: found nothing, while the server is bound to .*:8080; allowed: listen: .*, or a start by npm start/m,
    ),
  )
  test('and what it says stays what counts', () =>
    expect(at('listen: 127.0.0.1:3000', '0.0.0.0').listen).toEqual({ host: '127.0.0.1', port: 3000 }))
})

test('an edge to a pool without its name leads nowhere, and is told', () => {
  const { warnings } = read('targets: [{ kind: haproxy, name: m, socket: /run/m.sock }]\nedges: [{ from: "pool:m", to: "target:m" }]')
  expect(warnings).toEqual(['edges[0].from: "pool:m" names no pool, which is pool:TARGET/POOL; nothing follows from this edge.'])
})

test('an edge may lead to a cache that is found through a target', () => {
  const edges = (to: string) => `targets: [{ kind: redis, name: apps, url: "redis://h:1" }]\nedges: [{ from: clients, to: "${to}" }]`
  expect(read(edges('cache:apps:categories')).edges).toEqual([{ from: 'clients', to: 'cache:apps:categories' }])
  expect(() => read(edges('cache:appsx:categories'))).toThrow(/found "cache:appsx:categories"; allowed: the name of a target: apps$/m)
})

test('prices are of all targets, or of single ones that are there', () => {
  const of = (prices: string) => `targets: [{ kind: redis, name: a, url: "redis://h:1" }]\nprices: ${prices}`
  expect(read('').prices).toEqual({ targets: {} })
  expect(
    read(of('{ gibMonth: 25, originLatency: 40ms, currency: EUR, targets: { "a:10.0.0.5:1": { originRead: 0.1, originLatency: 1s } } }'))
      .prices,
  ).toEqual({
    gibMonth: 25,
    originLatencyMs: 40,
    currency: 'EUR',
    targets: { 'a:10.0.0.5:1': { originRead: 0.1, originLatencyMs: 1_000 } },
  })
  expect(refusal(of('{ targets: { b: { gibMonth: 1 } } }'))).toContain('prices.targets.b')
  expect(refusal(of('{ gibMonth: -1 }'))).toContain('prices.gibMonth')
  expect(refusal(of('{ currency: "EUR a month" }'))).toContain('up to 8 letters')
})

test('a file that a product reads itself stays a path, and need not be there', () => {
  const { targets, shown } = read('targets: [{ secret_file: s, kind: varnish, name: v }]')
  expect(targets).toEqual([{ kind: 'varnish', name: 'v', secret_file: '/etc/evenkeel/s' }])
  expect(shown).toMatchObject({ targets: [{ secret_file: 's' }] })
  // Of another product, and of a key of the same name elsewhere, it is a value in a file.
  expect(refusal('targets: [{ kind: haproxy, name: h, secret_file: s }]')).toMatch(/targets\[0\]\.secret_file .*cannot be read/)
  expect(refusal('receivers: [{ name: r, webhook: { url: "http://h/", secret_file: s } }]')).toMatch(/secret_file .*cannot be read/)
})

test('the region of a target is its label, and a label that says otherwise is refused', () => {
  const of = (keys: string) => `targets: [{ kind: varnish, name: a, ${keys} }]`
  expect(read(of('region: eu-west-1, labels: { team: shop }')).targets[0]!.labels).toEqual({ team: 'shop', region: 'eu-west-1' })
  expect(read(of('labels: { region: eu }')).targets[0]!.labels).toEqual({ region: 'eu' })
  expect(refusal(of('region: eu-west-1, labels: { region: us-east-1 }'))).toMatch(/targets\[0\]\.labels\.region.*us-east-1.*eu-west-1/s)
})

import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ConfigError } from './error.ts'
import { parseConfig } from './parse.ts'

const SCHEMAS = {
  targets: {
    redis: z.strictObject({
      kind: z.literal('redis'),
      name: z.string(),
      url: z.string(),
      role: z.string(),
      labels: z.record(z.string(), z.string()).optional(),
    }),
  },
  documents: ['redis'],
  notifiers: { hook: z.strictObject({ url: z.string() }) },
  rules: { 'cache/x': z.strictObject({}), 'cache/y': z.strictObject({}), 'cache/off': z.strictObject({}) },
}
const OTHERS = `targets:
  - { kind: redis, name: cache-a, url: x, role: store }
  - { kind: redis, name: cache-b, url: x, role: store, labels: { tier: front } }
rings: [{ name: r, nodes: [{ name: n, address: a }], control: { target: cache-a, key: k } }]
rules: { cache/off: { enabled: false } }
`
const read = (routes: string) =>
  parseConfig(
    `${OTHERS}receivers:\n  - { name: ops, hook: { url: x } }\nroutes:\n${routes
      .trim()
      .split('\n')
      .map((line) => `  ${line}`)
      .join('\n')}\n`,
    {},
    SCHEMAS,
    { file: '/etc/evenkeel.yaml', readFile: () => '' },
  )

test('a route with everything', () => {
  const { routes } = read(`
- match: { severity: warning }
  to: [ops]
  group: []
  continue: true
  limit: 20/h
  inhibit: [{ by: { rule: cache/x }, mute: { severity: warning }, equal: [target] }, { by: { rule: cache/y } }]
  quiet: [{ days: [sat, sun], from: "22:00", to: "07:30", zone: Europe/Zurich, but: { severity: critical } }, {}]`)
  expect(routes).toEqual([
    {
      match: { severity: 'warning' },
      matchers: [],
      to: ['ops'],
      group: [],
      waitMs: 10_000,
      repeatMs: 14_400_000,
      continue: true,
      limit: { count: 20, perMs: 3_600_000 },
      inhibit: [
        { by: { rule: 'cache/x' }, mute: { severity: 'warning' }, equal: ['target'] },
        { by: { rule: 'cache/y' }, mute: {}, equal: [] },
      ],
      followers: 'mute',
      quiet: [
        { days: ['sat', 'sun'], from: 1320, to: 450, zone: 'Europe/Zurich', but: { severity: 'critical' } },
        { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: 0, to: 1440, zone: 'UTC', but: null },
      ],
    },
  ])
  expect(read('- { to: [ops], limit: 5/m }').routes[0]).toMatchObject({ limit: { count: 5, perMs: 60_000 }, continue: false })
})

describe('what a route may not be', () => {
  test.each([
    [`matchers: ['target=~"(a+)+"']`, /routes\[0\]\.matchers\[0\].*run for ever/],
    ['matchers: [target]', /routes\[0\]\.matchers\[0\].*LABEL, one of/],
    ['limit: 20', /routes\[0\]\.limit.*20.*1 to 1000: 5\/m, 20\/h/],
    ['limit: 0/h', /routes\[0\]\.limit/],
    ['limit: 1001/m', /routes\[0\]\.limit/],
    ['limit: 20/d', /routes\[0\]\.limit/],
    ['quiet: [{ from: "24:01" }]', /routes\[0\]\.quiet\[0\]\.from.*"00:00" to "24:00"/],
    ['quiet: [{ to: 7 }]', /routes\[0\]\.quiet\[0\]\.to.*in quotes/],
    ['quiet: [{ to: "07:60" }]', /routes\[0\]\.quiet\[0\]\.to/],
    ['quiet: [{ days: [] }]', /routes\[0\]\.quiet\[0\]\.days/],
    ['quiet: [{ days: [saturday] }]', /routes\[0\]\.quiet\[0\]\.days\[0\].*saturday.*sat/],
    ['quiet: [{ zone: Europe/Atlantis }]', /routes\[0\]\.quiet\[0\]\.zone.*Europe\/Atlantis.*IANA/],
    ['quiet: [{ but: {} }]', /routes\[0\]\.quiet\[0\]\.but.*at least one label/],
    ['quiet: [{ but: { severity: page } }]', /routes\[0\]\.quiet\[0\]\.but\.severity.*page.*info, warning or critical/],
    ['inhibit: [{ mute: {} }]', /routes\[0\]\.inhibit\[0\]\.by/],
    ['inhibit: [{ by: {} }]', /routes\[0\]\.inhibit\[0\]\.by.*at least one label/],
    ['inhibit: [{ by: { severity: bad } }]', /routes\[0\]\.inhibit\[0\]\.by\.severity.*bad/],
    ['continue: 1', /routes\[0\]\.continue/],
  ])('%s', (wrong, message) => {
    expect(() => read(`- { to: [ops], ${wrong} }`)).toThrow(ConfigError)
    expect(() => read(`- { to: [ops], ${wrong} }`)).toThrow(message)
  })
})

describe('what can never match is a warning', () => {
  const warnings = (routes: string) => read(routes).warnings
  test('nothing is warned of where all is reached', () => {
    expect(
      warnings(`
- { match: { severity: critical, target: cache-a }, to: [ops], continue: true }
- { match: { severity: critical, target: cache-a }, to: [ops] }
- { match: { rule: cache/x }, to: [ops], continue: true, quiet: [{ but: { severity: critical } }] }
- { match: { target: "cache-a:10.0.0.1:6379" }, to: [ops], inhibit: [{ by: { rule: cache/x }, equal: [target] }] }
- { match: { target: "ring:r" }, to: [ops] }
- { match: { rule: change/failed }, to: [ops] }
- { match: { ring: r, node: n }, to: [ops] }
- { matchers: ['target=~"cache-.*"', 'pool!=""'], to: [ops] }
- { matchers: ['target=~"cache-a:.*"'], to: [ops] }
- { matchers: ['target=~"cache-(a|b)"', 'severity=~"warning|critical"', 'rule!~"change/.*"'], to: [ops] }
- { matchers: ['severity="info"'], to: [ops], continue: true }
- { matchers: ['team!="web"', 'key=~"user:.*"'], to: [ops] }
- { match: { tier: front, target: cache-b }, to: [ops] }
- { matchers: ['tier=~"f.*"'], to: [ops], continue: true }
- { match: {}, to: [ops] }
- { match: { severity: info }, to: [ops] }`),
    ).toEqual([])
  })
  test.each([
    ['- { match: { rule: cache/z }, to: [ops] }', /^routes\[0\]\.match: this route takes nothing: there is no rule "cache\/z"\.$/],
    ['- { match: { rule: cache/off }, to: [ops] }', /routes\[0\]\.match: .*cache\/off is switched off/],
    ['- { match: { target: cach-a }, to: [ops] }', /routes\[0\]\.match: .*no target "cach-a"/],
    ['- { match: { ring: q }, to: [ops] }', /routes\[0\]\.match: .*no ring "q"/],
    ['- { match: { ring: r, target: cache-a }, to: [ops] }', /routes\[0\]\.match: .*a finding about a ring has no target/],
    ['- { match: { tier: back }, to: [ops] }', /routes\[0\]\.match: .*no target has the label tier: back/],
    [`- { matchers: ['tier=~"back.*"'], to: [ops] }`, /no target fits tier=~"back/],
    ['- { match: { team: web }, to: [ops] }', /routes\[0\]\.match: .*no finding has a label "team"/],
    [
      `- { matchers: ['target=~"cach-.*"'], to: [ops] }`,
      /^routes\[0\]\.matchers: this route takes nothing: no target fits target=~"cach-\.\*"\.$/,
    ],
    [`- { matchers: ['rule=~"cahe/.*"'], to: [ops] }`, /no rule that is switched on fits/],
    [`- { matchers: ['rule="cache/off"'], to: [ops] }`, /cache\/off is switched off/],
    [`- { matchers: ['severity=~"page"'], to: [ops] }`, /no severity fits/],
    [`- { matchers: ['severity=~"info"'], to: [ops] }`, /severity info go only where/],
    [`- { matchers: ['team="web"'], to: [ops] }`, /no finding has a label "team"/],
    [`- { matchers: ['team=~"web.*"'], to: [ops] }`, /no finding has a label "team"/],
    [`- { match: { target: cache-a }, matchers: ['target!="cache-a"'], to: [ops] }`, /both target: cache-a and target!="cache-a"/],
    [`- { match: { ring: r }, matchers: ['target=~"cache.*"'], to: [ops] }`, /a finding about a ring has no target/],
    [`- { matchers: ['target!="x"'], to: [ops] }\n- { match: { target: cache-a }, to: [ops] }`, /^routes\[1\]: /],
    ['- { to: [ops] }\n- { match: { rule: cache/x }, to: [ops] }', /^routes\[1\]: this route takes nothing: routes\[0\] takes all of it/],
    ['- { match: { severity: info }, to: [ops] }\n- { match: { severity: info, rule: cache/x }, to: [ops] }', /^routes\[1\]: /],
    ['- { to: [ops], inhibit: [{ by: { rule: cache/z } }] }', /^routes\[0\]\.inhibit\[0\]: this holds nothing back: there is no rule/],
    ['- { match: { rule: cache/x }, to: [ops], inhibit: [{ by: { rule: cache/y }, mute: { rule: cache/y } }] }', /only rule: cache\/x/],
    ['- { to: [ops], inhibit: [{ by: { rule: cache/x }, mute: { rule: cache/x } }] }', /are the same/],
    ['- { to: [ops], inhibit: [{ by: { target: cache-a }, mute: { target: cache-b }, equal: [target] }] }', /differ in target/],
    ['- { to: [ops], quiet: [{ but: { rule: cache/z } }] }', /^routes\[0\]\.quiet\[0\]\.but: this excepts nothing: there is no rule/],
    ['- { match: { severity: warning }, to: [ops], quiet: [{ but: { severity: critical } }] }', /the route takes only severity: warning/],
    ['- { match: { severity: critical }, to: [ops], quiet: [{ but: { severity: critical } }] }', /excepts all that the route takes/],
  ])('%s', (routes, warning) => {
    const [first] = warnings(routes)
    expect(first).toMatch(warning)
  })
  test('a receiver that no route reaches', () => {
    expect(warnings('- { match: { rule: cache/z }, to: [ops] }').slice(1)).toEqual([
      'receivers[0]: no route sends to "ops"; only tests reach it.',
    ])
  })
})

import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ConfigError } from './error.ts'
import { parseConfig } from './parse.ts'

const SCHEMAS = {
  targets: {},
  documents: [],
  notifiers: { hook: z.strictObject({ url: z.string() }) },
  rules: { 'cache/x': z.strictObject({}), 'cache/y': z.strictObject({}) },
}
const read = (routes: string) =>
  parseConfig(
    `receivers:\n  - { name: ops, hook: { url: x } }\nroutes:\n${routes
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

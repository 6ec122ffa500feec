// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration writes variables like this.
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { secret, url } from '../../model/marks.ts'
import type { Schemas } from '../schema.ts'
import { redactedDiff } from './diff.ts'
import { type AlertsEdit, editedText, shownAlerts } from './edit.ts'

const schemas: Schemas = {
  targets: {},
  documents: [],
  notifiers: {
    slack: z.strictObject({ url: secret(z.string()) }),
    gotify: z.strictObject({ url: url(z.string()), token: secret(z.string()) }),
    email: z.strictObject({ to: z.array(z.string()), smarthost: z.string(), password: secret(z.string()).optional() }),
  },
  rules: {},
}
const FILE = `# Evenkeel of the shop. Ask ann before you touch it.
listen:   127.0.0.1:3000      # loopback
data: "./data"

# --- who is told ---
receivers:   # old token was xoxb-12345-abcdef-67890
  # the night crew
  - { name: ops,   slack: { url: "https://hooks.example/T0/SECRETPATH" } }   # their channel
  # by phone
  - name: phone       # rings
    gotify:
      url: 'https://push.example'   # behind the VPN
      token: tok-en   # rotated in May

    # mail too
    email: { to: [ann@example.com, bob@example.com], smarthost: "mx:25", password_file: /run/secrets/mail }
  - { name: env, slack: { url: "\${SLACK_URL}" } }

routes:
  # the worst first
  - match: { severity: critical }   # pages
    to:
      - phone
      - ops   # both
    wait: 10s
  - { match: {}, to: [ops], repeat: 4h }
# the end
`
/** The edit that changes nothing. */
const asShown = (text: string): AlertsEdit => {
  const { receivers, routes } = shownAlerts(text, schemas)
  const items = (list: object[]) => list.map((value, was) => ({ was, value: structuredClone(value) }))
  return { receivers: items(receivers), routes: items(routes) }
}
const edited = (change: (edit: { receivers: Item[]; routes: Item[] }) => void, text = FILE): string => {
  const edit = asShown(text) as { receivers: Item[]; routes: Item[] }
  change(edit)
  return editedText(text, edit, schemas, ['/run/secrets/'])
}
// biome-ignore lint/suspicious/noExplicitAny: the shape of the file's own data.
type Item = { was: number | null; value: any }
/** The lines that differ. */
const changed = (after: string, text = FILE): string[] => {
  const [before, now] = [text.split('\n'), after.split('\n')]
  return [...before.filter((line) => !now.includes(line)).map((line) => `-${line}`), ...now.filter((line) => !before.includes(line)).map((line) => `+${line}`)] // biome-ignore format: one line
}

test('what is shown holds no secret, and an edit that changes nothing leaves each byte', () => {
  expect(JSON.stringify(shownAlerts(FILE, schemas))).not.toMatch(/SECRETPATH|tok-en/)
  expect(shownAlerts(FILE, schemas).receivers[0]).toEqual({ name: 'ops', slack: { url: '[redacted]' } })
  expect(edited(() => {})).toBe(FILE)
})

describe('only what differs is written', () => {
  test.each<[string, (edit: { receivers: Item[]; routes: Item[] }) => void, string[]]>([
    ['a scalar', ({ routes }) => (routes[0]!.value.wait = '30s'), ['-    wait: 10s', '+    wait: 30s']],
    ['a key that comes', ({ routes }) => (routes[0]!.value.limit = '20/h'), ['+    limit: 20/h']],
    ['a key that comes on one line', ({ routes }) => (routes[1]!.value.limit = '20/h'), ['-  - { match: {}, to: [ops], repeat: 4h }', '+  - { match: {}, to: [ops], repeat: 4h, limit: 20/h }']],
    ['a key that goes', ({ routes }) => delete routes[0]!.value.wait, ['-    wait: 10s']],
    ['the first key goes', ({ routes }) => delete routes[0]!.value.match, ['-  - match: { severity: critical }   # pages', '-    to:', '+  - to:']],
    ['a key of one line goes', ({ routes }) => delete routes[1]!.value.repeat, ['-  - { match: {}, to: [ops], repeat: 4h }', '+  - { match: {}, to: [ops] }']],
    ['an item of a short list', ({ receivers }) => receivers[1]!.value.email.to.pop(), ['-    email: { to: [ann@example.com, bob@example.com], smarthost: "mx:25", password_file: /run/secrets/mail }', '+    email: { to: [ann@example.com], smarthost: "mx:25", password_file: /run/secrets/mail }']],
    ['a new secret', ({ receivers }) => (receivers[1]!.value.gotify.token = 'n: ew'), ['-      token: tok-en   # rotated in May', '+      token: "n: ew"   # rotated in May']],
    ['a receiver that comes', ({ receivers }) => receivers.push({ was: null, value: { name: 'new', slack: { url: 'https://x' } } }), ['+  - name: new', '+    slack: { url: https://x }']],
    ['a receiver that goes, with its comment', ({ receivers }) => receivers.shift(), ['-  # the night crew', '-  - { name: ops,   slack: { url: "https://hooks.example/T0/SECRETPATH" } }   # their channel']],
    ['routes change places', ({ routes }) => routes.reverse(), []],
    ['a channel moves to a mapping of more', ({ receivers }) => (receivers[0]!.value.email = { to: ['x@y'], smarthost: 'mx:25' }), ['-  - { name: ops,   slack: { url: "https://hooks.example/T0/SECRETPATH" } }   # their channel', '+  - { name: ops,   slack: { url: "https://hooks.example/T0/SECRETPATH" }, email: { to: [ x@y ], smarthost: mx:25 } }   # their channel']],
  ])('%s', (_, change, lines) => {
    const after = edited(change)
    expect(changed(after)).toEqual(lines)
    for (const comment of ['# Evenkeel of the shop', '# loopback', '# --- who is told ---', '# behind the VPN', '# mail too', '# both', '# the end']) expect(after).toContain(comment) // biome-ignore format: one line
  }) // biome-ignore format: the table
  test('all of a section goes, or comes', () => {
    expect(edited((edit) => (edit.routes = []))).toContain('routes:\n  # the worst first\n  []\n# the end')
    expect(edited(({ routes }) => routes.push({ was: null, value: { to: ['a'] } }), 'mode: tune # x')).toBe(
      'mode: tune # x\nroutes:\n  - { to: [ a ] }\n',
    )
    expect(edited(({ routes }) => routes.push({ was: null, value: { to: ['a'] } }), 'routes: [] # none\nmode: tune\n')).toBe('routes:\n  - { to: [ a ] } # none\nmode: tune\n') // biome-ignore format: one line
    expect(edited(({ routes }) => routes.push({ was: null, value: { to: ['a'] } }), '{ "mode": "tune" }\n')).toBe('{ "mode": "tune", routes: [ { to: [ a ] } ] }\n') // biome-ignore format: one line
  })
})

describe('anchors', () => {
  const shared = `x: &all [ops]\nreceivers:\n  - { name: ops, slack: { url: &hook https://SECRET } }\n  - { name: b, slack: { url: *hook } }\nroutes:\n  - &one { match: {}, to: [ops], wait: 1s }\n  - *one\n` // biome-ignore format: one line
  test('an alias becomes a value of its own', () => {
    expect(
      changed(
        edited(({ routes }) => (routes[1]!.value = { to: ['b'] }), shared),
        shared,
      ),
    ).toEqual(['-  - *one', '+  - { to: [ b ] }'])
  })
  test('what others share is not changed for them too', () => {
    expect(() => edited(({ routes }) => (routes[0]!.value.wait = '2s'), shared)).toThrow(/anchors: edit the file by hand/)
    expect(() => edited(({ receivers }) => (receivers[0]!.value.slack.url = 'https://other'), shared)).toThrow(/by hand/)
  })
})

describe('what an edit may not do', () => {
  test.each<[string, (edit: { receivers: Item[] }) => void, RegExp]>([
    ['keep a secret that is not there', ({ receivers }) => receivers.push({ was: null, value: { name: 'n', slack: { url: '[redacted]' } } }), /receivers\[3\]\.slack\.url: .*type it/],
    ['send a kept secret to another address', ({ receivers }) => (receivers[1]!.value.gotify.url = 'https://evil'), /receivers\[1\]\.gotify\.token: url is another now/],
    ['name a file of the machine', ({ receivers }) => (receivers[0]!.value.slack = { url_file: '/etc/shadow' }), /slack\.url_file: from the page, files may be named in \/run\/secrets\//],
    ['name one by a way around', ({ receivers }) => (receivers[0]!.value.slack = { url_file: '/run/secrets/../../etc/shadow' }), /url_file/],
    ['be of an item that is not there', ({ receivers }) => (receivers[0]!.was = 9), /receivers\[0\]\.was/],
  ])('%s', (_, change, message) => {
    expect(() => edited(change)).toThrow(message)
  }) // biome-ignore format: the table
  test('it may name a file where secrets are, and a variable', () => {
    expect(edited(({ receivers }) => (receivers[0]!.value.slack = { url_file: '/run/secrets/slack' }))).toContain('slack: { url_file: /run/secrets/slack }') // biome-ignore format: one line
    expect(edited(({ receivers }) => (receivers[0]!.value.slack.url = '${HOOK}'))).toContain('slack: { url: "${HOOK}" }')
  })
})

test('the diff names what changes and holds no secret, of either text or of a comment', () => {
  const after = edited(({ receivers }) => {
    receivers[0]!.value.slack.url = 'https://hooks.example/NEWSECRET'
    receivers[1]!.value.name = 'ring'
  })
  const diff = redactedDiff('evenkeel.yaml', FILE, after, schemas)
  expect(diff).toMatch(/^--- evenkeel\.yaml\n\+\+\+ evenkeel\.yaml\n@@/)
  expect(diff).toContain('-  - { name: ops,   slack: { url: "[redacted]" } }   # their channel')
  expect(diff).toContain('+  - { name: ops,   slack: { url: "[new secret]" } }   # their channel')
  expect(diff).toContain('+  - name: ring       # rings')
  expect(diff).toContain('# old token was [redacted]')
  expect(diff).not.toMatch(/SECRET|tok-en|xoxb/)
  expect(redactedDiff('evenkeel.yaml', FILE, FILE, schemas)).toBe('')
})

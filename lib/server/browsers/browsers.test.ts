import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { createBrowser } from '../../../test/pushService.ts'
import { ANONYMOUS, type Identity } from '../../auth/identity.ts'
import { createStore } from '../../store/store.ts'
import { createBrowsers, isKnown } from './browsers.ts'
import { mayPushTo } from './pushServices.ts'

const data = mkdtempSync(join(tmpdir(), 'evenkeel-browsers-'))
afterAll(() => rmSync(data, { recursive: true }))
const person = (id: string, role: 'viewer' | 'admin' = 'viewer'): Identity => ({ kind: 'person', id, name: id, role, session: null })
const at = (path: string) => createBrowser(`https://fcm.googleapis.com/${path}`).subscription

function open() {
  const { memory } = createStore({ path: ':memory:' })
  const gone = new Set<string>()
  let now = 0
  return { gone, browsers: createBrowsers({ memory, data, now: () => ++now, known: (owner) => !gone.has(owner) }) }
}

test('a browser is of the person who subscribed it, and ends with them', () => {
  const { browsers, gone } = open()
  const [ann, bob] = [person('ann'), person('bob')]
  const { id } = browsers.subscribe(at('a'), ann)
  browsers.subscribe(at('b'), bob)
  expect(browsers.of(ann).map((one) => one.id)).toEqual([id])
  expect(() => browsers.unsubscribe(id, bob)).toThrow('no browser of that id')
  expect(browsers.list()).toHaveLength(2)
  gone.add('bob')
  expect(browsers.list().map(({ endpoint }) => endpoint)).toEqual(['https://fcm.googleapis.com/a'])
  browsers.unsubscribe(id, ann)
  expect(browsers.list()).toEqual([])
})

test('one endpoint is one browser, whoever subscribed it last; of twenty-one the oldest is forgotten', () => {
  const { browsers } = open()
  browsers.subscribe(at('a'), person('ann'))
  browsers.subscribe(at('a'), person('bob'))
  expect(browsers.of(person('ann'))).toEqual([])
  for (let index = 0; index < 20; index++) browsers.subscribe(at(String(index)), person('bob'))
  expect(browsers.of(person('bob'))).toHaveLength(20)
  expect(browsers.list().map(({ endpoint }) => endpoint)).not.toContain('https://fcm.googleapis.com/a')
  browsers.gone('https://fcm.googleapis.com/3')
  expect(browsers.list()).toHaveLength(19)
})

test('a token has no browser', () => {
  const { browsers } = open()
  expect(() => browsers.subscribe(at('a'), { kind: 'token', id: 't', name: 't', role: 'admin', owner: null })).toThrow('not an API token')
})

test('the keys are made once, readable by their owner alone', () => {
  const first = open().browsers.keys()
  expect(open().browsers.keys()).toEqual(first)
  expect(Buffer.from(first.publicKey, 'base64url')).toHaveLength(65)
  expect(statSync(join(data, 'webpush.key')).mode & 0o777).toBe(0o600)
})

test.each([
  ['https://fcm.googleapis.com/fcm/send/x', true, true],
  ['https://updates.push.services.mozilla.com/wpush/v2/x', true, true],
  ['https://web.push.apple.com/x', true, true],
  ['https://wns2-par02p.notify.windows.com/w/?token=x', true, true],
  ['https://push.example.com/x', false, true],
  ['http://169.254.169.254/latest', false, true],
  ['http://fcm.googleapis.com/x', false, true],
  ['https://fcm.googleapis.com:8443/x', false, true],
  ['https://fcm.googleapis.com.evil.example/x', false, true],
  ['https://ann:x@fcm.googleapis.com/x', false, false],
  ['ftp://fcm.googleapis.com/x', false, false],
  ['nothing', false, false],
])('%s: viewer %s, admin %s', (endpoint, viewer, admin) => {
  expect([mayPushTo(endpoint, 'viewer'), mayPushTo(endpoint, 'operator'), mayPushTo(endpoint, 'admin')]).toEqual([viewer, viewer, admin])
})

test('what was subscribed without a sign-in ends once there is one', () => {
  const nameOf = (id: string) => (id === 'ann' ? 'Ann' : null)
  expect(isKnown({ mode: 'none', nameOf }, ANONYMOUS.id)).toBe(true)
  expect(isKnown({ mode: 'local', nameOf }, ANONYMOUS.id)).toBe(false)
  expect(isKnown({ mode: 'local', nameOf }, 'ann')).toBe(true)
  expect(isKnown({ mode: 'local', nameOf }, 'bob')).toBe(false)
})

import { expect, test } from 'vitest'
import { poolOf } from '../../../test/normal.ts'
import { FROM, judge, load } from '../../../test/series.ts'
import type { HeldWeight } from '../../model/heldWeight.ts'
import type { Pool } from '../../model/topology.ts'
import { weightHeldBack } from './weight-held-back.ts'

type Server = { response?: string; requests?: string; errors?: string; up?: string }
const SECONDS = 900
const MINUTE = 60_000
/** Of a server that was lowered long ago, and was slow for a while all the same. */
const LONG_AGO: HeldWeight = { weight: 100, writtenAt: FROM - 60 * MINUTE, slowUntil: FROM - 20 * MINUTE, slowMs: 40 * MINUTE, relapses: 0 } // biome-ignore format: one line
const USUAL: Server = { response: `0.02x${SECONDS}`, requests: `0+50x${SECONDS}`, errors: `0x${SECONDS}` }

const windowOf = (own: Server, others: Server[]) =>
  load(
    1_000,
    Object.fromEntries(
      [own, ...others].flatMap((server, i) => {
        const { response, requests, errors, up = `1x${SECONDS}` } = { ...USUAL, ...server }
        const labels = `{target=edge,pool=app,server=app${i + 1}}`
        return [
          [`pool_response_seconds${labels}`, response!],
          [`pool_requests_total${labels}`, requests!],
          [`pool_errors_total${labels}`, errors!],
          [`pool_up${labels}`, up],
        ]
      }),
    ),
  )

function said(
  own: Server,
  held: Partial<HeldWeight> | null = {},
  more: { others?: Server[]; pool?: Partial<Pool>; settings?: object } = {},
) {
  const { others = [{}, {}, {}], pool = {}, settings } = more
  const weights = [20, ...others.map(() => 100)]
  const app = { ...poolOf('edge', 'app', weights, pool), ...(held && { held: new Map([['app1', { ...LONG_AGO, ...held }]]) }) }
  const facts = { name: 'edge', kind: 'haproxy', state: 'up' as const, capabilities: [] }
  const verdicts = judge(weightHeldBack, windowOf({ requests: `0+8x${SECONDS}`, ...own }, others), { pools: [app], targets: [facts] }, { ...settings }) // biome-ignore format: one line
  expect(verdicts.slice(1).every(({ is }) => is === 'clear')).toBe(true)
  return verdicts[0]!
}

const well = (ms: string, of: string) =>
  expect.stringMatching(new RegExp(`^it has been well for ${ms} of ${of}$`.replaceAll(/(?<=\d) /g, '.')))

test('a server that was slow, was lowered and is as fast as the others again is a note that names both weights', () => {
  expect(said({})).toMatchObject({
    is: 'found',
    severity: 'info',
    subject: { target: 'edge', pool: 'app', server: 'app1' },
    summary: expect.stringMatching(
      /^app1 of app has weight 20 where it had 100 before it was slow; it answers in 20.ms again, the others in 20.ms$/,
    ),
    evidence: [
      { metric: 'pool_response_seconds', value: expect.closeTo(0.02), baseline: expect.closeTo(0.02), threshold: expect.closeTo(0.03) },
      { metric: 'pool_weight_effective', value: 20, baseline: 100 },
    ],
  })
})

test.each<[string, Server]>([
  ['is slow still', { response: `0.16x${SECONDS}` }],
  ['is half as slow again as the others', { response: `0.031x${SECONDS}` }],
  ['is slow every other minute', { response: Array.from({ length: 8 }, () => '0.02x59 0.1x59').join(' ') }],
  ['fails more often than they do', { errors: `0+0.4x${SECONDS}` }],
])('it says nothing of one that %s', (_, own) => {
  expect(said(own)).toMatchObject({ is: 'clear' })
})

test('nor of one that nobody lowered, and of one that is found slow now', () => {
  expect(said({}, null)).toMatchObject({ is: 'clear' })
  expect(said({}, { slowUntil: null })).toMatchObject({ is: 'clear' })
})

test('it waits five minutes, twice as long after each relapse', () => {
  const now = FROM + SECONDS * 1_000
  const at = (minutes: number) => ({ slowUntil: now - minutes * MINUTE })
  expect(said({}, at(4))).toMatchObject({ is: 'unjudged', because: well('4 min', '5 min') })
  expect(said({}, at(6))).toMatchObject({ is: 'found' })
  expect(said({}, { ...at(6), relapses: 1 })).toMatchObject({ is: 'unjudged', because: well('6 min', '10 min') })
  expect(said({}, { ...at(30), relapses: 3 })).toMatchObject({ is: 'unjudged', because: well('30 min', '40 min') })
  expect(said({}, { ...at(230), writtenAt: 0, relapses: 30 })).toMatchObject({
    is: 'unjudged',
    because: well('3 h 50 min', '4 h'),
  })
  // After a step of weight it is judged anew.
  expect(said({}, { ...at(30), writtenAt: now - MINUTE })).toMatchObject({ is: 'unjudged', because: well('1 min', '5 min') })
})

test('one that was fast soon after it got less is left for an hour, and the note says why', () => {
  const now = FROM + SECONDS * 1_000
  const fastAt = (minutes: number) => ({ slowUntil: now - minutes * MINUTE, slowMs: 40_000 })
  expect(said({}, fastAt(30))).toMatchObject({ is: 'unjudged', because: well('30 min', '1 h') })
  expect(said({}, fastAt(70))).toMatchObject({ is: 'found', summary: expect.stringContaining('its load may have been the reason') })
})

test('too few requests, a server that has just come up, another rule, other shares, no sight and other writers are unjudged', () => {
  const because = (text: string | RegExp) => ({ is: 'unjudged', because: expect.stringMatching(text) })
  expect(said({ requests: `0+0.1x${SECONDS}` })).toMatchObject(because(/^fewer than 120 requests in /))
  expect(said({ up: `0x720 1x179` })).toMatchObject({ is: 'unjudged', because: well('2 min 59 s', '5 min') })
  expect(said({}, { named: 'balancer/error-rate' })).toMatchObject(because('balancer/error-rate is firing about it'))
  expect(said({}, {}, { pool: { balances: 'hash' } })).toMatchObject(because('do not follow its weights alone'))
  expect(said({}, {}, { others: [] })).toMatchObject(because('no other server'))
  const gap = { response: `0.02x300 _x${SECONDS - 300}`, requests: `0+8x300 _x${SECONDS - 300}` }
  expect(said(gap)).toMatchObject(because(/^fewer than/))
})

test('the fewer wrong notes, the more evidence it needs', () => {
  expect(said({}, {}, { settings: { wrong: '1/h' } })).toMatchObject({ is: 'found' })
  expect(said({}, {}, { settings: { wrong: `0.${'0'.repeat(60)}1/h` } })).toMatchObject({ is: 'clear' })
})

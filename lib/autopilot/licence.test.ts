import { describe, expect, test } from 'vitest'
import type { Change } from '../model/change.ts'
import { licenceOf, unlicensedText } from './licence.ts'
import { type Judged, recordsOf } from './record.ts'

const licence = { judged: 20, inside: 0.9, withoutRegression: 10 }
const rule = { id: 'pool-weights', licence }
/** `i` inside, `o` outside, `r` regressed, `R` regressed and made by the autopilot itself. */
const record = (text: string): Judged[] =>
  [...text].map((letter, i) => ({
    change: `c${i}`,
    at: i,
    inside: letter === 'i',
    regressed: letter.toLowerCase() === 'r',
    ...(letter === 'R' && { rule: 'pool-weights' }),
  }))
/** As a person reads it. */
const plain = (text: string) => text.replace(/\s/g, ' ')
const of = (text: string, forgiven: string[] = []) => licenceOf(rule, record(text), { at: 0, by: 'ann', forgiven })

describe('a licence', () => {
  test('is earned by twenty judged changes of which nine in ten lay inside', () => {
    expect(of(`${'i'.repeat(18)}oo`)).toMatchObject({ licensed: true, missing: [], judged: 20, inside: 18 })
    expect(of('i'.repeat(19))).toMatchObject({ licensed: false, missing: ['19 of 20 judged changes'] })
    expect(of('')).toMatchObject({ licensed: false, missing: ['0 of 20 judged changes'] })
    expect(of(`${'i'.repeat(17)}ooo`).missing.map(plain)).toEqual(['85.0 % inside the band, 90.0 % needed'])
  })

  test('says everything that is missing', () => {
    expect(plain(unlicensedText(of(`o${'i'.repeat(10)}o`)))).toBe('12 of 20 judged changes; 83.3 % inside the band, 90.0 % needed.')
  })

  test('is not carried by a good past while the newest are wrong', () => {
    expect(of(`${'i'.repeat(100) + 'i'.repeat(17)}ooo`).missing.map(plain)).toEqual([
      '85.0 % inside the band in the newest 20, 90.0 % needed',
    ])
  })

  test('is held back by a regression of a person’s change until ten others have been judged', () => {
    expect(of(`${'i'.repeat(20)}r${'i'.repeat(9)}`).missing).toEqual(['change c20 regressed, and none may among the newest 10'])
    expect(of(`${'i'.repeat(20)}r${'i'.repeat(10)}`)).toMatchObject({ licensed: true, revoked: null })
  })

  test('is taken away by a regression of its own, however long ago, until a person returns it', () => {
    const lost = of(`${'i'.repeat(20)}R${'i'.repeat(50)}`)
    expect(lost).toMatchObject({ licensed: false, missing: [], revoked: { change: 'c20' } })
    expect(unlicensedText(lost)).toBe('Its licence was taken away by change c20, which regressed; a person may return it.')
    expect(of(`${'i'.repeat(20)}R`, ['c20'])).toMatchObject({ licensed: true, revoked: null })
    expect(of(`${'i'.repeat(20)}RiiR`, ['c20'])).toMatchObject({ licensed: false, revoked: { change: 'c23' } })
  })

  test('is of one policy: a regression of another one counts as anybody’s', () => {
    expect(licenceOf({ ...rule, id: 'pool-weights,team=shop' }, record(`${'i'.repeat(20)}R${'i'.repeat(10)}`), null).licensed).toBe(true)
  })
})

describe('the record', () => {
  const change = (id: string, patch: Partial<Change>): Change =>
    ({ id, at: 1, proposal: 'p', prediction: { low: 1, high: 3 }, measured: { after: 2 }, verdict: 'improved', ...patch }) as Change

  test('holds the judged changes of proposals, the oldest end first', () => {
    const changes = [
      change('late', { endedAt: 9, verdict: 'no_effect', measured: { after: 4 } as Change['measured'] }),
      change('early', { endedAt: 3, autopilot: { rule: 'x', because: '' } }),
      change('unjudged', { verdict: 'unjudged' }),
      change('watched', { verdict: null }),
      change('own', { proposal: undefined }),
      change('drill', { drill: {} as Change['drill'] }),
      change('of another', { proposal: 'q' }),
      change('guarded', { endedAt: 10, verdict: 'regressed', measured: null }),
    ]
    const advisors: Record<string, string> = { p: 'pool-weights', q: 'other' }
    expect(Object.fromEntries(recordsOf(changes, (proposal) => advisors[proposal]))).toEqual({
      'pool-weights': [
        { change: 'early', at: 3, inside: true, regressed: false, rule: 'x' },
        { change: 'late', at: 9, inside: false, regressed: false },
        { change: 'guarded', at: 10, inside: false, regressed: true },
      ],
      other: [{ change: 'of another', at: 1, inside: true, regressed: false }],
    })
  })
})
